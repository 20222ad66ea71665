"""Which way the melody goes at the end of a line: up for a question, down for a statement, or nowhere."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from training.judge.pitch import FRAME_SECONDS, semitones, track_f0
from training.judge.voice import Utterance, Voice
from training.lines import Line

_LAST_FRAMES = round(0.3 / FRAME_SECONDS)
_EDGE_FRAMES = round(0.05 / FRAME_SECONDS)


def measure_endings(
    voice: Voice, lines: Mapping[str, Sequence[Line]], *, advance: Callable[[], object] = lambda: None
) -> dict[str, float]:
    """The median movement for each kind of line, as `yes_no_semitones`."""
    figures = {}
    for kind, ones in lines.items():
        movements = []
        for line in ones:
            movements.append(final_movement_semitones(voice.say(line)))
            advance()
        figures[f"{kind}_semitones"] = float(np.nanmedian(movements)) if np.isfinite(movements).any() else np.nan
    return figures


def final_movement_semitones(utterance: Utterance) -> float:
    """From the first 50 ms to the last 50 ms of the last 300 ms that are voiced; NaN if less is voiced."""
    f0_hz = track_f0(utterance.audio, utterance.rate_hz)
    last = f0_hz[f0_hz > 0][-_LAST_FRAMES:]
    if len(last) < _LAST_FRAMES:
        return float("nan")
    pitch = semitones(last)
    return float(np.median(pitch[-_EDGE_FRAMES:]) - np.median(pitch[:_EDGE_FRAMES]))
