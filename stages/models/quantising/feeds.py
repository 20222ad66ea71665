"""What the parts are given when a sentence is spoken: made by running those before them."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from utterd.stages.inference.kokoro_statistics import Statistics
from utterd.stages.models.quantising.running import Arrays, Running

FloatArray = npt.NDArray[np.float32]

HARMONIC_FRAMES = 60
"""Frames of the harmonics' transform to one of the features; the harmonics have one more in all (Kokoro's figures)."""


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


def first_window(decoded: Arrays, statistics: Statistics, epsilon: float, *, frames: int, context: int) -> Arrays:
    """The beginning of what a decoder gave, for a windowed vocoder.

    Args:
        frames: as many or, of a shorter piece, all.
        context: so many more behind them, as far as the piece goes.
    """
    scale, shift = statistics.affine(decoded["gains"], decoded["offsets"], epsilon)
    end = min(frames + context, decoded["features"].shape[2])
    given = np.array([0, max(0, end - frames)], np.int64)
    return {**_slice(decoded, 0, end), "scale": scale, "shift": shift, "context": given}


def _slice(decoded: Arrays, begin: int, end: int) -> Arrays:
    harmonics = decoded["harmonics"][:, :, HARMONIC_FRAMES * begin : HARMONIC_FRAMES * end + 1]
    return {**decoded, "features": decoded["features"][:, :, begin:end], "harmonics": harmonics}
