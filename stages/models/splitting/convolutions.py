"""Reads convolutions along time, with weights that are constant."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from utterd.stages.models.splitting.graph import Graph, attribute
from utterd.stages.models.vocoder.description import Convolution, Upsampling

Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Read:
    """What Conv and ConvTranspose have in common."""

    weight: Array
    """(out, in, kernel), or (in, out, kernel) of a transposed one."""
    bias: Array
    """(out,)."""
    stride: int
    dilation: int
    padding: int
    """At either end."""
    source: str


def read_convolution(graph: Graph, tensor: str) -> tuple[Convolution, str] | None:
    """What makes `tensor`, and of what; None if that is not such a convolution."""
    read = _read(graph, tensor, "Conv", outputs=0)
    if read is None:
        return None
    convolution = Convolution(
        weight=read.weight, bias=read.bias, stride=read.stride, dilation=read.dilation, padding=read.padding
    )
    return convolution, read.source


def read_upsampling(graph: Graph, tensor: str) -> tuple[Upsampling, str] | None:
    """Likewise, of a transposed convolution."""
    read = _read(graph, tensor, "ConvTranspose", outputs=1)
    if read is None or read.dilation != 1:
        return None
    return Upsampling(weight=read.weight, bias=read.bias, stride=read.stride, padding=read.padding), read.source


def _read(graph: Graph, tensor: str, op_type: str, *, outputs: int) -> _Read | None:
    """An ungrouped one of one dimension, padded alike at both ends.

    Args:
        outputs: the axis of its weight that its output channels are.
    """
    node = graph.made_by(tensor, op_type)
    if node is None or attribute(node, "group", 1) != 1 or attribute(node, "auto_pad", "NOTSET") != "NOTSET":
        return None
    if attribute(node, "output_padding", [0]) != [0] or attribute(node, "output_shape"):
        return None
    weight = graph.constant(node.input[1])
    if weight is None or weight.ndim != 3 or not weight.size:
        return None
    channels = weight.shape[outputs]
    bias = graph.constant(node.input[2]) if len(node.input) > 2 and node.input[2] else np.zeros(channels, np.float32)
    pads = attribute(node, "pads", [0, 0])
    strides, dilations = (attribute(node, name, [1]) for name in ("strides", "dilations"))
    if bias is None or bias.shape != (channels,) or [len(each) for each in (pads, strides, dilations)] != [2, 1, 1]:
        return None
    if pads[0] != pads[1] or min(*pads, strides[0] - 1, dilations[0] - 1) < 0:
        return None
    return _Read(
        np.array(weight, np.float32), np.array(bias, np.float32), strides[0], dilations[0], pads[0], node.input[0]
    )
