"""Reads what a graph makes of a style: some of the outputs of a linear layer, in some shape."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from onnx import NodeProto

from utterd.stages.models.splitting.graph import Graph, attribute
from utterd.stages.models.splitting.loading import STYLE_SIZE
from utterd.stages.models.splitting.moving import MOVING, Places, moved

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class StyleAffine:
    """style[first : first + len(weight)] @ weight + bias."""

    first: int
    weight: Array
    """(inputs, channels)."""
    bias: Array
    """(channels,)."""


@dataclass(frozen=True, slots=True)
class _Linear:
    source: str
    weight: Array
    """(inputs, outputs)."""
    bias: Array


def read_style_affine(graph: Graph, tensor: str, style: str) -> StyleAffine | None:
    """What makes `tensor` of the input `style`; None if that is anything else."""
    found = _rows(graph, tensor)
    if found is None:
        return None
    linear, rows = found
    first = _first_of(graph, linear.source, style, len(linear.weight))
    return None if first is None else StyleAffine(first, linear.weight[:, rows.ravel()], linear.bias[rows.ravel()])


def _rows(graph: Graph, tensor: str) -> tuple[_Linear, Places] | None:
    """A linear layer, and which of its outputs `tensor` is made of: their numbers, in its shape."""
    node = graph.maker(tensor)
    if node is None:
        return None
    if node.op_type not in MOVING:
        linear = _gemm(graph, node) or _matmul(graph, node)
        return None if linear is None else (linear, np.arange(len(linear.bias))[np.newaxis])
    inner = _rows(graph, node.input[0])
    rows = None if inner is None else moved(graph, node, tensor, inner[1])
    return None if inner is None or rows is None else (inner[0], rows)


def _gemm(graph: Graph, node: NodeProto) -> _Linear | None:
    if node.op_type != "Gemm" or attribute(node, "transA", 0):
        return None
    weight = graph.constant(node.input[1])
    bias = graph.constant(node.input[2]) if len(node.input) > 2 else np.zeros(1)
    if weight is None or bias is None:
        return None
    turned = weight.T if attribute(node, "transB", 0) else weight
    weight = turned.astype(np.float64) * attribute(node, "alpha", 1.0)
    return _Linear(node.input[0], weight, np.broadcast_to(bias.ravel(), weight.shape[1]) * attribute(node, "beta", 1.0))


def _matmul(graph: Graph, node: NodeProto) -> _Linear | None:
    """With or without a bias added."""
    bias = np.zeros(1)
    if node.op_type == "Add":
        constant, other = graph.operands(node)
        product = graph.made_by(other, "MatMul") if constant is not None else None
        if constant is None or product is None:
            return None
        node, bias = product, constant.ravel()
    weight = graph.constant(node.input[1]) if node.op_type == "MatMul" else None
    if weight is None or weight.ndim != 2:
        return None
    return _Linear(node.input[0], weight.astype(np.float64), np.broadcast_to(bias, weight.shape[1]).astype(np.float64))


def _first_of(graph: Graph, source: str, style: str, size: int) -> int | None:
    """Where in the style the `size` numbers begin that `source` is; None if it is not part of the style."""
    node = graph.made_by(source, "Slice", "Split")
    if node is None or node.input[0] != style:
        return None
    part = moved(graph, node, source, np.arange(STYLE_SIZE)[np.newaxis])
    if part is None or not np.array_equal(part.ravel(), part.ravel()[:1] + np.arange(size)):
        return None
    return int(part.ravel()[0])
