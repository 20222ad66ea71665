"""Reads what comes behind the inverse transform: a factor, what is trimmed, and how the first samples are treated."""

from dataclasses import dataclass

import numpy as np
from onnx import NodeProto

from utterd.stages.models.splitting.graph import Graph, attribute

_SHAPING = ("Squeeze", "Unsqueeze", "Reshape", "Flatten", "Identity", "Cast")
_END = np.iinfo(np.int32).max
"""Ends of slices from here on mean the end."""


@dataclass(frozen=True, slots=True)
class WaveformEnd:
    """waveform = source * scale, without `trim` samples at either end."""

    waveform: str
    """An output of the graph."""
    source: str
    scale: float
    trim: int
    special: int
    """So many of the waveform's first samples are something else."""


def read_waveform_end(graph: Graph, output: str) -> WaveformEnd | None:
    """Of an output; None if it is not one of a waveform."""
    tensor, scale, front, back, special = output, 1.0, 0, 0, 0
    while (node := graph.maker(tensor)) is not None:
        following = node.input[0]
        if node.op_type == "Slice":
            bounds = list((graph.bounds(node) or {}).values())
            if len(bounds) != 1 or bounds[0][0] < 0 or 0 <= bounds[0][1] < _END:
                return None
            front, back = front + bounds[0][0], back - min(bounds[0][1], 0)
        elif node.op_type == "Mul":
            factor, following = graph.operands(node)
            if factor is None or factor.size != 1:
                break
            scale *= float(factor.ravel()[0])
        elif node.op_type == "ScatterND":
            changed = _changed_first(graph, node)
            if changed is None:
                return None
            special = max(special, changed)
        elif not _is_shaping(graph, node):
            break
        tensor = following
    return WaveformEnd(output, tensor, scale, front, max(0, special - front)) if front == back else None


def _is_shaping(graph: Graph, node: NodeProto) -> bool:
    """Whether it gives the same numbers in another shape: as the first of a batch of one does."""
    first = graph.constant(node.input[1]) if node.op_type == "Gather" and attribute(node, "axis", 0) == 0 else None
    return node.op_type in _SHAPING or (first is not None and first.size == 1 and not first.any())


def _changed_first(graph: Graph, node: NodeProto) -> int | None:
    """How many numbers at the beginning a ScatterND may change: as many as the constant has that it depends on."""
    changes = graph.between([node.input[0]], node.input[1:])
    vectors = [graph.constant(name) for each in changes for name in each.input]
    sizes = [each.size for each in vectors if each is not None and each.ndim == 1 and each.dtype.kind == "f"]
    return max(sizes) if sizes and any(each.op_type == "NonZero" for each in changes) else None
