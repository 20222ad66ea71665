"""What the teacher does not do, or not well, edited into its takes: pauses, questions, exclamations, even loudness.

The student then learns it like everything else.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from training.lines import Line
from training.loudness import NEPERS_PER_DB, loudness_shift
from training.parameters import CEPSTRUM, FRAMES_PER_SECOND, LOG_F0, VOICING
from training.phrases import Phrase, phrases_of
from training.teachers.teacher import Take
from utterd.stages.g2p.symbols import SYMBOL_IDS

PAUSE_MS = {",": 150, ";": 240, ":": 240, "—": 240, "…": 400, ".": 350, "!": 350, "?": 350}
"""Inside a line, from the last sound before the mark to the first one after it.

Those between units are as long (stages/inference/unit.py).
"""
_PAUSES = {SYMBOL_IDS[mark]: ms * FRAMES_PER_SECOND // 1000 for mark, ms in PAUSE_MS.items()}
_QUIET = frozenset(SYMBOL_IDS[symbol] for symbol in ';:,.!?—…"()“” ')
_SEAM = 5
"""Frames over which sound gives way to silence where the teacher made no pause."""
_STRESS = SYMBOL_IDS["ˈ"]

END_RISE_NEPERS = {"yes_no": 0.36, "wh": 0.18}
"""A question's end, above its last stressed syllable: six semitones; three where a question word asks already.

People also let wh-questions fall. A student of this size did not learn to tell, at the end of a sentence, how it began,
and took the middle: neither fell nor rose (2026-11-25, 9000 steps).
"""
_FALL_LEFT = 0.3
"""Of the fall that the teacher ends every question with."""
WH_NEPERS = 0.14
"""The question word of a wh-question: two and a half semitones."""
EXCLAIMED_RANGE = 1.35
EXCLAIMED_SHIFT_NEPERS = 0.08


def edit(take: Take, line: Line, *, louder_lu: float = 0.0) -> Take:
    """The take as the student is to learn it. `louder_lu` corrects what `estimate_lufs` is wrong by for a speaker."""
    take = with_melody(take, phrases_of(line))
    return with_even_loudness(with_pauses(take), louder_lu)


def with_pauses(take: Take) -> Take:
    """Silence at every mark as long as `PAUSE_MS` says; all of it belongs to the mark."""
    durations = take.durations.copy()
    pieces: list[npt.NDArray[np.float32]] = []
    silence = take.parameters[min(2, len(take.parameters) - 1)]
    starts = np.concatenate([[0], np.cumsum(take.durations)])
    done = 0
    for first, end in _quiet_runs(take.tokens):
        marks = [place for place in range(first, end) if int(take.tokens[place]) in _PAUSES]
        if not marks:
            continue
        longest = max(marks, key=lambda place: _PAUSES[int(take.tokens[place])])
        pieces.append(take.parameters[done : starts[first]])
        done = starts[end]
        pieces.append(_fitted(take.parameters, starts[first], done, _PAUSES[int(take.tokens[longest])], silence))
        durations[first:end] = 0
        durations[longest] = len(pieces[-1])
    return replace(take, durations=durations, parameters=np.concatenate([*pieces, take.parameters[done:]]), wave=None)


def _quiet_runs(tokens: npt.NDArray[np.int64]) -> list[tuple[int, int]]:
    """Runs [first, end) of tokens without sound of their own, between the pads; not the run at the end."""
    runs, first = [], 0
    for place, token in enumerate(tokens[:-1].tolist()):
        if token not in _QUIET:
            if 0 < first < place:
                runs.append((first, place))
            first = place + 1
    return [run for run in runs if run[0] > 1]


def _fitted(
    parameters: npt.NDArray[np.float32], start: int, end: int, wanted: int, silence: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """The pause [start, end) made `wanted` frames long, in its middle, where it is quietest."""
    have = end - start
    if have >= 2 * _SEAM:
        head, tail = min(have // 2, wanted // 2), min(have - have // 2, wanted - wanted // 2)
        middle = np.repeat(parameters[start + have // 2][None], wanted - head - tail, axis=0)
        return np.concatenate([parameters[start : start + head], middle, parameters[end - tail : end]])
    pause = np.repeat(silence[None], wanted, axis=0).copy()
    fade = (np.arange(_SEAM) + 1)[:, None] / (_SEAM + 1)
    pause[:_SEAM] = parameters[start - 1] * (1 - fade) + silence * fade
    pause[-_SEAM:] = silence * (1 - fade) + parameters[min(end, len(parameters) - 1)] * fade
    pause[:, VOICING] = 0
    pause[:, LOG_F0] = np.interp(np.arange(wanted), [0, wanted], parameters[[start - 1, end], LOG_F0])
    return pause


def with_melody(take: Take, phrases: list[Phrase]) -> Take:
    """F0 of questions and exclamations."""
    parameters = take.parameters.copy()
    starts = np.concatenate([[0], np.cumsum(take.durations)])
    for phrase in phrases:
        first, end = starts[phrase.first_token], starts[phrase.end_token]
        voiced = first + np.flatnonzero(parameters[first:end, VOICING] > 0.5)
        if not len(voiced):
            continue
        span = slice(int(voiced[0]), int(voiced[-1]) + 1)
        if phrase.kind in END_RISE_NEPERS:
            stressed = int(starts[_last_stress(take, phrase)])
            _raise_end(parameters, span, int(end), stressed, END_RISE_NEPERS[phrase.kind])
        if phrase.kind == "wh":
            word = slice(starts[phrase.wh_first_token], starts[phrase.wh_end_token])
            bump = np.hanning(word.stop - word.start + 2)[1:-1]
            parameters[word, LOG_F0] += WH_NEPERS * bump.astype(np.float32)
        elif phrase.kind == "exclamation":
            line = parameters[span, LOG_F0]
            parameters[span, LOG_F0] = line.mean() + (line - line.mean()) * EXCLAIMED_RANGE + EXCLAIMED_SHIFT_NEPERS
    return replace(take, parameters=parameters, wave=None)


def _raise_end(parameters: npt.NDArray[np.float32], span: slice, end: int, stressed: int, rise: float) -> None:
    """From the last stressed syllable on (at least 200 ms, at most 600): the teacher's fall flattened, and a rise."""
    length = int(np.clip(span.stop - stressed, FRAMES_PER_SECOND // 5, FRAMES_PER_SECOND * 6 // 10))
    begin = max(span.start, span.stop - length)
    ramp = np.minimum((np.arange(begin, end) - begin + 1) / (span.stop - begin), 1)
    start = parameters[begin, LOG_F0]
    flat = start + _FALL_LEFT * (parameters[begin:end, LOG_F0] - start)
    flat[span.stop - begin :] = flat[span.stop - begin - 1]  # unvoiced: keeps smoothing from pulling the end down
    parameters[begin:end, LOG_F0] = flat + rise * ramp**1.3


def _last_stress(take: Take, phrase: Phrase) -> int:
    """The token of the last main stress."""
    within = take.tokens[phrase.first_token : phrase.end_token]
    stresses = np.flatnonzero(within == _STRESS)
    return phrase.first_token + int(stresses[-1] if len(stresses) else 0)


def with_even_loudness(take: Take, louder_lu: float = 0.0) -> Take:
    """Every line as loud as every other (-16 LUFS): c0 moves as a whole."""
    parameters = take.parameters.copy()
    parameters[:, CEPSTRUM.start] += loudness_shift(parameters) + louder_lu * NEPERS_PER_DB
    return replace(take, parameters=parameters, wave=None)
