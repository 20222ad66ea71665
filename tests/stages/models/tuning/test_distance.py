"""Distances between readings: of sound, timing and pitch, each for itself."""

from dataclasses import astuple, replace

import numpy as np
import pytest

from utterd.stages.models.tuning.distance import Distance, Reading, distance

DURATIONS = np.array([2, 3, 1, 4, 2])
FRAMES = 2 * int(DURATIONS.sum())


@pytest.fixture
def reading() -> Reading:
    random = np.random.default_rng(1)
    return Reading(
        log_mel=random.uniform(-30, 0, (FRAMES, 80)).astype(np.float32),
        durations=DURATIONS,
        f0=np.linspace(100, 200, FRAMES, dtype=np.float32),
    )


def test_a_reading_is_no_distance_from_itself(reading: Reading):
    assert astuple(distance(reading, reading)) == (0, 0, 0, 0)


def test_a_level_is_a_distance_of_sound_alone(reading: Reading):
    found = distance(reading, replace(reading, log_mel=reading.log_mel + 3))
    assert found.log_mel_db == pytest.approx(3, abs=1e-5)
    assert (found.duration_ms, found.f0_semitones, found.voicing_percent) == (0, 0, 0)


def test_an_octave_is_twelve_semitones(reading: Reading):
    found = distance(reading, replace(reading, f0=reading.f0 * 2))
    assert found.f0_semitones == pytest.approx(12, abs=1e-4)
    assert (found.log_mel_db, found.duration_ms, found.voicing_percent) == (0, 0, 0)


def test_voice_that_fell_silent_is_told_as_a_share(reading: Reading):
    f0 = reading.f0.copy()
    f0[: FRAMES // 4] = 0
    found = distance(reading, replace(reading, f0=f0))
    assert found.voicing_percent == pytest.approx(25)
    assert found.f0_semitones == 0


def test_speech_without_any_voice_has_no_pitch_to_differ_in(reading: Reading):
    whispered = replace(reading, f0=np.zeros(FRAMES, np.float32))
    assert distance(whispered, whispered).f0_semitones == 0
    assert distance(reading, whispered).voicing_percent == 100


def test_a_stretched_token_is_a_distance_of_timing_alone(reading: Reading):
    """Its second token lasts twice as long, and sounds the same."""
    slow = np.repeat(np.arange(FRAMES), [1] * 4 + [2] * 6 + [1] * (FRAMES - 10))
    other = Reading(log_mel=reading.log_mel[slow], durations=np.array([2, 6, 1, 4, 2]), f0=reading.f0[slow])
    for one, two in ((reading, other), (other, reading)):
        found = distance(one, two)
        assert found.duration_ms == pytest.approx(75 / np.sqrt(5))
        assert (found.log_mel_db, found.f0_semitones, found.voicing_percent) == (0, 0, 0)


def test_a_token_without_any_length_takes_part(reading: Reading):
    other = Reading(log_mel=reading.log_mel[:-4], durations=np.array([2, 3, 1, 4, 0]), f0=reading.f0[:-4])
    assert distance(reading, other).duration_ms == pytest.approx(50 / np.sqrt(5))
    assert distance(other, reading).log_mel_db == 0


def test_one_token_gone_astray_outweighs_many_that_moved_a_little():
    still = np.full(300, 3)
    quiet = Reading(log_mel=np.zeros((1800, 80), np.float32), durations=still, f0=np.zeros(1800, np.float32))
    nudged, astray = still.copy(), still.copy()
    nudged[::30] += 1
    astray[150] += 30
    found = [
        distance(quiet, Reading(log_mel=np.zeros((n, 80), np.float32), durations=moved, f0=np.zeros(n, np.float32)))
        for moved in (nudged, astray)
        for n in [2 * int(moved.sum())]
    ]
    assert found[0].duration_ms < 5 < 40 < found[1].duration_ms


def test_pauses_are_not_compared_by_their_noise(reading: Reading):
    paused, noisier = reading.log_mel.copy(), reading.log_mel.copy()
    paused[:10], noisier[:10] = -75, -55
    assert distance(replace(reading, log_mel=paused), replace(reading, log_mel=noisier)).log_mel_db == 0


def test_silence_in_place_of_speech_is_far_away_but_finite(reading: Reading):
    silent = replace(reading, log_mel=np.full((FRAMES, 80), -100, np.float32))
    assert 40 < distance(reading, silent).log_mel_db <= 80


def test_other_texts_are_refused(reading: Reading):
    with pytest.raises(ValueError, match="5 and of 2 tokens"):
        distance(reading, replace(reading, durations=np.array([8, 4])))


def test_a_mean_is_of_each_field():
    one = Distance(log_mel_db=1, duration_ms=2, f0_semitones=3, voicing_percent=4)
    two = Distance(log_mel_db=3, duration_ms=2, f0_semitones=1, voicing_percent=0)
    assert astuple(Distance.mean([one, two])) == (2, 2, 2, 2)
