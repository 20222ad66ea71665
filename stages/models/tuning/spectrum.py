"""Log-mel spectra, in numpy alone: how a listener would lay two sounds beside each other."""

from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from utterd.stages.chunks import SAMPLE_RATE_HZ

Spectrum = npt.NDArray[np.float32]
"""Power in dB, shape (frames, 80)."""

HOP: Final = 300
"""Samples to a frame: 12.5 ms, as Kokoro's F0 has them."""
_WINDOW: Final = 1200
_FFT: Final = 2048
_BANDS: Final = 80
"""As the spectra that StyleTTS 2, and so Kokoro, was trained on (its meldataset.py)."""
_SILENCE: Final = 1e-10
"""-100 dB, so that digital silence has a logarithm."""


def log_mel(samples: npt.NDArray[np.float32]) -> Spectrum:
    """Of mono float32 at 24 kHz, shape (samples,): a frame each 300 samples, with its window centred on them."""
    frames = len(samples) // HOP
    margin = (_WINDOW - HOP) // 2
    padded = np.pad(samples[: frames * HOP], (margin, margin + HOP))
    windows = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::HOP][:frames]
    spectrum = np.empty((frames, _BANDS), np.float32)
    for first in range(0, frames, _FFT):  # by parts: a minute's spectra at once would be half a gigabyte
        part = windows[first : first + _FFT] * _hann()
        power = np.abs(np.fft.rfft(part, _FFT)) ** 2 / np.sum(_hann() ** 2)
        spectrum[first : first + _FFT] = 10 * np.log10(power @ _bands().T + _SILENCE)
    return spectrum


@cache
def _hann() -> npt.NDArray[np.float64]:
    return 0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(_WINDOW) + 0.5) / _WINDOW)


@cache
def _bands() -> npt.NDArray[np.float64]:
    """Triangles of height 1, spaced evenly in mels from 0 to 12 kHz (mel = 2595 log10(1 + f / 700), as torchaudio)."""
    top = 2595 * np.log10(1 + SAMPLE_RATE_HZ / 2 / 700)
    edges = 700 * (10 ** (np.linspace(0, top, _BANDS + 2) / 2595) - 1)
    frequencies = np.linspace(0, SAMPLE_RATE_HZ / 2, _FFT // 2 + 1)
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising, falling = (frequencies - low) / (middle - low), (high - frequencies) / (high - middle)
    return np.asarray(np.maximum(0, np.minimum(rising, falling)))
