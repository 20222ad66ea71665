"""Reads convolutions along time, with weights that are constant."""

import numpy as np
import numpy.typing as npt
from onnx import NodeProto

from utterd.stages.models.splitting.graph import Graph, attribute
from utterd.stages.models.vocoder.description import Convolution, Upsampling

Array = npt.NDArray[np.float32]


def read_convolution(graph: Graph, tensor: str) -> tuple[Convolution, str] | None:
    """What makes `tensor`, and of what; None if that is not such a convolution."""
    node = graph.made_by(tensor, "Conv")
    weights = _weights(graph, node, outputs=0)
    if node is None or weights is None:
        return None
    before, after = attribute(node, "pads", [0, 0])
    if before != after:
        return None
    convolution = Convolution(
        weight=weights[0],
        bias=weights[1],
        stride=attribute(node, "strides", [1])[0],
        dilation=attribute(node, "dilations", [1])[0],
        padding=before,
    )
    return convolution, node.input[0]


def read_upsampling(graph: Graph, tensor: str) -> tuple[Upsampling, str] | None:
    """Likewise, of a transposed convolution."""
    node = graph.made_by(tensor, "ConvTranspose")
    weights = _weights(graph, node, outputs=1)
    if node is None or weights is None:
        return None
    before, after = attribute(node, "pads", [0, 0])
    plain = attribute(node, "dilations", [1]) == [1] and attribute(node, "output_padding", [0]) == [0]
    if before != after or not plain or attribute(node, "output_shape"):
        return None
    stride = attribute(node, "strides", [1])[0]
    return Upsampling(weight=weights[0], bias=weights[1], stride=stride, padding=before), node.input[0]


def _weights(graph: Graph, node: NodeProto | None, *, outputs: int) -> tuple[Array, Array] | None:
    """Weight and bias of an ungrouped convolution of one dimension; `outputs` is the axis of its output channels."""
    if node is None or attribute(node, "group", 1) != 1 or attribute(node, "auto_pad", "NOTSET") != "NOTSET":
        return None
    weight = graph.constant(node.input[1])
    if weight is None or weight.ndim != 3:
        return None
    bias = graph.constant(node.input[2]) if len(node.input) > 2 else np.zeros(weight.shape[outputs], np.float32)
    return None if bias is None else (np.array(weight, np.float32), np.array(bias, np.float32))
