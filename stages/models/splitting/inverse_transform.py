"""Reads the end of the generator: log magnitudes and phases, and the inverse Fourier transform as convolutions.

    magnitude, phase = exp(post[:bins]), sin(post[bins:])
    samples = transposed(magnitude * cos(phase), real) - transposed(magnitude * sin(phase), imaginary)

Or one transposed convolution of both, side by side. The files of release 1.0 also divide by the sum of the windows, but
of those of a single frame (the one that was traced): that changes nothing but the first samples of a text, the
quietest the most, and is left out here.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from utterd.stages.models.splitting.convolutions import Array, read_upsampling
from utterd.stages.models.splitting.errors import NotFound
from utterd.stages.models.splitting.graph import Graph, attribute
from utterd.stages.models.splitting.moving import moved
from utterd.stages.models.splitting.waveform_ends import WaveformEnd, read_waveform_end

Kind = Literal["Cos", "Sin"]


@dataclass(frozen=True, slots=True, eq=False)
class InverseTransform:
    """What was read."""

    real: Array
    """(bins, 1, fft)."""
    imaginary: Array
    """With the sign it is added with."""
    hop: int
    end: WaveformEnd
    source: str
    """What has the log magnitudes and then the phases as its channels."""


@dataclass(frozen=True, slots=True, eq=False)
class _Half:
    """Of the transform: of the real parts (Cos) or of the imaginary ones."""

    kind: Kind
    weight: Array
    hop: int
    source: str


def read_inverse_transform(graph: Graph) -> InverseTransform:
    """
    Raises:
        NotFound: no output is made by one.
    """
    for output in graph.outputs:
        end = read_waveform_end(graph, output)
        halves = [] if end is None else _joined(graph, end.source) or _added(graph, end.source)
        weights = {half.kind: half.weight for half in halves}
        if end is None or weights.keys() != {"Cos", "Sin"} or len({(half.hop, half.source) for half in halves}) != 1:
            continue
        real, imaginary = (np.float32(end.scale) * weights[kind] for kind in ("Cos", "Sin"))
        return InverseTransform(real, imaginary, halves[0].hop, end, halves[0].source)
    raise NotFound("the inverse Fourier transform, as transposed convolutions in front of an output,")


def _added(graph: Graph, tensor: str) -> list[_Half]:
    """A transposed convolution each."""
    node = graph.made_by(tensor, "Add", "Sub")
    signs = (1, 1 if node is None or node.op_type == "Add" else -1)
    found = []
    for operand, sign in zip(node.input if node is not None else (), signs, strict=node is not None):
        convolution = read_upsampling(graph, operand)
        part = _polar(graph, convolution[1], len(convolution[0].weight)) if convolution is not None else None
        if convolution is None or part is None or convolution[0].padding or convolution[0].bias.any():
            return []
        kind, source = part
        found.append(_Half(kind, np.float32(sign) * convolution[0].weight, convolution[0].stride, source))
    return found


def _joined(graph: Graph, tensor: str) -> list[_Half]:
    """One transposed convolution of both."""
    convolution = read_upsampling(graph, tensor)
    both = graph.made_by(convolution[1], "Concat") if convolution is not None else None
    if convolution is None or both is None or convolution[0].padding or convolution[0].bias.any():
        return []
    if len(both.input) != 2 or attribute(both, "axis") != 1 or len(convolution[0].weight) % 2:
        return []
    weights = np.split(convolution[0].weight, 2)
    parts = [_polar(graph, each, len(weight)) for each, weight in zip(both.input, weights, strict=True)]
    found = [(part, weight) for part, weight in zip(parts, weights, strict=True) if part is not None]
    return [_Half(kind, weight, convolution[0].stride, source) for (kind, source), weight in found]


def _polar(graph: Graph, tensor: str, bins: int) -> tuple[Kind, str] | None:
    """Which part of the spectrum `tensor` is, and what has the log magnitudes and phases as its channels."""
    product = graph.made_by(tensor, "Mul")
    for magnitude, turned in (product.input, reversed(product.input)) if product is not None else ():
        exponential, turn = graph.made_by(magnitude, "Exp"), graph.made_by(turned, "Cos", "Sin")
        phase = graph.made_by(turn.input[0], "Sin") if turn is not None else None
        if exponential is None or turn is None or phase is None:
            continue
        low, high = _half_of_channels(graph, exponential.input[0], bins), _half_of_channels(graph, phase.input[0], bins)
        if low is not None and high is not None and (low[1], high[1]) == (0, bins) and low[0] == high[0]:
            return "Cos" if turn.op_type == "Cos" else "Sin", low[0]
    return None


def _half_of_channels(graph: Graph, tensor: str, count: int) -> tuple[str, int] | None:
    """What `tensor` is half of the channels of, and the first of these; it has `count` of them."""
    node = graph.made_by(tensor, "Slice", "Split")
    places = moved(graph, node, tensor, np.arange(2 * count)[np.newaxis, :, np.newaxis]) if node is not None else None
    if node is None or places is None or not np.array_equal(places.ravel(), places.ravel()[:1] + np.arange(count)):
        return None
    return node.input[0], int(places.ravel()[0])
