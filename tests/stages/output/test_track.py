"""One utterance's chunks in, its frames out: where each lies is all that counts."""

import numpy as np
import pytest
from rig.audio_chunks import Releases, audio_chunk, count_up

from utterd.stages.output.track import Track


@pytest.fixture
def track() -> Track:
    return Track(1)


@pytest.fixture
def releases() -> Releases:
    return Releases()


def window(first: int, stop: int, *, sequence: int = 0, ends_unit: bool = False, is_last: bool = False):
    """Frames first to stop of a unit in which every unit counts from 1000 times its sequence."""
    samples = count_up(1000 * sequence + first, 1000 * sequence + stop)
    return audio_chunk(samples, sequence=sequence, first_frame=first, ends_unit=ends_unit, is_last=is_last)


def test_frames_come_out_as_they_went_in(track, releases):
    assert track.add(window(0, 10), releases.new()) == []
    assert track.add(window(10, 30, ends_unit=True), releases.new()) == [0]
    taken = track.take(100)
    assert np.array_equal(taken.samples, count_up(0, 30))
    assert (taken.sequence, taken.frame_end, taken.units_ended) == (0, 30, (0,))
    assert track.take(100) is None


def test_no_more_is_taken_than_asked_for(track, releases):
    track.add(window(0, 30), releases.new())
    assert np.array_equal(track.take(12).samples, count_up(0, 12))
    taken = track.take(12)
    assert np.array_equal(taken.samples, count_up(12, 24))
    assert taken.frame_end == 24
    assert (track.buffered_frames, track.taken_frames) == (6, 24)


def test_a_block_may_span_units(track, releases):
    track.add(window(0, 10, ends_unit=True), releases.new())
    track.add(window(0, 10, sequence=1), releases.new())
    taken = track.take(15)
    assert np.array_equal(taken.samples, [*count_up(0, 10), *count_up(1000, 1005)])
    assert (taken.sequence, taken.frame_end, taken.units_ended) == (1, 5, (0,))


def test_a_chunk_that_comes_too_early_waits_for_its_turn(track, releases):
    track.add(window(20, 30, ends_unit=True), releases.new())
    assert (track.held, track.buffered_frames) == (1, 0)
    assert track.add(window(0, 20), releases.new()) == [0]
    assert np.array_equal(track.take(100).samples, count_up(0, 30))


def test_a_unit_waits_for_the_one_before(track, releases):
    track.add(window(0, 10, sequence=1, ends_unit=True), releases.new())
    assert track.take(100) is None
    assert track.add(window(0, 10, ends_unit=True), releases.new()) == [0, 1]
    assert track.take(100).units_ended == (0, 1)


def test_frames_that_are_here_already_are_trimmed_away(track, releases):
    track.add(window(0, 20), releases.new())
    track.add(window(5, 30), releases.new())
    assert np.array_equal(track.take(100).samples, count_up(0, 30))


def test_chunks_of_units_that_have_passed_are_let_go(track, releases):
    track.add(window(0, 10, ends_unit=True), releases.new())
    track.add(window(0, 10, ends_unit=True), releases.new())
    assert releases.counts == [0, 1]
    assert track.buffered_frames == 10


def test_a_chunk_is_released_when_its_last_frame_is_taken(track, releases):
    track.add(window(0, 10), releases.new())
    track.take(9)
    assert releases.counts == [0]
    track.take(1)
    assert releases.counts == [1]


def test_a_held_chunk_that_comes_twice_is_kept_once(track, releases):
    track.add(window(20, 30), releases.new())
    track.add(window(20, 30), releases.new())
    assert releases.counts == [0, 1]


def test_silent_units_pass_without_holding_their_slots(track, releases):
    """So many of them in a row would fill the ring, and the sound behind them could never arrive."""
    for sequence in range(50):
        assert track.add(window(0, 0, sequence=sequence, ends_unit=True), releases.new()) == [sequence]
    assert releases.unreleased == 0
    assert track.take(10).units_ended == tuple(range(50))
    assert releases.are_all_released_once


def test_an_utterance_ends_with_the_last_frame_of_its_last_unit(track, releases):
    track.add(window(0, 10, ends_unit=True, is_last=True), releases.new())
    assert track.is_complete
    assert not track.is_played_out
    track.take(10)
    assert track.is_played_out


def test_the_end_of_a_unit_counts_even_if_no_frame_comes_with_it(track, releases):
    track.add(window(0, 10), releases.new())
    track.take(10)
    assert track.add(window(10, 10, ends_unit=True, is_last=True), releases.new()) == [0]
    assert track.take(10).units_ended == (0,)
    assert track.is_played_out


def test_a_unit_that_was_made_anew_and_came_out_shorter_still_ends(track, releases):
    track.add(window(0, 30), releases.new())
    assert track.add(window(0, 20, ends_unit=True), releases.new()) == [0]
    assert track.add(window(0, 10, sequence=1), releases.new()) == []
    assert track.buffered_frames == 40


def test_nothing_follows_the_end(track, releases):
    track.add(window(0, 10, ends_unit=True, is_last=True), releases.new())
    track.add(window(0, 0, sequence=1, ends_unit=True), releases.new())
    assert releases.counts == [0, 1]


def test_a_track_goes_on_from_the_place_it_is_given(releases):
    track = Track(1, sequence=2, frame=15)
    track.add(window(0, 10, sequence=1, ends_unit=True), releases.new())
    track.add(window(0, 20, sequence=2), releases.new())
    assert np.array_equal(track.take(100).samples, count_up(2015, 2020))
    assert releases.are_all_released_once


def test_gain_is_applied(track, releases):
    track.add(audio_chunk([0.5, -1.0], gain=0.5), releases.new())
    assert track.take(2).samples.tolist() == [0.25, -0.5]


def test_the_older_part_of_what_is_held_can_be_dropped(track, releases):
    track.add(audio_chunk([1], first_frame=5, generation=1), releases.new())
    track.add(audio_chunk([1], first_frame=6, generation=2), releases.new())
    track.drop_held(before_generation=2)
    assert (track.held, releases.counts) == (1, [1, 0])
    track.drop_held()
    assert (track.held, releases.counts) == (0, [1, 1])


def test_dropping_a_track_releases_everything_once(track, releases):
    track.add(window(0, 10), releases.new())
    track.add(window(10, 20), releases.new())
    track.add(window(30, 40), releases.new())
    track.take(15)
    track.drop()
    assert releases.are_all_released_once
    assert track.take(1) is None


def test_repr_shows_what_is_expected(track, releases):
    track.add(window(0, 10), releases.new())
    track.add(window(20, 30), releases.new())
    assert repr(track) == "<Track 1 expects 0+10 buffered=10 held=1>"
