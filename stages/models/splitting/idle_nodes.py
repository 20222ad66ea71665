"""Tells which nodes, or which of their inputs, do nothing in a `Probe`."""

import numpy as np
from onnx import NodeProto

from utterd.stages.models.splitting.graph import attribute
from utterd.stages.models.splitting.probing import Probe, Value

_LSTM_LENGTHS, _LSTM_STATES = 4, (5, 6)
"""Places among the inputs of an LSTM."""


def stands_for(node: NodeProto, probe: Probe) -> str | None:
    """The input that the node's output is equal to, whatever the input's values; None if there is none."""
    for tensor in _candidates(node, probe):
        if probe.shapes(tensor) == probe.shapes(node.output[0]):
            return tensor
    return None


def needless_inputs(node: NodeProto, probe: Probe) -> list[int]:
    """Places of inputs that say what holds without them: an LSTM's lengths and first states."""
    if node.op_type != "LSTM":
        return []
    names = dict(enumerate(node.input))
    steps = [shape[0] for shape in probe.shapes(node.input[0])]
    lengths = probe.sized(names.get(_LSTM_LENGTHS, ""))
    full = lengths is not None and all(np.all(each == count) for each, count in zip(lengths, steps, strict=True))
    return [_LSTM_LENGTHS] * full + [place for place in _LSTM_STATES if _is_zero(probe.sized(names.get(place, "")))]


def target_shape(node: NodeProto, probe: Probe) -> list[int] | None:
    """Of a Reshape whose shape is computed: one that does not have to be. 0 is the input's size, -1 what is left."""
    if node.op_type != "Reshape" or attribute(node, "allowzero", 0):
        return None
    before, after = probe.shapes(node.input[0]), probe.shapes(node.output[0])
    if len({len(shape) for shape in before}) != 1 or len({len(shape) for shape in after}) != 1:
        return None
    shape = []
    for axis, sizes in enumerate(zip(*after, strict=True)):
        if len(set(sizes)) == 1:
            shape.append(sizes[0])
        else:
            kept = axis < len(before[0]) and all(old[axis] == new for old, new in zip(before, sizes, strict=True))
            shape.append(0 if kept else -1)
    return shape if shape.count(-1) <= 1 else None


def _candidates(node: NodeProto, probe: Probe) -> list[str]:
    """Inputs whose numbers all reach the output, in their order, if it has as many."""
    match node.op_type:
        case "Expand" | "Reshape" | "Identity":
            return [node.input[0]]
        case "Concat":
            return list(node.input) if len(node.input) == 1 else []
        case "Slice":
            steps = probe.sized(node.input[4]) if len(node.input) > 4 and node.input[4] else [np.array([1])]
            return [node.input[0]] if steps is not None and all(np.all(each == 1) for each in steps) else []
        case "Where":
            chosen = probe.sized(node.input[0])
            if chosen is None:
                return []
            return [node.input[1]] * all(np.all(each) for each in chosen) + [node.input[2]] * _is_zero(chosen)
        case "Add":
            return [other for zero, other in (node.input, node.input[::-1]) if _is_zero(probe.sized(zero))]
        case "Gather":
            return [node.input[0]] * _takes_all(node, probe)
        case "ScatterND":
            return [node.input[2]] * _writes_all(node, probe)
        case _:
            return []


def _is_zero(values: list[Value] | None) -> bool:
    return values is not None and not any(np.any(each) for each in values)


def _takes_all(node: NodeProto, probe: Probe) -> bool:
    """A Gather of every place in its order."""
    indices = probe.sized(node.input[1])
    sizes = [shape[attribute(node, "axis", 0)] for shape in probe.shapes(node.input[0])]
    return indices is not None and all(
        np.array_equal(each, np.arange(size)) for each, size in zip(indices, sizes, strict=True)
    )


def _writes_all(node: NodeProto, probe: Probe) -> bool:
    """A ScatterND to every place in its order."""
    indices = probe.sized(node.input[1])
    if indices is None or attribute(node, "reduction", "none") != "none":
        return False
    grids = [np.moveaxis(np.indices(shape), 0, -1) for shape in probe.shapes(node.input[0])]
    return all(np.array_equal(each, grid) for each, grid in zip(indices, grids, strict=True))
