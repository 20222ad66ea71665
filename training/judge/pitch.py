"""F0 of a recording, frame by frame, by WORLD's DIO and StoneMask.

Chosen against the F0 that the teachers know they used: DIO misses 3 to 5 % of voiced frames and invents 1 to 4 %, where
Harvest, for twenty times the work, invents up to 16 %.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from training.judge.levels import window_energies
from training.judge.world import pyworld

Frames = npt.NDArray[np.float64]

FRAME_SECONDS: Final = 0.005
_FLOOR_HZ: Final = 60.0
_CEILING_HZ: Final = 420.0
_LEVEL_WINDOW_S: Final = 0.025
_SOUNDING_DB: Final = -40.0
"""Against the loudest frame."""


def track_f0(audio: npt.ArrayLike, rate_hz: int) -> Frames:
    """F0 in Hz every 5 ms, 0 where there is none."""
    samples = np.ascontiguousarray(audio, np.float64)
    options = {"f0_floor": _FLOOR_HZ, "f0_ceil": _CEILING_HZ, "frame_period": FRAME_SECONDS * 1000}
    rough, times = pyworld.dio(samples, rate_hz, **options)
    f0_hz: Frames = pyworld.stonemask(samples, rough, times, rate_hz)
    f0_hz[~_is_sounding(samples, rate_hz, len(f0_hz))] = 0
    return f0_hz


def _is_sounding(samples: Frames, rate_hz: int, frames: int) -> npt.NDArray[np.bool_]:
    """Loud enough round a frame: in the last of a fading vowel, DIO finds what it likes."""
    starts_s = np.arange(frames) * FRAME_SECONDS - _LEVEL_WINDOW_S / 2
    power = window_energies(samples, rate_hz, starts_s, _LEVEL_WINDOW_S)
    return np.asarray(power > power.max() * 10 ** (_SOUNDING_DB / 10))


def semitones(f0_hz: npt.ArrayLike) -> Frames:
    """Above 1 Hz: only differences mean anything."""
    return 12 * np.log2(np.asarray(f0_hz, np.float64))


def span_semitones(f0_hz: Frames) -> float:
    """From the 5th to the 95th percentile of the voiced frames; NaN if there are none."""
    voiced = f0_hz[f0_hz > 0]
    if not len(voiced):
        return float("nan")
    low, high = np.percentile(semitones(voiced), (5, 95))
    return float(high - low)
