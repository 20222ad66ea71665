"""The generator of a Kokoro graph as data: what was read from a file, from which every graph of it is written.

Structure: Kokoro 0.9.4, `istftnet.Generator`. Weight normalisation is resolved; all arrays are float32.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Convolution:
    """Along time."""

    weight: Array
    """(out, in, kernel)."""
    bias: Array
    """(out,)."""
    stride: int = 1
    dilation: int = 1
    padding: int = 0
    """Zeros at either end."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Upsampling:
    """A transposed convolution along time: frames become `stride` times as many."""

    weight: Array
    """(in, out, kernel); kernel is twice the stride in Kokoro."""
    bias: Array
    """(out,)."""
    stride: int
    padding: int
    """Frames of what is made that are cut away at either end."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Norm:
    """Adaptive instance normalisation and Snake behind it, up to Snake's argument: `normalised * gain + offset`.

    gain = style @ gain_weight + gain_bias, and offset likewise, of the style's decoder half (128 values). The
    normalisation's own affine and Snake's alpha are in them.
    """

    gain_weight: Array
    """(128, channels)."""
    gain_bias: Array
    """(channels,)."""
    offset_weight: Array
    """As gain_weight."""
    offset_bias: Array
    """As gain_bias."""
    alpha: Array
    """(channels,): Snake is `(z + sin(z)^2) / alpha` of the z above."""

    @property
    def channels(self) -> int:
        return len(self.gain_bias)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResidualStep:
    """x + second(snake(second_norm(first(snake(first_norm(x))))))."""

    first_norm: Norm
    first: Convolution
    second_norm: Norm
    second: Convolution


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stage:
    """LeakyReLU, upsampling, the harmonics added, and the mean of the blocks."""

    slope: float
    """What LeakyReLU multiplies negative values by."""
    upsampling: Upsampling
    reflect: bool
    """One frame is reflected at the beginning, behind the upsampling (the last stage's)."""
    noise_convolution: Convolution
    """Of the harmonics, down to this stage's rate."""
    noise_block: tuple[ResidualStep, ...]
    blocks: tuple[tuple[ResidualStep, ...], ...]
    """Beside each other; their mean goes on."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Vocoder:
    """From decoder features at 80 Hz and harmonics at 4.8 kHz to samples at 24 kHz."""

    stages: tuple[Stage, ...]
    post_slope: float
    """Of the LeakyReLU before `post`."""
    post: Convolution
    """To log magnitudes and phases: 2 * (fft // 2 + 1) channels."""
    inverse_real: Array
    """(bins, 1, fft): the inverse transform's transposed convolution, window and scale included."""
    inverse_imaginary: Array
    """Likewise, with the sign it is added with."""
    hop: int
    """Samples from a frame of the spectrum to the next."""
    trim: int
    """Samples cut away at either end."""
    epsilon: float
    """Of every normalisation."""

    def norms(self) -> Iterator[Norm]:
        """In the order of gains and offsets: stage by stage, the noise block first, both norms of each step."""
        for stage in self.stages:
            for block in (stage.noise_block, *stage.blocks):
                for step in block:
                    yield step.first_norm
                    yield step.second_norm

    @property
    def channels(self) -> tuple[int, ...]:
        return tuple(norm.channels for norm in self.norms())
