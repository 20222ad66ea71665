"""What a teacher tells of a sentence, frame by frame: the columns that the vocoder speaks from.

A frame is 5 ms. Its columns are those of mixed-excitation mel-cepstral vocoders (Yoshimura 2001; flite's CLUSTERGEN
voices): log F0, voicing, 25 mel-cepstral coefficients of a spectrum sampled up to 8 kHz, five band strengths.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

SAMPLE_RATE_HZ: Final = 24_000
FRAME_SAMPLES: Final = 120
"""5 ms: also the unit of every duration."""
FRAMES_PER_SECOND: Final = SAMPLE_RATE_HZ // FRAME_SAMPLES

LOG_F0: Final = 0
"""Natural logarithm of F0 in Hz; interpolated where the frame is unvoiced."""
VOICING: Final = 1
"""1 in voiced frames, 0 in others."""
CEPSTRUM: Final = slice(2, 27)
"""Mel-cepstrum c0 to c24, in nepers of the amplitude spectrum of a 16-bit signal (full scale is 32768)."""
STRENGTHS: Final = slice(27, 32)
"""The periodic share of 0-1, 1-2, 2-4, 4-6 and above 6 kHz, each from 0 to 1."""
COLUMNS: Final = 32

CEPSTRUM_ORDER: Final = 25
WARP_ALPHA: Final = 0.42
"""Of the all-pass that bends the frequency axis towards mel, at `WARP_RATE_HZ` (Tokuda 1994; flite's mlsa_alpha)."""
WARP_RATE_HZ: Final = 16_000


def warp(frequency_hz: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """The angle in radians at which mel-cepstra are evaluated for a frequency: the phase of the all-pass of alpha 0.42.

    Constant above 8 kHz, where the cepstra say nothing.
    """
    omega = 2 * np.pi * np.minimum(np.asarray(frequency_hz, np.float64), WARP_RATE_HZ / 2) / WARP_RATE_HZ
    angle: npt.NDArray[np.float64] = omega + 2 * np.arctan2(WARP_ALPHA * np.sin(omega), 1 - WARP_ALPHA * np.cos(omega))
    return angle


def cosines(frequency_hz: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Shape (frequencies, 25): a mel-cepstrum times its transpose is the log amplitude spectrum there, in nepers."""
    table: npt.NDArray[np.float64] = np.cos(np.outer(warp(frequency_hz), np.arange(CEPSTRUM_ORDER)))
    return table


def continuous_log_f0(f0_hz: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """log F0 of every frame, interpolated through unvoiced ones (F0 of 0); log 150 if nothing is voiced."""
    f0 = np.asarray(f0_hz, np.float64)
    voiced = np.flatnonzero(f0 > 0)
    if not len(voiced):
        return np.full(len(f0), np.log(150.0))
    return np.interp(np.arange(len(f0)), voiced, np.log(f0[voiced]))


_STRENGTH_EDGES_HZ: Final = (0.0, 1000.0, 2000.0, 4000.0, 6000.0, 1e6)


def strength_bands(frequency_hz: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """(5, frequencies): which strength holds where, with slopes of 400 Hz; every column sums to 1."""
    hz = np.asarray(frequency_hz, np.float64)
    low, high = np.array(_STRENGTH_EDGES_HZ[:-1]), np.array(_STRENGTH_EDGES_HZ[1:])
    rise = np.clip((hz[None] - low[:, None]) / 400 + 0.5, 0, 1)
    rise[0] = 1
    fall = np.clip((high[:, None] - hz[None]) / 400 + 0.5, 0, 1)
    bands: npt.NDArray[np.float64] = rise * fall / (rise * fall).sum(axis=0)
    return bands
