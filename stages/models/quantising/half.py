"""float16 inside, float32 outside: half the file, and what accelerators like. A CPU computes it in float32."""

from collections.abc import Collection

from onnx import ModelProto
from onnxruntime.transformers.float16 import convert_float_to_float16

from utterd.stages.models.quantising.flow import Flow


def halved(model: ModelProto) -> ModelProto:
    """A copy with float16 weights and arithmetic, but for the harmonic source, whose phase is a sum of thousands."""
    copy = ModelProto()
    copy.CopyFrom(model)  # what is given is changed
    converted: ModelProto = convert_float_to_float16(copy, keep_io_types=True, node_block_list=_source(model))
    return converted


def _source(model: ModelProto) -> Collection[str]:
    """Names of the nodes that make the harmonics, if this graph does."""
    flow = Flow(model)
    made = flow.behind("harmonics")
    return [node.name for node in flow.nodes if not made.isdisjoint(node.output)]
