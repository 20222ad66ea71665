"""The guard: as near to fp32 as fp32 is to itself, and what nobody notices besides."""

from dataclasses import astuple

import pytest

from utterd.stages.models.tuning.guard import FACTOR, NOTICED, Guard


@pytest.fixture
def guard(make_readings) -> Guard:
    return Guard(make_readings(seed=1))


def beyond(verdict) -> set[str]:
    return {measure.name for measure in verdict.beyond}


def test_fp32_itself_run_again_is_within(guard, make_readings):
    verdict = guard.judge(make_readings(seed=2))
    assert verdict.is_within
    sound = next(measure for measure in verdict.measures if measure.name == "log_mel_db")
    assert sound.found == pytest.approx(sound.spread, rel=0.02)
    assert sound.limit == pytest.approx(FACTOR * sound.spread)


def test_an_own_error_may_be_as_large_as_the_spread_and_no_larger(guard, make_readings):
    spread = guard.spread["clause"].log_mel_db
    assert guard.judge(make_readings(seed=2, error_db=0.95 * spread)).is_within
    assert beyond(guard.judge(make_readings(seed=2, error_db=1.1 * spread))) == {"log_mel_db"}


def test_a_model_without_noise_may_err_by_what_nobody_notices(make_readings):
    guard = Guard(make_readings(noise_db=0))
    assert astuple(guard.spread["clause"]) == (0, 0, 0, 0)
    assert guard.judge(make_readings(noise_db=0, error_db=1.3)).is_within
    assert beyond(guard.judge(make_readings(noise_db=0, error_db=1.5))) == {"log_mel_db"}


def test_a_few_durations_may_move_by_a_unit(guard, make_readings):
    """25 ms x sqrt(moved / 24) against 10 ms."""
    assert guard.judge(make_readings(seed=2, moved=3)).is_within
    assert beyond(guard.judge(make_readings(seed=2, moved=4))) == {"duration_ms"}


def test_pitch_may_differ_by_half_a_semitone(guard, make_readings):
    assert guard.judge(make_readings(seed=2, semitones=0.45)).is_within
    assert beyond(guard.judge(make_readings(seed=2, semitones=-0.55))) == {"f0_semitones"}


def test_the_worst_text_decides(guard, make_readings):
    good, bad = make_readings(seed=2), make_readings(seed=3, moved=12)
    verdict = guard.judge({"clause": good["clause"], "sentence": bad["sentence"]})
    assert [(measure.name, measure.text) for measure in verdict.beyond] == [("duration_ms", "sentence")]


def test_a_verdict_has_every_measure_and_says_so_in_json(guard, make_readings):
    values = guard.judge(make_readings(seed=2)).as_json()
    assert [value["name"] for value in values] == list(type(NOTICED).__slots__)
    assert {"text", "found", "spread", "limit"} < values[0].keys()
