"""What tensors of a graph take, channel by channel, while it computes: the ranges that int8 rounds within."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from onnx import ModelProto, TensorProto, helper, numpy_helper

from utterd.stages.models.quantising.feeds import FloatArray
from utterd.stages.models.quantising.running import Arrays, Running
from utterd.stages.models.vocoder.ranges import Range

HEADROOM: Final = 1.1
"""Of what was seen: other sentences and voices go somewhat farther, and what does not fit is cut off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channels:
    """Where a tensor has its channels."""

    count: int
    last: bool
    """On the last axis; otherwise on the second."""


def measured_ranges(model: ModelProto, tensors: Mapping[str, Channels], feeds: Iterable[Arrays]) -> dict[str, Range]:
    """Of these tensors of `model` over all feeds, at least one, with headroom."""
    running = Running(_measuring(model, tensors))
    low: dict[str, FloatArray] = {}
    high: dict[str, FloatArray] = {}
    for each in feeds:
        outputs = running(each)
        for name in tensors:
            least, greatest = outputs[f"{name}.least"], outputs[f"{name}.greatest"]
            low[name] = np.minimum(low.get(name, least), least)
            high[name] = np.maximum(high.get(name, greatest), greatest)
    return {name: with_headroom(Range(low[name], high[name])) for name in tensors}


def with_headroom(seen: Range) -> Range:
    """Farther from 0 on either side, which is all that matters: every grid has 0 in it (`vocoder.rounding`)."""
    return Range(seen.low * np.float32(HEADROOM), seen.high * np.float32(HEADROOM))


def _measuring(model: ModelProto, tensors: Mapping[str, Channels]) -> ModelProto:
    """A copy that gives NAME.least and NAME.greatest, (channels,), in place of its own outputs."""
    copy = ModelProto()
    copy.CopyFrom(model)
    graph = copy.graph
    del graph.output[:]
    axes_are_inputs = max(each.version for each in model.opset_import if each.domain in ("", "ai.onnx")) >= 18
    for name, channels in tensors.items():
        shape = [1, -1, channels.count] if channels.last else [1, channels.count, -1]
        graph.initializer.append(numpy_helper.from_array(np.array(shape, np.int64), f"{name}.shape"))
        graph.node.append(helper.make_node("Reshape", [name, f"{name}.shape"], [f"{name}.flat"]))
        axes = [0, 1] if channels.last else [0, 2]
        for operator, output in (("ReduceMin", f"{name}.least"), ("ReduceMax", f"{name}.greatest")):
            if axes_are_inputs:
                graph.initializer.append(numpy_helper.from_array(np.array(axes, np.int64), f"{output}.axes"))
                node = helper.make_node(operator, [f"{name}.flat", f"{output}.axes"], [output], keepdims=0)
            else:
                node = helper.make_node(operator, [f"{name}.flat"], [output], axes=axes, keepdims=0)
            graph.node.append(node)
            graph.output.append(helper.make_tensor_value_info(output, TensorProto.FLOAT, [channels.count]))
    return copy
