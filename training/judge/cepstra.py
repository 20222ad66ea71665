"""Mel-cepstra of a recording up to 8 kHz: WORLD's spectral envelope (CheapTrick) on the teachers' own warped axis."""

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
import soxr

from training.judge.pitch import FRAME_SECONDS, Frames, track_f0
from training.judge.world import pyworld
from training.parameters import WARP_RATE_HZ, cosines, warp

_FLOOR: Final = 1e-4
"""-80 dB against the strongest: what is weaker is neither heard nor compared, least of all where a filter ends."""
_SPEECH_RANGE_DB: Final = 40.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Analysis:
    """One recording, every 5 ms."""

    f0_hz: Frames
    """0 where unvoiced. Shape (frames,)."""
    cepstra: Frames
    """c0 to c24 of the amplitude spectrum against the recording's strongest, in nepers. Shape (frames, 25)."""

    @property
    def is_speech(self) -> npt.NDArray[np.bool_]:
        """Frames within 40 dB of the loudest: silences would be compared by their noise floors."""
        level_db = 20 / np.log(10) * self.cepstra[:, 0]
        return np.asarray(level_db > level_db.max() - _SPEECH_RANGE_DB)


def analyse(audio: npt.ArrayLike, rate_hz: int) -> Analysis:
    """Whatever its rate, as a 16 kHz recording; whatever its level, at one."""
    samples = soxr.resample(np.asarray(audio, np.float64), rate_hz, WARP_RATE_HZ)
    f0_hz = track_f0(samples, WARP_RATE_HZ)
    times = np.arange(len(f0_hz)) * FRAME_SECONDS
    power = pyworld.cheaptrick(np.ascontiguousarray(samples), f0_hz, times, WARP_RATE_HZ)
    amplitudes = np.sqrt(power / power.max())
    return Analysis(f0_hz=f0_hz, cepstra=np.log(amplitudes + _FLOOR) @ _projection(power.shape[1]).T)


@cache
def _projection(bins: int) -> Frames:
    """The least-squares fit of 25 cosines to a log spectrum, every stretch of the warped axis counting alike."""
    frequencies = np.linspace(0, WARP_RATE_HZ / 2, bins)
    weights = np.sqrt(np.gradient(warp(frequencies)))
    return np.linalg.pinv(cosines(frequencies) * weights[:, None]) * weights
