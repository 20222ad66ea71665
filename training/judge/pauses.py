"""How long a voice is silent at a mark inside a line: what it says of its tokens, and what is heard."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import numpy as np
import numpy.typing as npt

from training.judge.levels import stepped_energies
from training.judge.tokens import SILENT, Span, spans
from training.judge.voice import Utterance
from utterd.stages.g2p.symbols import PUNCTUATION

_Quiet = npt.NDArray[np.bool_]

MARKS: Final = {
    ",": "comma",
    ";": "semicolon",
    ":": "colon",
    "—": "dash",
    "…": "ellipsis",
    ".": "period",
    "!": "exclamation",
    "?": "question",
}
"""Mark → its name in figures."""

_QUIET_DB: Final = -35.0
"""Against the loudest 10 ms of the line."""
_WINDOW_S: Final = 0.01
_STEP_S: Final = 0.001
_ROUND_S: Final = 0.06
"""How far outside the mark's own tokens quiet is still the mark's: voices fade, and boundaries are not exact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """One mark inside a line."""

    mark: str
    told_ms: float
    """By the durations of the mark and the spaces beside it."""
    heard_ms: float
    """The longest stretch of quiet there."""


def measure_pauses(
    utterances: Iterable[Utterance], *, advance: Callable[[], object] = lambda: None
) -> dict[str, float]:
    """Medians, as `heard_comma_ms` and `told_comma_ms`; NaN for a mark that no voice tells of."""
    found: list[Pause] = []
    for utterance in utterances:
        found.extend(find_pauses(utterance))
        advance()
    figures = {}
    for mark, name in MARKS.items():
        figures[f"heard_{name}_ms"] = _median([pause.heard_ms for pause in found if pause.mark == mark])
        figures[f"told_{name}_ms"] = _median([pause.told_ms for pause in found if pause.mark == mark])
    return figures


def find_pauses(utterance: Utterance) -> Iterator[Pause]:
    """At every mark with sounds on both sides."""
    quiet = _is_quiet(utterance)
    stretches = [(key, list(group)) for key, group in groupby(spans(utterance), lambda span: span.is_sound)]
    for is_sound, silence in stretches[1:-1]:
        marks = [span.symbol for span in silence if span.symbol in PUNCTUATION]
        if not is_sound and marks and marks[0] in MARKS:
            yield _pause(marks[0], [span for span in silence if span.symbol in SILENT], quiet, utterance.rate_hz)


def _pause(mark: str, silence: Sequence[Span], quiet: _Quiet, rate: int) -> Pause:
    start, stop = silence[0].start / rate, silence[-1].stop / rate
    nearby = quiet[max(0, round((start - _ROUND_S) / _STEP_S)) : round((stop + _ROUND_S) / _STEP_S)]
    longest = max((len(list(group)) for is_quiet, group in groupby(nearby) if is_quiet), default=0)
    heard_s = longest * _STEP_S + _WINDOW_S if longest else 0.0
    return Pause(mark=mark, told_ms=1000 * (stop - start), heard_ms=1000 * heard_s)


def _is_quiet(utterance: Utterance) -> _Quiet:
    """Of 10 ms from every millisecond on."""
    power = stepped_energies(utterance.audio, utterance.rate_hz, window_s=_WINDOW_S, step_s=_STEP_S)
    return np.asarray(power < power.max() * 10 ** (_QUIET_DB / 10))


def _median(values: Sequence[float]) -> float:
    return float(np.median(values)) if values else float("nan")
