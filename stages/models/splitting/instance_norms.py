"""Reads an instance normalisation: ONNX's operator, or what it does spelled out, as in the files of release 1.0.

centred = x - mean(x)
normalised = centred / sqrt(mean(centred * centred) + epsilon)
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from onnx import NodeProto

from utterd.stages.models.splitting.graph import Graph, attribute

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class InstanceNorm:
    """normalised(source) * weight + bias."""

    source: str
    weight: Array
    """(channels,), or (1,) for all of them."""
    bias: Array
    """Likewise."""
    epsilon: float


def read_instance_norm(graph: Graph, tensor: str) -> InstanceNorm | None:
    """What makes `tensor`; None if that is anything else."""
    node = graph.made_by(tensor, "InstanceNormalization")
    return _spelled_out(graph, tensor) if node is None else _operator(graph, node)


def read_square(graph: Graph, tensor: str) -> str | None:
    """What `tensor` is the square of."""
    node = graph.made_by(tensor, "Pow", "Mul")
    if node is None:
        return None
    is_square = node.input[0] == node.input[1] if node.op_type == "Mul" else graph.scalar(node.input[1]) == 2
    return node.input[0] if is_square else None


def _operator(graph: Graph, node: NodeProto) -> InstanceNorm | None:
    weight, bias = (graph.constant(name) for name in node.input[1:3])
    if weight is None or bias is None or weight.ndim != 1 or weight.shape != bias.shape:
        return None
    epsilon = attribute(node, "epsilon", 1e-5)
    return InstanceNorm(node.input[0], weight.astype(np.float64), bias.astype(np.float64), epsilon)


def _spelled_out(graph: Graph, tensor: str) -> InstanceNorm | None:
    division = graph.made_by(tensor, "Div")
    root = graph.made_by(division.input[1], "Sqrt") if division is not None else None
    total = graph.made_by(root.input[0], "Add") if root is not None else None
    if division is None or total is None:
        return None
    epsilon, variance = graph.operands(total)
    centred = division.input[0]
    difference = graph.made_by(centred, "Sub")
    squares = _mean_over_time(graph, variance)
    if difference is None or squares is None or read_square(graph, squares) != centred:
        return None
    source, mean = difference.input
    if epsilon is None or epsilon.size != 1 or _mean_over_time(graph, mean) != source:
        return None
    return InstanceNorm(source, np.ones(1), np.zeros(1), float(epsilon.ravel()[0]))


def _mean_over_time(graph: Graph, tensor: str) -> str | None:
    """What `tensor` is the mean of, over the last axis of three."""
    node = graph.made_by(tensor, "ReduceMean")
    if node is None or not attribute(node, "keepdims", 1):
        return None
    axes = graph.constant(node.input[1]) if len(node.input) > 1 else attribute(node, "axes")  # an input since opset 18
    return node.input[0] if axes is not None and np.ravel(axes).tolist() in ([2], [-1]) else None
