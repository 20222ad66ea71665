"""How loud each sentence is (ITU-R BS.1770, in LUFS), how evenly, and how close to full scale."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyloudnorm
import soxr

from training.judge.voice import Utterance

_BLOCK_SECONDS: Final = 0.4
_OVERSAMPLING: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Loudness:
    """Of a list of sentences."""

    mean_lufs: float
    spread_lu: float
    """Standard deviation between sentences."""
    largest_deviation_lu: float
    """Of one sentence from the mean."""
    true_peak_dbtp: float
    """The highest of all, four times oversampled; above 0 a converter clips."""


def measure_loudness(utterances: Iterable[Utterance], *, advance: Callable[[], object] = lambda: None) -> Loudness:
    lufs, peaks = [], []
    for utterance in utterances:
        lufs.append(integrated_lufs(utterance.audio, utterance.rate_hz))
        peaks.append(true_peak(utterance.audio, utterance.rate_hz))
        advance()
    deviations = np.array(lufs) - np.mean(lufs)
    return Loudness(
        mean_lufs=float(np.mean(lufs)),
        spread_lu=float(deviations.std()),
        largest_deviation_lu=float(np.abs(deviations).max()),
        true_peak_dbtp=float(20 * np.log10(max(peaks))),
    )


def integrated_lufs(audio: npt.NDArray[np.floating], rate_hz: int) -> float:
    """Gated. A sound shorter than the standard's block of 0.4 s is one block."""
    block = min(_BLOCK_SECONDS, len(audio) / rate_hz)
    return float(pyloudnorm.Meter(rate_hz, block_size=block).integrated_loudness(audio.astype(np.float64)))


def true_peak(audio: npt.NDArray[np.floating], rate_hz: int) -> float:
    """Of the curve through the samples, in shares of full scale."""
    oversampled = soxr.resample(audio.astype(np.float64), rate_hz, rate_hz * _OVERSAMPLING, "VHQ")
    return float(np.abs(oversampled).max())
