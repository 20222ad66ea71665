"""The judge's measures of pauses, endings and speed, and its results on disk."""

import json
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from training.judge import __main__
from training.judge import pauses as pauses_module
from training.judge.endings import final_movement_semitones, measure_endings
from training.judge.material import ENDINGS, PAUSED
from training.judge.measures import MEASURES
from training.judge.pauses import MARKS, find_pauses, measure_pauses
from training.judge.report import markdown, table
from training.judge.results import Figures, Results, result_key
from training.judge.rows import rows
from training.judge.speed import SHORT_TOKENS, filler_tokens, measure_speed
from training.judge.voice import BundleVoice, Utterance, hash_files
from training.lines import Line, read_line
from training.teachers.teacher import Teacher, TeacherUnavailable
from utterd.config.bundles import find_bundle
from utterd.stages.g2p.phonemizer import Word

RATE_HZ = 24_000


def tone(f0_hz: float, seconds: float, last_hz: float | None = None) -> np.ndarray:
    f0 = np.geomspace(f0_hz, last_hz or f0_hz, round(seconds * RATE_HZ))
    phase = np.cumsum(f0) / RATE_HZ
    return sum(0.1 * np.cos(2 * np.pi * harmonic * phase) for harmonic in range(1, 9))


def utterance_of(phonemes: str, sounds: list[np.ndarray]) -> Utterance:
    line = Line(
        text=phonemes, spoken=phonemes, words=(Word(phonemes=phonemes, char_start=0, char_end=0, space_after=False),)
    )
    token_seconds = np.array([0, *(len(sound) / RATE_HZ for sound in sounds), 0])
    audio = np.concatenate(sounds).astype(np.float32)
    return Utterance(line=line, audio=audio, rate_hz=RATE_HZ, token_seconds=token_seconds)


def silence(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * RATE_HZ))


def test_a_pause_is_heard_where_it_is() -> None:
    said = utterance_of("ɑ, ɑ.", [tone(120, 0.3), silence(0.2), silence(0.05), tone(120, 0.3), silence(0.4)])
    (pause,) = find_pauses(said)
    assert pause.mark == ","
    assert pause.told_ms == pytest.approx(250, abs=1)
    assert pause.heard_ms == pytest.approx(250, abs=15)


def test_a_pause_that_is_only_told_is_not_heard() -> None:
    said = utterance_of("ɑ, ɑ.", [tone(120, 0.3), tone(120, 0.2), silence(0), tone(120, 0.3), silence(0)])
    (pause,) = find_pauses(said)
    assert pause.told_ms == pytest.approx(200, abs=1)
    assert pause.heard_ms == 0


def test_the_paused_lines_have_three_places_for_every_mark() -> None:
    voice = BundleVoice("starter", find_bundle("starter").default_voice)
    found = Counter(pause.mark for text in PAUSED for pause in find_pauses(voice.say(read_line(text))))
    assert set(found) == set(MARKS)
    assert min(found.values()) >= 3


def test_figures_of_marks_that_are_not_there_are_not_numbers() -> None:
    figures = measure_pauses([])
    assert len(figures) == 2 * len(MARKS)
    assert np.isnan(list(figures.values())).all()


@pytest.mark.parametrize("last_hz", [100, 120, 160])
def test_final_movement_of_a_known_glide(last_hz: int) -> None:
    said = utterance_of("ɑɑ", [tone(120, 0.4), tone(120, 0.3, last_hz)])
    whole = 12 * np.log2(last_hz / 120)
    assert final_movement_semitones(said) == pytest.approx(whole * 5 / 6, abs=0.5)


def test_every_kind_of_ending_gets_a_figure() -> None:
    class Riser:
        name = fingerprint = "riser"

        def say(self, line: Line) -> Utterance:
            return utterance_of("ɑ", [tone(120, 0.5, 240 if line.text.endswith("?") else 90)])

    figures = measure_endings(Riser(), {kind: [read_line(texts[0])] for kind, texts in ENDINGS.items()})
    assert figures["yes_no_semitones"] > 5 > 0 > figures["statement_semitones"]
    assert len(figures) == len(ENDINGS) == 4


def test_speed_is_measured_on_the_runtime() -> None:
    bundle = find_bundle("starter")
    speed = measure_speed(bundle, [read_line("Hello there.")], repeats=2)
    assert 0 < speed.real_time_factor < 1
    assert 0 < speed.first_audio_short_ms <= speed.first_audio_short_worst_ms
    assert speed.size_bytes == sum(bundle.file(name).stat().st_size for name in bundle.files)
    assert len(filler_tokens(SHORT_TOKENS)) == SHORT_TOKENS


def test_results_are_made_once_and_found_again(tmp_path: Path) -> None:
    made: list[int] = []

    def make() -> Figures:
        made.append(1)
        return {"a": 1.5, "b": float("nan")}

    results = Results(tmp_path / "results")
    assert results.find_or_make("wer slt", "k1", make) == results.find_or_make("wer slt", "k1", make)
    assert results.find_or_make("wer slt", "k1", make) == {"a": 1.5, "b": None}
    assert len(made) == 1
    results.find_or_make("wer slt", "k2", make)
    results.find_or_make("wer slt", "k2", make, is_lasting=False)
    assert len(made) == 3


def test_a_result_belongs_to_voice_lines_and_method() -> None:
    voice, faster = (BundleVoice("starter", find_bundle("starter").default_voice, speed) for speed in (1.0, 1.5))
    one, other = read_line("One."), read_line("Two.")
    keys = {
        result_key([voice], [one], [pauses_module]),
        result_key([faster], [one], [pauses_module]),
        result_key([voice], [other], [pauses_module]),
        result_key([voice], [one], []),
    }
    assert len(keys) == 4
    assert result_key([voice], [one], []) == result_key([voice], [one], [])


def test_files_are_known_by_name_and_content(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    before = hash_files(tmp_path)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "b").write_text("2")
    assert hash_files(tmp_path) == before
    (tmp_path / "a").write_text("2")
    assert hash_files(tmp_path) != before


def test_rows_without_a_teacher_are_the_bundles_voices_and_ways() -> None:
    bundle = find_bundle("starter")
    names = [row.voice.name for row in rows("starter", None)]
    assert {voice.name for voice in bundle.voices} <= set(names)
    assert {f"{bundle.default_voice} at {speed}" for speed in ("1.5", "2", "3", "0.75", "0.5")} <= set(names)
    assert sum(row.runtime is not None for row in rows("starter", None)) == 1


def test_tables_show_what_is_not_known_as_a_dash() -> None:
    measure = MEASURES["loudness"]
    figures: Figures = {"mean_lufs": -20.04, "spread_lu": None, "largest_deviation_lu": 1.0}
    assert "| am | -20.0 | – | 1.0 | – |" in markdown(measure, "Loudness", [("am", figures)])
    assert table(measure, "Loudness", [("am", figures)]).row_count == 1


def test_the_command_judges_without_teachers_and_goes_on_where_it_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def no_teacher(build_folder: Path) -> Teacher:
        raise TeacherUnavailable("there is no flite here")

    default = find_bundle("starter").default_voice
    files = ["--json", f"{tmp_path}/all.json", "--markdown", f"{tmp_path}/all.md", "--results", f"{tmp_path}/results"]
    monkeypatch.setattr(__main__, "open_teacher", no_teacher)
    monkeypatch.setattr(sys, "argv", ["judge", "--only", "pauses", "--quick", "--rows", default, *files])
    __main__.main()
    shown = capsys.readouterr().out
    assert "there is no flite here" in shown
    assert default in shown
    found = json.loads((tmp_path / "all.json").read_text())
    assert [[name for name, _ in rows] for rows in found.values()] == [[default]]
    before = sorted((tmp_path / "results").iterdir())
    monkeypatch.setattr(pauses_module, "find_pauses", None)
    __main__.main()
    assert sorted((tmp_path / "results").iterdir()) == before
