"""Harmonics against noise in a vowel, band by band: how alike two neighbouring periods of it are (after Boersma 1993).

Sound that changes in pitch is first bent to a constant period: else the upper harmonics of a gliding vowel would be
taken for noise, since a glide of half a percent is a quarter of a period at the fiftieth harmonic.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
import scipy.signal
from scipy.interpolate import CubicSpline

from training.judge.pitch import FRAME_SECONDS, Frames, track_f0

Bands = tuple[tuple[float, float], ...]

PERIOD_SAMPLES: Final = 1024
"""Of the bent sound: 20 to a cycle at the fiftieth harmonic."""
_LONGEST_STRAY: Final = 0.01
"""How far from the period a better match is looked for, as a share of it: the tracker errs by 0.8 %."""
_LEAST: Final = 0.01
"""Correlations below say no more than that it is noise: -20 dB."""
_LEAST_VOICED: Final = 0.6
"""Share of its frames: the tracker gives up at the ends of a clip, and where noise is strong."""
_FEWEST_PERIODS: Final = 5
_LOWEST_HZ: Final = 50.0
_HIGHEST: Final = 0.48
"""Of the sampling rate: no filter is steep at its very end."""


def harmonics_to_noise_db(
    vowel: npt.NDArray[np.float64], rate_hz: int, bands: Bands, f0_hz: Frames | None = None
) -> list[float]:
    """Of each band, in dB; NaN where the vowel is hardly voiced, is too short, or the rate has no such band.

    Args:
        f0_hz: its F0 every 5 ms, which the tracker knows better from the whole utterance.
    """
    f0_hz = track_f0(vowel, rate_hz) if f0_hz is None else f0_hz
    if not len(f0_hz) or np.mean(f0_hz > 0) < _LEAST_VOICED:
        return [np.nan] * len(bands)
    phase = _phase(f0_hz, len(vowel), rate_hz)
    if phase[-1] - phase[0] < _FEWEST_PERIODS:
        return [np.nan] * len(bands)
    return [_ratio_db(_bend(_band(vowel, rate_hz, band), phase)) if band[0] < rate_hz / 2 else np.nan for band in bands]


def _phase(f0_hz: Frames, samples: int, rate_hz: int) -> Frames:
    """In periods, at each sample."""
    voiced = np.flatnonzero(f0_hz)
    times = np.arange(samples) / rate_hz
    return np.cumsum(np.interp(times, voiced * FRAME_SECONDS, f0_hz[voiced])) / rate_hz


def _band(audio: npt.NDArray[np.float64], rate_hz: int, band: tuple[float, float]) -> npt.NDArray[np.float64]:
    edges = (max(band[0], _LOWEST_HZ), min(band[1], _HIGHEST * rate_hz))
    sections = scipy.signal.butter(4, edges, "bandpass", fs=rate_hz, output="sos")
    return np.asarray(scipy.signal.sosfiltfilt(sections, audio))


def _bend(audio: npt.NDArray[np.float64], phase: Frames) -> npt.NDArray[np.float64]:
    """To `PERIOD_SAMPLES` a period. Cubic: straight lines between samples are noise of their own near the top."""
    wanted = np.arange(phase[0], phase[-1], 1 / PERIOD_SAMPLES)
    return np.asarray(CubicSpline(phase, audio)(wanted))


def _ratio_db(bent: npt.NDArray[np.float64]) -> float:
    """The median over neighbouring periods, without the first and the last, where the vowel comes and goes."""
    starts = range(PERIOD_SAMPLES, len(bent) - 3 * PERIOD_SAMPLES, PERIOD_SAMPLES // 2)
    likeness = np.clip([_likeness(bent, start) for start in starts], _LEAST, 1 - 1e-6)
    return float(np.median(10 * np.log10(likeness / (1 - likeness)))) if len(likeness) else np.nan


def _likeness(bent: npt.NDArray[np.float64], start: int) -> float:
    """The best correlation of the period at `start` with one about a period later."""
    stray = round(_LONGEST_STRAY * PERIOD_SAMPLES)
    one = bent[start : start + PERIOD_SAMPLES]
    later = np.lib.stride_tricks.sliding_window_view(
        bent[start + PERIOD_SAMPLES - stray : start + 2 * PERIOD_SAMPLES + stray], PERIOD_SAMPLES
    )
    norms = np.linalg.norm(later, axis=1) * np.linalg.norm(one) + 1e-12
    return float((later @ one / norms).max())
