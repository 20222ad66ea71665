"""What goes in and out of convolutions, channel by channel: the ranges that int8 rounds within."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from utterd.stages.models.vocoder.description import Array, Vocoder
from utterd.stages.models.vocoder.names import quantisable_convolutions


@dataclass(frozen=True, slots=True, eq=False)
class Range:
    """The least and the greatest value seen of each channel."""

    low: Array
    """(channels,)."""
    high: Array
    """(channels,)."""


Ranges = Mapping[str, Range]
"""By the name of the tensor in our float32 graphs: a convolution's, and its input's."""


def ranged_tensors(vocoder: Vocoder) -> dict[str, int]:
    """Tensors whose ranges `emit_windowed_int8` needs, and their channels, in the order of `emit_calibrating`."""
    tensors: dict[str, int] = {}
    for name, convolution in quantisable_convolutions(vocoder):
        outputs, inputs, _ = convolution.weight.shape
        tensors |= {f"{name}.input": inputs, name: outputs}
    return tensors


def ranges_of(vocoder: Vocoder, low: Array, high: Array) -> dict[str, Range]:
    """From the outputs of `emit_calibrating`'s graph: the element-wise minimum of all runs' `low`, and so on."""
    tensors = ranged_tensors(vocoder)
    ends = np.cumsum(list(tensors.values()))[:-1]
    pieces = zip(tensors, np.split(low, ends), np.split(high, ends), strict=True)
    return {name: Range(least, greatest) for name, least, greatest in pieces}
