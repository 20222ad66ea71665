"""A generator with Kokoro's structure and a few channels, of seeded random weights."""

import numpy as np
import numpy.typing as npt

from utterd.stages.models.vocoder.description import (
    Convolution,
    Norm,
    ResidualStep,
    Stage,
    Upsampling,
    Vocoder,
)

BINS, FFT, HOP = 11, 20, 5
STYLE = 128
FRAME_SAMPLES, HARMONIC_FRAMES = 300, 60


class Weights:
    """Draws arrays from one seed."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)

    def normal(self, *shape: int, spread: float = 1.0, around: float = 0.0) -> npt.NDArray[np.float32]:
        return (around + spread * self._random.standard_normal(shape)).astype(np.float32)

    def convolution(self, inputs: int, outputs: int, kernel: int, *, gain: float = 0.5, **more: int) -> Convolution:
        weight = self.normal(outputs, inputs, kernel, spread=gain * (inputs * kernel) ** -0.5)
        return Convolution(weight=weight, bias=self.normal(outputs, spread=0.1), **more)

    def upsampling(self, inputs: int, outputs: int, stride: int, kernel: int) -> Upsampling:
        weight = self.normal(inputs, outputs, kernel, spread=inputs**-0.5)
        return Upsampling(
            weight=weight, bias=self.normal(outputs, spread=0.1), stride=stride, padding=(kernel - stride) // 2
        )

    def norm(self, channels: int) -> Norm:
        return Norm(
            gain_weight=self.normal(STYLE, channels, spread=0.02),
            gain_bias=self.normal(channels, spread=0.1, around=1.0),
            offset_weight=self.normal(STYLE, channels, spread=0.02),
            offset_bias=self.normal(channels, spread=0.1),
            alpha=np.exp(self.normal(channels, spread=0.3)),
        )

    def block(self, channels: int, kernel: int) -> tuple[ResidualStep, ...]:
        return tuple(
            ResidualStep(
                first_norm=self.norm(channels),
                first=self.convolution(
                    channels, channels, kernel, dilation=dilation, padding=(kernel - 1) * dilation // 2
                ),
                second_norm=self.norm(channels),
                second=self.convolution(channels, channels, kernel, padding=(kernel - 1) // 2),
            )
            for dilation in (1, 3, 5)
        )


def small_vocoder(seed: int = 0, *, widths: tuple[int, int, int] = (12, 10, 6)) -> Vocoder:
    """As Kokoro's, of fewer channels: `widths` are those of the features and of the two stages."""
    weights = Weights(seed)
    features, first, second = widths
    stages = (
        Stage(
            slope=0.1,
            upsampling=weights.upsampling(features, first, stride=10, kernel=20),
            reflect=False,
            noise_convolution=weights.convolution(2 * BINS, first, 12, stride=6, padding=3),
            noise_block=weights.block(first, 7),
            blocks=tuple(weights.block(first, kernel) for kernel in (3, 7, 11)),
        ),
        Stage(
            slope=0.1,
            upsampling=weights.upsampling(first, second, stride=6, kernel=12),
            reflect=True,
            noise_convolution=weights.convolution(2 * BINS, second, 1),
            noise_block=weights.block(second, 11),
            blocks=tuple(weights.block(second, kernel) for kernel in (3, 7, 11)),
        ),
    )
    angles = 2 * np.pi * np.outer(np.arange(BINS), np.arange(FFT)) / FFT
    window = np.hanning(FFT + 1)[:-1] / FFT
    return Vocoder(
        stages=stages,
        post_slope=0.01,
        post=weights.convolution(second, 2 * BINS, 7, padding=3, gain=0.3),
        inverse_real=(np.cos(angles) * window)[:, None].astype(np.float32),
        inverse_imaginary=(-np.sin(angles) * window)[:, None].astype(np.float32),
        hop=HOP,
        trim=FFT // 2,
        epsilon=1e-5,
    )


def unit_of(vocoder: Vocoder, frames: int, seed: int = 1) -> dict[str, npt.NDArray[np.float32]]:
    """A unit's features, harmonics, gains and offsets, as the decoder would give them."""
    weights = Weights(seed)
    style = weights.normal(STYLE)
    gains = [style @ norm.gain_weight + norm.gain_bias for norm in vocoder.norms()]
    offsets = [style @ norm.offset_weight + norm.offset_bias for norm in vocoder.norms()]
    return {
        "features": weights.normal(1, vocoder.stages[0].upsampling.weight.shape[0], frames, around=0.3),
        "harmonics": weights.normal(1, 2 * BINS, HARMONIC_FRAMES * frames + 1),
        "gains": np.concatenate(gains).astype(np.float32),
        "offsets": np.concatenate(offsets).astype(np.float32),
    }
