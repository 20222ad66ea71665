"""Convolutions in int8: uint8 in and out, int8 weights, and scales per channel on all three sides.

ONNX Runtime's kernel knows one scale for its input and one for its output. Channels have their own all the same: the
input's are multiplied into the weights, the output's divide the scales of the weights, and the kernel is told 1 for
both. What stands between convolutions (operators of stages/native) takes a scale per channel.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from utterd.stages.models.vocoder.description import Array, Convolution
from utterd.stages.models.vocoder.ranges import Range

OUTPUT_ZERO: Final = 128
"""Of convolutions' outputs, whose values lie around 0."""
_LEVELS: Final = 255
_LEAST_SCALE: Final = 1e-8
"""Of channels that are always 0."""
_MOST_BIAS: Final = 2**30
"""In steps: half of what the kernel's sums can hold. The other half is more than all products of a channel make."""


@dataclass(frozen=True, slots=True, eq=False)
class Rounded:
    """One convolution's constants."""

    weight: npt.NDArray[np.int8]
    """(out, in, kernel)."""
    weight_scale: Array
    """(out,): times the sum of products is the output in its own steps."""
    bias: npt.NDArray[np.int32]
    """(out,)."""
    input_scale: Array
    """(in,)."""
    input_zero: int
    output_scale: Array
    """(out,)."""


def rounded(convolution: Convolution, given: Range, got: Range, *, weight_levels: int) -> Rounded:
    """`convolution` for inputs that take `given` and outputs that take `got`; what lies beyond is cut off.

    Args:
        weight_levels: the largest integer weight, 127 at most.
    """
    input_scale, input_zero = _input_grid(given)
    output_scale = np.maximum(np.maximum(-got.low, got.high) / (_LEVELS - OUTPUT_ZERO), _LEAST_SCALE)
    weight = convolution.weight * input_scale[None, :, None]
    step = np.maximum(np.abs(weight).max(axis=(1, 2)) / weight_levels, np.abs(convolution.bias) / _MOST_BIAS)
    step = np.maximum(step, _LEAST_SCALE)
    return Rounded(
        weight=np.rint(weight / step[:, None, None]).astype(np.int8),
        weight_scale=(step / output_scale).astype(np.float32),
        bias=np.rint(convolution.bias / step).astype(np.int32),
        input_scale=input_scale,
        input_zero=input_zero,
        output_scale=output_scale.astype(np.float32),
    )


def _input_grid(given: Range) -> tuple[Array, int]:
    """Scales such that every channel's range fits around the one zero; 0 itself is always met, as padding is 0."""
    low, high = np.minimum(given.low, 0), np.maximum(given.high, 0)
    span = max(float(high.max() - low.min()), _LEAST_SCALE)
    zero = int(np.clip(round(-float(low.min()) / span * _LEVELS), 1, _LEVELS - 1))
    scale = np.maximum(high / (_LEVELS - zero), -low / zero)
    return np.maximum(scale, _LEAST_SCALE).astype(np.float32), zero
