"""Reads AdaIN with Snake behind it, in the ways that exporters write them.

normalised = instance normalisation of x
u = (1 + gamma) * normalised + beta            gamma, beta: linear in the style
y = u + sin(alpha * u)^2 / alpha
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from utterd.stages.models.splitting.graph import Graph
from utterd.stages.models.splitting.instance_norms import InstanceNorm, read_instance_norm, read_square
from utterd.stages.models.splitting.style_affines import StyleAffine, read_style_affine
from utterd.stages.models.vocoder.description import Norm

DECODER_STYLE = 128
"""Numbers at the beginning of a style that are the decoder's; the others are for prosody."""
_INVERSE_TOLERANCE = 4e-3
"""alpha and its inverse may each have been float16."""

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Snake:
    """What was read."""

    norm: Norm
    epsilon: float
    source: str
    """What is normalised."""


def read_snake(graph: Graph, tensor: str, style: str) -> Snake | None:
    """What makes `tensor`; None if it is not AdaIN with Snake."""
    for argument, alpha in _snakes(graph, tensor):
        found = _read_norm(graph, argument, alpha, style)
        if found is not None:
            return found
    return None


def _snakes(graph: Graph, tensor: str) -> Iterator[tuple[str, Array]]:
    """What Snake may be of, and its alpha: a sum can be read in two ways."""
    node = graph.made_by(tensor, "Add")
    if node is None:
        return
    for argument, addend in (node.input, reversed(node.input)):
        square, inverse = _scaled(graph, addend)
        sine = graph.made_by(read_square(graph, square) or "", "Sin")
        if sine is None:
            continue
        inner, alpha = _scaled(graph, sine.input[0])
        are_alike = alpha.size == inverse.size or 1 in (alpha.size, inverse.size)
        if inner == argument and are_alike and np.allclose(alpha * inverse, 1, rtol=_INVERSE_TOLERANCE):
            yield argument, alpha


def _scaled(graph: Graph, tensor: str) -> tuple[str, Array]:
    """`tensor` as something times a constant, by channel or for all of them, which is 1 where there is none."""
    node = graph.made_by(tensor, "Mul", "Div")
    constant, other = graph.operands(node) if node is not None else (None, tensor)
    if node is None or constant is None:
        return tensor, np.ones(1)
    factor = constant.astype(np.float64).ravel()
    if node.op_type == "Mul":
        return other, factor
    return (other, 1 / factor) if node.input[0] == other else (tensor, np.ones(1))


def _read_norm(graph: Graph, tensor: str, alpha: Array, style: str) -> Snake | None:
    node = graph.made_by(tensor, "Add")
    if node is None:
        return None
    for product, shift in (node.input, reversed(node.input)):
        scaled = graph.made_by(product, "Mul")
        beta = read_style_affine(graph, shift, style)
        if scaled is None or beta is None:
            continue
        for normalised, scale in (scaled.input, reversed(scaled.input)):
            norm = read_instance_norm(graph, normalised)
            gain = _read_gain(graph, scale, style)
            if norm is not None and gain is not None and gain.first == beta.first == 0:
                return _folded(norm, gain, beta, alpha)
    return None


def _read_gain(graph: Graph, tensor: str, style: str) -> StyleAffine | None:
    """1 + gamma, or one without the 1."""
    node = graph.made_by(tensor, "Add")
    constant, other = graph.operands(node) if node is not None else (None, tensor)
    affine = read_style_affine(graph, other, style)
    if affine is None or constant is None:
        return affine
    if not _fits(constant, affine):
        return None
    return StyleAffine(affine.first, affine.weight, affine.bias + constant.ravel())


def _folded(norm: InstanceNorm, gain: StyleAffine, beta: StyleAffine, alpha: Array) -> Snake | None:
    weight, bias = norm.weight, norm.bias
    if gain.weight.shape[0] != DECODER_STYLE or gain.weight.shape != beta.weight.shape:
        return None
    if not all(_fits(each, gain) for each in (weight, bias, alpha)):
        return None
    folded = Norm(
        gain_weight=(gain.weight * weight * alpha).astype(np.float32),
        gain_bias=(gain.bias * weight * alpha).astype(np.float32),
        offset_weight=((gain.weight * bias + beta.weight) * alpha).astype(np.float32),
        offset_bias=((gain.bias * bias + beta.bias) * alpha).astype(np.float32),
        alpha=np.broadcast_to(alpha, gain.bias.shape).astype(np.float32),
    )
    return Snake(folded, norm.epsilon, norm.source)


def _fits(values: npt.NDArray[Any], affine: StyleAffine) -> bool:
    """Whether there is one for each channel, or one for all."""
    return values.size in (1, affine.bias.size)
