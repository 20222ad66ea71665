"""Reads what a graph makes of a style: some of the outputs of a linear layer, in some shape."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from onnx import NodeProto

from utterd.stages.models.splitting.graph import Graph, attribute
from utterd.stages.models.splitting.inputs import STYLE_SIZE
from utterd.stages.models.splitting.moving import MOVING, Places, moved

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class StyleAffine:
    """style[first : first + len(weight)] @ weight + bias."""

    first: int
    weight: Array
    """(inputs, channels)."""
    bias: Array
    """(channels,)."""


@dataclass(frozen=True, slots=True, eq=False)
class _Linear:
    """source @ weight + bias."""

    source: str
    weight: Array
    """(inputs, outputs)."""
    bias: Array
    """(outputs,)."""


def read_style_affine(graph: Graph, tensor: str, style: str) -> StyleAffine | None:
    """What makes `tensor` of the input `style`; None if that is anything else."""
    found = _rows(graph, tensor)
    if found is None:
        return None
    linear, rows = found
    first = _first_of(graph, linear.source, style, len(linear.weight))
    return None if first is None else StyleAffine(first, linear.weight[:, rows], linear.bias[rows])


def _rows(graph: Graph, tensor: str) -> tuple[_Linear, Places] | None:
    """A linear layer, and which of its outputs `tensor` is made of: their numbers, in its order."""
    moves: list[tuple[NodeProto, str]] = []
    while (node := graph.made_by(tensor, *MOVING)) is not None:
        moves.append((node, tensor))
        tensor = node.input[0]
    linear = _linear(graph, tensor)
    places = None if linear is None else np.arange(len(linear.bias))[np.newaxis]
    for node, output in reversed(moves):
        places = None if places is None else moved(graph, node, output, places)
    return None if linear is None or places is None or not places.size else (linear, places.ravel())


def _linear(graph: Graph, tensor: str) -> _Linear | None:
    node = graph.made_by(tensor, "Gemm", "MatMul", "Add")
    if node is None:
        return None
    return _gemm(graph, node) if node.op_type == "Gemm" else _matmul(graph, node)


def _gemm(graph: Graph, node: NodeProto) -> _Linear | None:
    weight = graph.constant(node.input[1])
    if weight is None or attribute(node, "transA", 0):
        return None
    bias = graph.constant(node.input[2]) if len(node.input) > 2 and node.input[2] else np.zeros(1)
    turned = weight.T if attribute(node, "transB", 0) else weight
    alpha, beta = attribute(node, "alpha", 1.0), attribute(node, "beta", 1.0)
    return _checked(node.input[0], turned, bias, alpha, beta)


def _matmul(graph: Graph, node: NodeProto) -> _Linear | None:
    """With or without a bias added."""
    bias: npt.NDArray[np.generic] | None = np.zeros(1)
    product: NodeProto | None = node
    if node.op_type == "Add":
        bias, other = graph.operands(node)
        product = graph.made_by(other, "MatMul")
    weight = graph.constant(product.input[1]) if product is not None else None
    return None if product is None or weight is None else _checked(product.input[0], weight, bias, 1.0, 1.0)


def _checked(
    source: str,
    weight: npt.NDArray[np.generic],
    bias: npt.NDArray[np.generic] | None,
    alpha: float,
    beta: float,
) -> _Linear | None:
    """source @ (alpha * weight) + beta * bias, if they are for each other."""
    if weight.ndim != 2 or bias is None or bias.size not in (1, weight.shape[1]):
        return None
    wide = np.broadcast_to(bias.ravel().astype(np.float64), weight.shape[1])
    return _Linear(source, weight.astype(np.float64) * alpha, wide * beta)


def _first_of(graph: Graph, source: str, style: str, size: int) -> int | None:
    """Where in the style the `size` numbers begin that `source` is; None if it is not part of the style."""
    node = graph.made_by(source, "Slice", "Split")
    if node is None or node.input[0] != style:
        return None
    part = moved(graph, node, source, np.arange(STYLE_SIZE)[np.newaxis])
    if part is None or not part.size or not np.array_equal(part.ravel(), part.ravel()[0] + np.arange(size)):
        return None
    return int(part.ravel()[0])
