"""The result in words."""

import pytest

from utterd.stages.models.tuning.candidate import Candidate
from utterd.stages.models.tuning.explain import explanation, trial_line
from utterd.stages.models.tuning.figures import Failed
from utterd.stages.models.tuning.guard import Guard
from utterd.stages.models.tuning.search import Found, Step
from utterd.stages.models.tuning.trials import Trial

FP32 = Candidate(variant="fp32", threads=1)
INT8 = Candidate(variant="int8", threads=1)


@pytest.fixture
def guard(make_readings) -> Guard:
    return Guard(make_readings())


@pytest.fixture
def trial(guard, make_measured, make_readings):
    def make(candidate: Candidate, first_ms: float = 100.0, *, rtf: float = 0.1, **more) -> Trial:
        measured = make_measured(first_ms, rtf=rtf, readings=make_readings(seed=5), **more)
        return Trial(
            candidate=candidate,
            outcome=measured,
            verdict=None if candidate == FP32 else guard.judge(measured.readings),
        )

    return make


@pytest.fixture
def found(guard, trial):
    def make(reference: Trial, *, whole: Trial | None = None, **steps: tuple[Trial, ...]) -> Found:
        best = reference
        made = []
        for name in ("variant", "threads", "windows", "provider"):
            trials = steps.get(name, ())
            best = trials[0] if trials and not trials[0].has_failed else best
            made.append(Step(name=name, trials=trials, best=best))
        judged = Trial(candidate=FP32, outcome=Failed(reason="its parts have no graph for that"))
        return Found(reference=reference, whole=whole or judged, steps=tuple(made), guard=guard)

    return make


def words(found: Found) -> str:
    return "\n".join(explanation(found))


def test_what_won_why_and_at_what_cost(found, trial):
    fast = trial(INT8, 58, memory_mb=269, load_ms=160)
    text = words(found(trial(FP32, 168, rtf=0.3, memory_mb=420, load_ms=350), variant=(fast,)))
    assert text.startswith("int8, 1 thread, windows of 150, 150, 350, 850, 1000 ms.\n")
    assert "First sound of a clause: 58 ms, against 168 in fp32, 1 thread (2.9 times as soon)." in text
    assert "What it costs: sound 4" in text
    assert "It holds 269 MB (fp32 420) after these texts, and is ready to speak 0.16 s (fp32 0.35) after" in text


def test_fp32_that_stays(found, trial):
    text = words(found(trial(FP32, 168, rtf=0.3)))
    assert "Nothing that is allowed is heard more than 5% sooner than fp32 as it was." in text
    assert "First sound of a clause: 168 ms." in text
    assert "It is the reference, and costs no quality." in text


def test_why_not_more_threads(found, trial):
    two = Candidate(variant="fp32", threads=2)
    assert "1 thread, not 2: the difference is noise." in words(
        found(trial(FP32, 100), threads=(trial(FP32, 100), trial(two, 98)))
    )
    assert "1 thread, not 2: the first sound of a clause would come 40% later." in words(
        found(trial(FP32, 100), threads=(trial(FP32, 100), trial(two, 140)))
    )


def test_how_far_windows_may_grow(found, trial):
    text = words(found(trial(FP32, 168, rtf=0.1)))
    assert "The vocoder takes 0.100 s a second and 20 ms a window: windows may grow 6.0-fold at most" in text


def test_a_machine_that_is_too_slow_is_told_so(found, trial):
    text = words(found(trial(FP32, 900, rtf=1.2)))
    assert "No candidate keeps that limit" in text
    assert "speech will have gaps" in text


def test_why_other_windows(found, trial):
    short = Candidate(variant="fp32", threads=1, window_frames=(8, 80))
    text = words(found(trial(FP32, 100), windows=(trial(short, 90),)))
    assert "These windows, not the usual ones: the first sound of a clause comes 10% sooner." in text
    text = words(found(trial(FP32, 100, rtf=0.27), windows=(trial(short, 110, rtf=0.1),)))
    assert "with those, making the next one took up to 81% of the sound that was ready; now 30%." in text
    assert "there are fewer of them" in words(found(trial(FP32, 100), windows=(trial(short, 99),)))


def test_a_strained_schedule_is_told(found, trial):
    assert "more than the reserve leaves" in words(found(trial(FP32, 168, rtf=0.27)))


def test_whether_windows_sound_like_whole_pieces(found, trial, guard, make_measured, make_readings):
    assert "could not be compared with whole pieces: its parts have no graph for that." in words(found(trial(FP32)))
    for error_db, said in (
        (0.0, "Windows sound like whole pieces (4"),
        (9.0, "Windows do not sound like whole pieces"),
    ):
        measured = make_measured(500, readings=make_readings(seed=6, error_db=error_db))
        whole = Trial(candidate=FP32, outcome=measured, verdict=guard.judge(measured.readings))
        text = words(found(trial(FP32, 100), whole=whole))
        assert said in text
        assert "are heard 5.0 times as soon" in text


def test_what_became_of_providers(found, trial):
    cuda = Candidate(variant="fp32", threads=1, provider="cuda")
    crashed = Trial(candidate=cuda, outcome=Failed(reason="it crashed with SIGSEGV"))
    reference = trial(FP32, 100)
    text = words(found(reference, provider=(reference, trial(cuda, 150), crashed)))
    assert "Not fp32, 1 thread on cuda: the first sound of a clause would come 50% later." in text
    assert "fp32, 1 thread on cuda failed: it crashed with SIGSEGV." in text


def test_a_busy_machine_is_told(found, trial):
    assert "everything took 2.0 times as long as it has to" in words(found(trial(FP32, 100, slowed=2.0)))
    assert "Other programs" not in words(found(trial(FP32, 100, slowed=1.1)))


def test_a_line_for_each_trial(trial, guard, make_measured, make_readings):
    assert trial_line(trial(INT8, 58)) == ("int8, 1 thread: first sound: clause 58 ms, sentence 116 ms; RTF 0.152")
    schedule = trial(Candidate(variant="int8", threads=1, window_frames=(8, 80)), 58)
    assert trial_line(schedule).startswith("int8, 1 thread, windows of 100, 1000 ms: first sound: ")
    assert trial_line(Trial(candidate=INT8, outcome=Failed(reason="it hangs"))) == "int8, 1 thread: failed: it hangs"
    measured = make_measured(58, readings=make_readings(moved=12))
    refused = Trial(candidate=INT8, outcome=measured, verdict=guard.judge(measured.readings))
    assert trial_line(refused).endswith("; refused: durations 18 ms from fp32 (itself 0, limit 10)")
