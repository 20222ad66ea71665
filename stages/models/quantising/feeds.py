"""What the parts are given when a sentence is spoken: made by running those before them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from utterd.stages.models.quantising.running import Arrays, Running

FloatArray = npt.NDArray[np.float32]

HARMONIC_FRAMES = 60
"""Frames of the harmonics' transform to one of the features; the harmonics have one more in all (Kokoro's figures)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """Of the inputs of all normalisations of the vocoder when a voice speaks; each float32 (sum of channels,)."""

    mean: FloatArray
    variance: FloatArray

    def affines(self, gains: FloatArray, offsets: FloatArray, epsilon: float) -> tuple[FloatArray, FloatArray]:
        """Scale and shift of a windowed vocoder."""
        scale = gains / np.sqrt(self.variance + np.float32(epsilon))
        return scale, offsets - self.mean * scale


def text_feeds(tokens: Iterable[int], style: FloatArray, speed: float = 1.0) -> Arrays:
    """
    Args:
        tokens: without padding.
        style: float32 (1, 256).
    """
    return {
        "tokens": np.array([[0, *tokens, 0]], np.int64),
        "style": style,
        "speed": np.array([speed], np.float32),
    }


def decoder_feeds(text: Running, feeds: Arrays) -> Arrays:
    """Of a text part and what that is given."""
    given = text(feeds)
    return {"style": feeds["style"], **{name: given[name] for name in ("asr", "f0", "energy")}}


def excerpt(decoded: Arrays, frames: int) -> Arrays:
    """Of what a decoder gave, so many frames from its middle; all if it has no more."""
    begin = max(0, (decoded["features"].shape[2] - frames) // 2)
    return _slice(decoded, begin, begin + frames)


def windows(decoded: Arrays, statistics: Statistics, epsilon: float, frames: int) -> Iterator[Arrays]:
    """What a decoder gave, for a windowed vocoder: windows of up to so many frames, and never of only one."""
    scale, shift = statistics.affines(decoded["gains"], decoded["offsets"], epsilon)
    total = decoded["features"].shape[2]
    for begin in range(0, total, frames):
        end = min(begin + frames, total)
        begin = min(begin, max(0, end - 2))
        yield {**_slice(decoded, begin, end), "scale": scale, "shift": shift}


def _slice(decoded: Arrays, begin: int, end: int) -> Arrays:
    harmonics = decoded["harmonics"][:, :, HARMONIC_FRAMES * begin : HARMONIC_FRAMES * end + 1]
    return {**decoded, "features": decoded["features"][:, :, begin:end], "harmonics": harmonics}
