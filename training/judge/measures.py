"""Every measure of the judge: to which rows it applies, on which lines, and what its table shows."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import chain, islice
from types import ModuleType
from typing import Final

from training.judge import (
    alignment,
    cepstra,
    distance,
    endings,
    levels,
    loudness,
    pauses,
    periodicity,
    pitch,
    recogniser,
    speed,
    texture,
    tokens,
)
from training.judge.material import ENDINGS, PAUSED
from training.judge.results import Figures
from training.judge.rows import Row
from training.lines import Line

Advance = Callable[[], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One figure in a table."""

    key: str
    heading: str
    digits: int = 1
    factor: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One way of judging."""

    name: str
    title: str
    columns: tuple[Column, ...]
    applies: Callable[[Row], bool]
    run: Callable[[Row, Sequence[Line], int, Advance], Figures]
    """Row, lines, processes to use, what to call after every line."""
    methods: tuple[ModuleType, ...]
    """Where the figures come from: results are made anew when these change."""
    material: tuple[str, ...] = ()
    """Lines of its own, instead of a list's."""
    is_lasting: bool = True
    """The same tomorrow, and so worth keeping."""


def _measure_errors(row: Row, lines: Sequence[Line], workers: int, advance: Advance) -> Figures:
    understood = recogniser.listen(map(row.voice.say, lines), workers=workers, advance=advance)
    return {
        "word_error_rate": understood.word_error_rate,
        "standard_error": understood.standard_error,
        "sentences_right": understood.sentences_right,
        "sentences": len(understood.sentences),
        "misheard": [[each.said, each.heard] for each in understood.sentences if each.errors],
    }


def _measure_distance(row: Row, lines: Sequence[Line], workers: int, advance: Advance) -> Figures:
    assert row.teacher is not None
    pairs = ((row.voice.say(line), row.teacher.say(line)) for line in lines)
    return asdict(distance.compare(pairs, advance=advance))


def _measure_loudness(row: Row, lines: Sequence[Line], workers: int, advance: Advance) -> Figures:
    return asdict(loudness.measure_loudness(map(row.voice.say, lines), advance=advance))


def _measure_texture(row: Row, lines: Sequence[Line], workers: int, advance: Advance) -> Figures:
    return asdict(texture.measure_texture(map(row.voice.say, lines), advance=advance))


def _measure_pauses(row: Row, lines: Sequence[Line], workers: int, advance: Advance) -> Figures:
    return pauses.measure_pauses(map(row.voice.say, lines), advance=advance)


def _measure_endings(row: Row, lines: Sequence[Line], workers: int, advance: Advance) -> Figures:
    rest = iter(lines)
    kinds = {kind: list(islice(rest, len(texts))) for kind, texts in ENDINGS.items()}
    return endings.measure_endings(row.voice, kinds, advance=advance)


def _measure_speed(row: Row, lines: Sequence[Line], workers: int, advance: Advance) -> Figures:
    assert row.runtime is not None
    return asdict(speed.measure_speed(row.runtime, lines, advance=advance))


MEASURES: Final = {
    measure.name: measure
    for measure in (
        Measure(
            name="wer",
            title="Intelligibility: word error rate of pocketsphinx",
            columns=(
                Column(key="word_error_rate", heading="WER %", factor=100),
                Column(key="standard_error", heading="± s.e.", factor=100),
                Column(key="sentences_right", heading="sentences right %", digits=0, factor=100),
                Column(key="sentences", heading="of", digits=0),
            ),
            applies=lambda row: True,
            run=_measure_errors,
            methods=(recogniser,),
        ),
        Measure(
            name="distance",
            title="Distance of students from their teachers",
            columns=(
                Column(key="distortion_db", heading="MCD dB", digits=2),
                Column(key="variance_ratio", heading="variance ratio", digits=2),
                Column(key="f0_error_cents", heading="F0 RMSE cents", digits=0),
                Column(key="f0_correlation", heading="F0 corr.", digits=2),
                Column(key="f0_span_semitones", heading="F0 range st"),
                Column(key="teacher_f0_span_semitones", heading="teacher's"),
                Column(key="voicing_errors", heading="voicing errors %", factor=100),
                Column(key="duration_error_ms", heading="ms a phone"),
                Column(key="length_error", heading="length off %", factor=100),
                Column(key="length_bias", heading="bias %", factor=100),
            ),
            applies=lambda row: row.teacher is not None,
            run=_measure_distance,
            methods=(distance, alignment, cepstra, pitch, levels),
        ),
        Measure(
            name="loudness",
            title="Loudness of sentences",
            columns=(
                Column(key="mean_lufs", heading="mean LUFS"),
                Column(key="spread_lu", heading="std LU", digits=2),
                Column(key="largest_deviation_lu", heading="largest deviation LU"),
                Column(key="true_peak_dbtp", heading="true peak dBTP"),
            ),
            applies=lambda row: row.is_plain,
            run=_measure_loudness,
            methods=(loudness,),
        ),
        Measure(
            name="texture",
            title="Texture: vowels, plosives, fricatives, clicks",
            columns=(
                Column(key="harmonics_0_1_khz_db", heading="HNR dB 0-1"),
                Column(key="harmonics_1_2_khz_db", heading="1-2"),
                Column(key="harmonics_2_4_khz_db", heading="2-4"),
                Column(key="harmonics_4_8_khz_db", heading="4-8"),
                Column(key="harmonics_8_12_khz_db", heading="8-12 kHz"),
                Column(key="burst_rise_db", heading="burst rise dB"),
                Column(key="fricative_air_db", heading="s > 8 kHz dB"),
                Column(key="onset_db", heading="onset dB"),
                Column(key="abrupt_onset_db", heading="worst"),
                Column(key="largest_step", heading="largest step", digits=2),
                Column(key="start_step", heading="first sample", digits=4),
            ),
            applies=lambda row: row.is_plain,
            run=_measure_texture,
            methods=(texture, periodicity, pitch, tokens, levels),
        ),
        Measure(
            name="pauses",
            title="Silence heard at marks inside a line, ms",
            columns=tuple(
                Column(key=f"heard_{name}_ms", heading=mark, digits=0) for mark, name in pauses.MARKS.items()
            ),
            applies=lambda row: row.is_plain,
            run=_measure_pauses,
            methods=(pauses, tokens, levels),
            material=PAUSED,
        ),
        Measure(
            name="endings",
            title="Melody of the last 300 ms, semitones",
            columns=tuple(Column(key=f"{kind}_semitones", heading=kind.replace("_", "/")) for kind in ENDINGS),
            applies=lambda row: row.is_plain,
            run=_measure_endings,
            methods=(endings, pitch, levels),
            material=tuple(chain.from_iterable(ENDINGS.values())),
        ),
        Measure(
            name="speed",
            title="Speed, one thread",
            columns=(
                Column(key="real_time_factor", heading="RTF", digits=4),
                Column(key="long_real_time_factor", heading="RTF, 510 tokens", digits=4),
                Column(key="first_audio_short_ms", heading="first 100 ms of 40 tokens: ms"),
                Column(key="first_audio_short_worst_ms", heading="worst"),
                Column(key="first_audio_long_ms", heading="of 510 tokens: ms"),
                Column(key="first_audio_long_worst_ms", heading="worst"),
                Column(key="load_ms", heading="load ms", digits=0),
                Column(key="size_bytes", heading="files MB", digits=2, factor=1e-6),
            ),
            applies=lambda row: row.runtime is not None,
            run=_measure_speed,
            methods=(speed,),
            is_lasting=False,
        ),
    )
}
