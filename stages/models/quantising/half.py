"""float16 inside, float32 outside: half the file, and what accelerators like. A CPU computes it in float32."""

from collections.abc import Collection

from onnx import ModelProto, NodeProto, TensorProto, helper
from onnxruntime.transformers.float16 import convert_float_to_float16

from utterd.stages.models.quantising.flow import Flow
from utterd.stages.models.quantising.rewriting import rewritten
from utterd.stages.models.splitting.graph import attribute, reads


def halved(model: ModelProto) -> ModelProto:
    """A copy with float16 weights and arithmetic, but for the harmonic source, whose phase is a sum of thousands."""
    copy = ModelProto()
    copy.CopyFrom(model)  # what is given is changed
    converted: ModelProto = convert_float_to_float16(copy, keep_io_types=True, node_block_list=_source(model))
    return _without_detours(converted)


def _source(model: ModelProto) -> Collection[str]:
    """Names of the nodes that make the harmonics, if this graph does."""
    flow = Flow(model)
    made = flow.behind("harmonics")
    return [node.name for node in flow.nodes if not made.isdisjoint(node.output)]


def _without_detours(model: ModelProto) -> ModelProto:
    """A copy without casts of float32 to float16 and back, which the converter puts between all nodes that stay.

    ONNX Runtime leaves them, as they round: the source would be float16 after all.
    """
    outputs = {output.name for output in model.graph.output}
    narrowed = {node.output[0]: node.input[0] for node in model.graph.node if _is_cast(node, TensorProto.FLOAT16)}
    straight: dict[str, str] = {}
    nodes: list[NodeProto] = []
    for node in model.graph.node:
        wide = narrowed.get(node.input[0]) if _is_cast(node, TensorProto.FLOAT) else None
        if wide is None:
            nodes.append(node)
        elif node.output[0] in outputs:
            nodes.append(helper.make_node("Identity", [wide], node.output, name=node.name))
        else:
            straight[node.output[0]] = wide
    for node in nodes:
        node.input[:] = [straight.get(name, name) for name in node.input]
    read = {name for node in nodes for name in reads(node)} | outputs
    return rewritten(model, [node for node in nodes if not read.isdisjoint(node.output)], ())


def _is_cast(node: NodeProto, to: int) -> bool:
    return node.op_type == "Cast" and attribute(node, "to") == to
