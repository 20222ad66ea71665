"""Pictures of a student above its teacher: spectrogram, F0, and where the tokens are."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import scipy.signal
import soxr
from matplotlib.figure import Figure

from training.judge.pitch import FRAME_SECONDS, track_f0
from training.judge.tokens import spans
from training.judge.voice import Utterance

_RATE_HZ: Final = 24_000
_WINDOW_SAMPLES: Final = 384
"""16 ms: long enough to see formants, short enough to see pulses and bursts."""
_RANGE_DB: Final = 80.0
_INK: Final = "#7fdfff"


def plot(utterances: Sequence[tuple[str, Utterance]], path: Path) -> None:
    """One panel for each, from top to bottom, in one picture with a common time axis."""
    longest = max(utterance.seconds for _, utterance in utterances)
    figure = Figure(figsize=(min(60.0, 2 + 5 * longest), 4.5 * len(utterances)))
    panels = figure.subplots(len(utterances), squeeze=False, sharex=True)
    for (name, utterance), panel in zip(utterances, panels[:, 0], strict=True):
        _draw_spectrogram(panel, utterance)
        _draw_f0(panel.twinx(), utterance)
        _draw_tokens(panel, utterance)
        panel.set_title(f"{name}: {utterance.line.text}", loc="left", fontsize=9, pad=22)
    panels[-1, 0].set_xlabel("s")
    panels[-1, 0].set_xlim(0, longest)
    figure.tight_layout()
    figure.savefig(path, dpi=80)


def _draw_spectrogram(panel: Any, utterance: Utterance) -> None:
    audio = soxr.resample(utterance.audio.astype(np.float64), utterance.rate_hz, _RATE_HZ)
    audio /= np.abs(audio).max() + 1e-9
    options = {"nperseg": _WINDOW_SAMPLES, "noverlap": _WINDOW_SAMPLES * 7 // 8, "nfft": 1024}
    frequencies, times, levels = scipy.signal.spectrogram(audio, _RATE_HZ, **options)
    levels_db = 10 * np.log10(levels + 1e-15)
    panel.pcolormesh(
        times, frequencies / 1000, levels_db, vmin=levels_db.max() - _RANGE_DB, cmap="magma", rasterized=True
    )
    panel.set_ylabel("kHz")
    panel.set_ylim(0, _RATE_HZ / 2000)


def _draw_f0(panel: Any, utterance: Utterance) -> None:
    f0_hz = track_f0(utterance.audio, utterance.rate_hz)
    times = np.arange(len(f0_hz)) * FRAME_SECONDS
    panel.plot(times, np.where(f0_hz > 0, f0_hz, np.nan), color=_INK, linewidth=2)
    panel.set_ylim(0, 500)
    panel.set_ylabel("F0, Hz", color=_INK)


def _draw_tokens(panel: Any, utterance: Utterance) -> None:
    """A line at each boundary, and the symbols above the panel."""
    for span in spans(utterance):
        start, stop = span.start / utterance.rate_hz, span.stop / utterance.rate_hz
        if stop > start:
            panel.axvline(start, color="white", linewidth=0.4, alpha=0.6)
            height = 1.01 if span.is_sound else 1.05
            where = {"transform": panel.get_xaxis_transform(), "ha": "center"}
            panel.text((start + stop) / 2, height, span.symbol, **where)
