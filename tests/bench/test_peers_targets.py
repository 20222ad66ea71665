"""Figures and verdicts: medians, the kinder way of a peer, and no verdict without a measurement."""

import dataclasses

import pytest

from bench.peers.figures import Figures, figures_of
from bench.peers.measure import Measured
from bench.peers.prompts import CLAUSE, FIVE, OPENINGS, SENTENCE, WORDS
from bench.peers.spec import BEGUN, STREAM, WHOLE, EngineSpec, Loaded, Spoken
from bench.peers.targets import judge, shares

LOADED = Loaded(what="it", import_s=0.1, load_s=0.2, load_cpu_s=0.15, rss_mb=100.0)


def spoken(first_s: float, total_s: float, *, cpu: float = 1.0, audio_s: float = 10.0) -> Spoken:
    return Spoken(
        first_s=first_s,
        first_cpu_s=first_s * cpu,
        first_audio_s=0.2,
        total_s=total_s,
        total_cpu_s=total_s * cpu,
        audio_s=audio_s,
        rss_mb=150.0,
        mapped_mb=120.0,
    )


def spec(engine: str, threads: int = 1) -> EngineSpec:
    is_peer = engine in ("kokoro-onnx", "sherpa-onnx", "onnxruntime")
    return EngineSpec(
        library=engine if is_peer else "utterd",
        variant="" if is_peer else engine,
        threads=threads,
        folder="",
        cores=(0,),
    )


def figures(engine: str, first_s: float, *, threads: int = 1, rtf: float = 0.3, load_s: float = 0.2, mb: float = 300):
    prompts = (CLAUSE, SENTENCE, FIVE, OPENINGS, WORDS)
    return Figures(
        spec=spec(engine, threads),
        what="it",
        first_s=dict.fromkeys(prompts, first_s),
        total_s={FIVE: rtf * 30},
        rtf={FIVE: rtf},
        audio_s={FIVE: 30.0},
        load_s=load_s,
        import_s=0.1,
        loaded_mb=100.0,
        spoken_mb=mb,
        mapped_mb=mb / 2,
    )


def test_a_figure_is_the_median():
    measured = Measured(spec=spec("int8"), loads=[LOADED])
    for first_s in (0.1, 0.5, 0.2):
        measured.add(SENTENCE, STREAM, spoken(first_s, 2.0))
    found = figures_of(measured, "wall")
    assert found.first_s[SENTENCE] == 0.2
    assert found.rtf[SENTENCE] == pytest.approx(0.2)


def test_processor_time_counts_for_one_thread_alone():
    runs = [spoken(1.0, 2.0, cpu=0.5)]
    one = figures_of(Measured(spec=spec("int8"), loads=[LOADED], spoken={(FIVE, STREAM): runs}), "cpu")
    two = figures_of(Measured(spec=spec("int8", 2), loads=[LOADED], spoken={(FIVE, STREAM): runs}), "cpu")
    assert (one.first_s[FIVE], one.total_s[FIVE], one.load_s) == (0.5, 1.0, 0.15)
    assert (two.first_s[FIVE], two.total_s[FIVE], two.load_s) == (1.0, 2.0, 0.2)


def test_a_peer_is_credited_with_its_quicker_way():
    runs = {(FIVE, STREAM): [spoken(3.0, 9.0)], (FIVE, WHOLE): [spoken(8.0, 8.0)]}
    found = figures_of(Measured(spec=spec("kokoro-onnx"), loads=[LOADED], spoken=runs), "wall")
    assert found.first_s[FIVE] == 3.0
    assert found.total_s[FIVE] == 8.0


def test_a_text_that_was_only_begun_has_no_total():
    found = figures_of(Measured(spec=spec("int8"), loads=[LOADED], spoken={(WORDS, BEGUN): [spoken(0.1, 0.1)]}), "wall")
    assert found.first_s == {WORDS: 0.1}
    assert found.total_s == {}


def verdicts(found: list[Figures]) -> dict[str, str]:
    return {verdict.target: verdict.word for verdict in judge(found)}


def test_all_targets_can_be_reached():
    found = [
        figures("kokoro-onnx", 6.0, rtf=0.4),
        figures("sherpa-onnx", 0.7, rtf=0.4),
        figures("onnxruntime", 0.5, mb=2000),
        figures("stock", 0.5, mb=600),
        figures("fp32", 0.15),
        figures("int8", 0.059, rtf=0.19),
        figures("int8-native", 0.05, rtf=0.1),
    ]
    assert set(verdicts(found).values()) == {"reached"}


LATE = {CLAUSE: 0.1, SENTENCE: 0.2, FIVE: 0.2, OPENINGS: 0.2, WORDS: 0.2}


def test_all_targets_can_be_missed():
    found = [
        figures("kokoro-onnx", 0.5, rtf=0.4),
        figures("sherpa-onnx", 0.3, rtf=0.4),
        figures("onnxruntime", 0.5, mb=1000),
        dataclasses.replace(figures("fp32", 0.2, load_s=0.5, mb=500), first_s=LATE),
        dataclasses.replace(
            figures("int8", 0.2, rtf=0.3, load_s=0.5, mb=500),
            first_s=LATE,
        ),
        dataclasses.replace(
            figures("int8-native", 0.2, rtf=0.2, load_s=0.5, mb=500),
            first_s=LATE,
        ),
    ]
    assert set(verdicts(found).values()) == {"missed"}


def test_nothing_is_judged_that_was_not_measured():
    assert set(verdicts([figures("kokoro-onnx", 6.0), figures("stock", 0.5)]).values()) == {"not measured"}
    assert set(verdicts([]).values()) == {"not measured"}


def test_a_peers_best_setting_counts_and_its_default_is_told():
    found = [figures("kokoro-onnx", 6.0, threads=0), figures("kokoro-onnx", 2.0), figures("int8", 0.1)]
    first = judge(found)[0]
    assert first.word == "missed"
    assert first.found == (
        "1/20.0: 100 ms (int8, 1 thread) to 2000 ms (kokoro-onnx, 1 thread); its default takes 6000 ms"
    )


def test_real_time_factors_are_compared_at_equal_threads():
    found = [
        figures("kokoro-onnx", 6.0, rtf=0.4),
        figures("kokoro-onnx", 6.0, rtf=0.2, threads=2),
        figures("int8", 0.1, rtf=0.19),
        figures("int8", 0.1, rtf=0.11, threads=2),
    ]
    target = "RTF of int8: at most 0.5 of kokoro-onnx's at equal threads"
    assert [verdict.word for verdict in judge(found) if verdict.target == target] == ["reached", "missed"]


def test_the_share_of_the_limit_is_of_the_engines_own_arithmetic():
    found = [figures("fp32", 0.1, rtf=0.547), figures("int8", 0.1, rtf=0.1094), figures("int8", 0.1, threads=2)]
    assert shares(found, {1: {"fp32": 200.0, "int8": 1000.0}}) == {
        "fp32, 1 thread": pytest.approx(0.5),
        "int8, 1 thread": pytest.approx(0.5),
    }
