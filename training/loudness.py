"""How loud a take will sound, from its parameters alone: ITU-R BS.1770's weighting and gates on spectral envelopes.

Exact enough to make takes even; what comes out is measured on audio (`training.judge.loudness`).
"""

import numpy as np
import numpy.typing as npt
from scipy import signal

from training.parameters import CEPSTRUM, STRENGTHS, VOICING, cosines, strength_bands

TARGET_LUFS = -16.0
NEPERS_PER_DB = np.log(10) / 20
_SPACING_HZ = 80.0
_HZ = np.arange(_SPACING_HZ, 8000, _SPACING_HZ)
_DENSITY = 1.5**2 * 1.5 / 12_000 / 32768**2
"""Power per Hz of the vocoder's excitation, pulses and noise alike, relative to full scale."""
_BLOCK = 80
"""Frames: 400 ms."""


def _k_weighting() -> npt.NDArray[np.float64]:
    """Power gain of BS.1770's two filters at 48 kHz."""
    shelf = ([1.53512485958697, -2.69169618940638, 1.19839281085285], [1.0, -1.69065929318241, 0.73248077421585])
    high_pass = ([1.0, -2.0, 1.0], [1.0, -1.99004745483398, 0.99007225036621])
    gain = np.ones(len(_HZ))
    for numerator, denominator in (shelf, high_pass):
        gain = gain * np.abs(signal.freqz(numerator, denominator, _HZ, fs=48_000)[1]) ** 2
    return gain


WEIGHTS = _k_weighting() * _DENSITY * _SPACING_HZ
"""What power at each of 99 frequencies counts, 80 Hz apart: (99,)."""
COSINES = cosines(_HZ).T.astype(np.float32)
"""Cepstrum → log amplitude there: (25, 99)."""
BANDS = strength_bands(_HZ)
"""Strengths → periodic share there: (5, 99)."""


def estimate_lufs(parameters: npt.NDArray[np.float32]) -> float:
    """Gated loudness of a take, relative to a full-scale signal."""
    amplitude = np.exp(parameters[:, CEPSTRUM] @ COSINES)
    periodic = parameters[:, STRENGTHS] @ BANDS
    share = parameters[:, VOICING, None] * periodic**2 + (1 - periodic) ** 2
    power = (amplitude**2 * share) @ WEIGHTS
    blocks = np.convolve(power, np.ones(_BLOCK) / min(_BLOCK, len(power)), "same" if len(power) > _BLOCK else "valid")
    loud = blocks[blocks > 10 ** (-7)]
    if not len(loud):
        return -70.0
    kept = loud[loud > loud.mean() / 10]
    return float(-0.691 + 10 * np.log10(kept.mean()))


def loudness_shift(parameters: npt.NDArray[np.float32]) -> float:
    """What to add to c0, in nepers, for `TARGET_LUFS`."""
    shift: float = (TARGET_LUFS - estimate_lufs(parameters)) * NEPERS_PER_DB
    return shift
