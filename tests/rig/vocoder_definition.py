"""What comes out of a generator, by definition: plain numpy in float64, after `description.py` alone.

Nothing is folded, split or reordered.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from utterd.stages.models.vocoder.description import Convolution, Norm, ResidualStep, Upsampling, Vocoder

Double = npt.NDArray[np.float64]
Unit = Mapping[str, npt.NDArray[np.float32]]
"""Features, harmonics, gains and offsets."""


@dataclass
class Definition:
    """Evaluates a vocoder as its description reads; keeps what it meets."""

    vocoder: Vocoder
    means: list[Double] = field(default_factory=list)
    mean_squares: list[Double] = field(default_factory=list)

    def waveform(self, unit: Unit) -> Double:
        sizes = np.cumsum(self.vocoder.channels)[:-1]
        affines = iter(zip(np.split(unit["gains"], sizes), np.split(unit["offsets"], sizes), strict=True))
        x, harmonics = unit["features"][0].astype(float), unit["harmonics"][0].astype(float)

        def snake(x: Double, norm: Norm) -> Double:
            gain, offset = (each.astype(float)[:, None] for each in next(affines))
            self.means.append(x.mean(axis=1))
            self.mean_squares.append((x**2).mean(axis=1))
            deviation = np.sqrt(x.var(axis=1, keepdims=True) + self.vocoder.epsilon)
            z = (x - x.mean(axis=1, keepdims=True)) / deviation * gain + offset
            return (z + np.sin(z) ** 2) / norm.alpha.astype(float)[:, None]

        for stage in self.vocoder.stages:
            noise = residual(convolved(harmonics, stage.noise_convolution), stage.noise_block, snake)
            x = transposed(leaky_relu(x, stage.slope), stage.upsampling)
            if stage.reflect:
                x = np.concatenate([x[:, 1:2], x], axis=1)
            x = x + noise
            x = np.mean([residual(x, block, snake) for block in stage.blocks], axis=0)
        return self.inverse(convolved(leaky_relu(x, self.vocoder.post_slope), self.vocoder.post))

    def inverse(self, x: Double) -> Double:
        log_magnitude, sine = np.split(x, 2)
        magnitude, phase = np.exp(log_magnitude), np.sin(sine)
        hop, fft = self.vocoder.hop, self.vocoder.inverse_real.shape[2]
        samples = np.zeros((x.shape[1] - 1) * hop + fft)
        for frame, (radius, angle) in enumerate(zip(magnitude.T, phase.T, strict=True)):
            real = radius * np.cos(angle) @ self.vocoder.inverse_real[:, 0]
            imaginary = radius * np.sin(angle) @ self.vocoder.inverse_imaginary[:, 0]
            samples[frame * hop : frame * hop + fft] += real + imaginary
        return samples[self.vocoder.trim : -self.vocoder.trim]


def residual(x: Double, steps: tuple[ResidualStep, ...], snake: Callable[[Double, Norm], Double]) -> Double:
    for step in steps:
        inner = convolved(snake(x, step.first_norm), step.first)
        x = x + convolved(snake(inner, step.second_norm), step.second)
    return x


def leaky_relu(x: Double, slope: float) -> Double:
    return np.where(x < 0, x * slope, x)


def convolved(x: Double, by: Convolution) -> Double:
    padded = np.pad(x, ((0, 0), (by.padding, by.padding)))
    kernel = by.weight.shape[2]
    count = (padded.shape[1] - (kernel - 1) * by.dilation - 1) // by.stride + 1
    out = np.repeat(by.bias.astype(float)[:, None], count, axis=1)
    for tap in range(kernel):
        first = tap * by.dilation
        out += by.weight[:, :, tap].astype(float) @ padded[:, first : first + (count - 1) * by.stride + 1 : by.stride]
    return out


def transposed(x: Double, by: Upsampling) -> Double:
    kernel = by.weight.shape[2]
    out = np.zeros((by.weight.shape[1], (x.shape[1] - 1) * by.stride + kernel))
    for frame in range(x.shape[1]):
        spread = np.einsum("i,iok->ok", x[:, frame], by.weight.astype(float))
        out[:, frame * by.stride : frame * by.stride + kernel] += spread
    return out[:, by.padding : out.shape[1] - by.padding] + by.bias.astype(float)[:, None]


def decibels(wanted: npt.ArrayLike, got: npt.ArrayLike) -> float:
    """How far the difference lies below what is wanted."""
    wanted = np.asarray(wanted, float)
    error = np.sum((wanted - np.asarray(got, float)) ** 2)
    return float(10 * np.log10(np.sum(wanted**2) / max(error, 1e-300)))


def scale_and_shift(
    vocoder: Vocoder, unit: Unit, mean: Double, mean_square: Double
) -> dict[str, npt.NDArray[np.float32]]:
    """What a windowed graph takes for these statistics, in place of the unit's gains and offsets."""
    variance = np.maximum(mean_square - mean**2, 0)
    scale = unit["gains"] / np.sqrt(variance + vocoder.epsilon)
    shift = unit["offsets"] - mean * scale
    return {"scale": scale.astype(np.float32), "shift": shift.astype(np.float32)}
