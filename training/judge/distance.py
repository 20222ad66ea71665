"""How far a student is from its teacher on the same lines: spectrum, melody, voicing, durations."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from training.judge.alignment import Alignment, align
from training.judge.cepstra import Analysis, analyse
from training.judge.pitch import FRAME_SECONDS, Frames, span_semitones
from training.judge.tokens import SILENT
from training.judge.voice import Utterance
from utterd.stages.g2p.symbols import SYMBOLS

_DB: Final = 10 / np.log(10) * np.sqrt(2)
"""Mel-cepstral distortion (Kubichek 1993) in dB of the Euclidean distance of mel-cepstra in nepers."""
_BAND_SECONDS: Final = 0.3
"""How far the alignment may stray beyond the difference of the two lengths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """Of one or many lines; NaN where nothing can be told."""

    distortion_db: float
    """Mel-cepstral, of c1 to c24, over aligned frames that are speech in both."""
    f0_error_cents: float
    """Root mean square over aligned frames that are voiced in both; not of questions, whose melody students are taught
    better than their teachers know it."""
    f0_correlation: float
    f0_span_semitones: float
    """The student's, from the 5th to the 95th percentile."""
    teacher_f0_span_semitones: float
    voicing_errors: float
    """Share of aligned speech frames that only one of the two voices."""
    duration_error_ms: float
    """Mean absolute, for each sounding token."""
    length_error: float
    """Mean absolute, of the line without its pads, as a share of the teacher's."""
    length_bias: float
    """The same with its sign: above 0 the student is slower."""
    variance_ratio: float
    """Of c1 to c24 over speech, student's over teacher's: below 1 the spectrum is smoothed over."""


def compare(pairs: Iterable[tuple[Utterance, Utterance]], *, advance: Callable[[], object] = lambda: None) -> Distance:
    """Mean over lines, each said by (student, teacher)."""
    distances = []
    for student, teacher in pairs:
        distances.append(_compare_line(student, teacher))
        advance()
    return Distance(**{key: _mean([getattr(each, key) for each in distances]) for key in Distance.__slots__})


def _compare_line(student: Utterance, teacher: Utterance) -> Distance:
    one = analyse(student.audio, student.rate_hz)
    other = analyse(teacher.audio, teacher.rate_hz)
    mine, theirs = speech_path(one, other)
    cents, correlation = _melody(one.f0_hz[mine], other.f0_hz[theirs])
    asks = student.line.text.endswith("?")
    error_ms, length = _durations(student, teacher)
    return Distance(
        distortion_db=float(_DB * np.linalg.norm(one.cepstra[mine, 1:] - other.cepstra[theirs, 1:], axis=1).mean()),
        f0_error_cents=np.nan if asks else cents,
        f0_correlation=np.nan if asks else correlation,
        f0_span_semitones=np.nan if asks else span_semitones(one.f0_hz),
        teacher_f0_span_semitones=np.nan if asks else span_semitones(other.f0_hz),
        voicing_errors=float(np.mean((one.f0_hz[mine] > 0) != (other.f0_hz[theirs] > 0))),
        duration_error_ms=error_ms,
        length_error=abs(length),
        length_bias=length,
        variance_ratio=float(np.exp(np.mean(np.log(_variance(one) / _variance(other))))),
    )


def speech_path(one: Analysis, other: Analysis) -> Alignment:
    """The pairs of frames that an alignment finds, where both are speech."""
    longest_stray = abs(len(one.f0_hz) - len(other.f0_hz)) + round(_BAND_SECONDS / FRAME_SECONDS)
    mine, theirs = align(_features(one), _features(other), band=longest_stray)
    both = one.is_speech[mine] & other.is_speech[theirs]
    return mine[both], theirs[both]


def _features(analysis: Analysis) -> Frames:
    """For the alignment: silences are all alike."""
    features = analysis.cepstra.copy()
    features[~analysis.is_speech, 1:] = 0
    features[:, 0] = np.maximum(features[:, 0], features[analysis.is_speech, 0].min())
    return features


def _melody(mine_hz: Frames, theirs_hz: Frames) -> tuple[float, float]:
    """Error in cents and correlation where both are voiced."""
    voiced = (mine_hz > 0) & (theirs_hz > 0)
    if voiced.sum() < 3:
        return np.nan, np.nan
    mine, theirs = np.log2(mine_hz[voiced]), np.log2(theirs_hz[voiced])
    spreads = mine.std() * theirs.std()
    correlation = float(np.mean((mine - mine.mean()) * (theirs - theirs.mean())) / spreads) if spreads else np.nan
    return float(1200 * np.sqrt(np.mean((mine - theirs) ** 2))), correlation


def _durations(student: Utterance, teacher: Utterance) -> tuple[float, float]:
    """Error of a sounding token in ms, and of the whole line as a share; NaN if one of the two does not tell."""
    mine, theirs = student.token_seconds, teacher.token_seconds
    if mine is None or theirs is None or student.line.tokens != teacher.line.tokens:
        return np.nan, np.nan
    sounds = np.array([token != 0 and SYMBOLS[token] not in SILENT for token in student.line.tokens])
    length = mine[1:-1].sum() / theirs[1:-1].sum() - 1
    return float(1000 * np.abs(mine - theirs)[sounds].mean()), float(length)


def _variance(analysis: Analysis) -> Frames:
    """Global variance (Toda 2007), coefficient by coefficient."""
    return np.asarray(analysis.cepstra[analysis.is_speech, 1:].var(0))


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if np.isfinite(value)]
    return float(np.mean(known)) if known else float("nan")
