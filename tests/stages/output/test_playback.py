"""What is played, by cases. The property over all orders of delivery is in test_playback_orders.py."""

import numpy as np
import pytest
from rig.audio_chunks import Releases, Samples, audio_chunk, count_up

from utterd.stages.output.playback import Playback
from utterd.stages.pcm import FADE_FRAMES, fade_in, fade_out
from utterd.stages.reports import CutDone, GapFound, PlaybackCut, UnitBuffered

BLOCK = 240
ONES = 2400
"""Frames of a unit of plain ones: a fade shows in them by itself."""


@pytest.fixture
def playback() -> Playback:
    return Playback()


@pytest.fixture
def releases() -> Releases:
    return Releases()


def unit(sequence: int = 0, frames: int = ONES, **more):
    return audio_chunk(np.ones(frames), sequence=sequence, ends_unit=True, **more)


def play_all(playback: Playback, frames: int = BLOCK) -> list:
    blocks = []
    while block := playback.next_block(frames):
        blocks.append(block)
    return blocks


def sound(blocks) -> Samples:
    return np.concatenate([np.zeros(0, np.float32), *(block.samples for block in blocks)])


# Edges


@pytest.mark.parametrize("frames", [1, 50, 119, 120, 121, 239, 240, 241, 359, 360, 361, 480, 500, 2399, 2401])
def test_an_utterance_of_any_length_is_faded_at_both_ends(playback, releases, frames):
    playback.add(unit(frames=frames, is_last=True), releases.new())
    heard = sound(play_all(playback))
    assert np.array_equal(heard, fade_out(fade_in(np.ones(frames, np.float32), FADE_FRAMES), FADE_FRAMES))


@pytest.mark.parametrize("first", [1, 60, 121, 200, 241, 300])
def test_the_first_window_may_be_tiny_and_is_faded_in_all_the_same(playback, releases, first):
    """As after a restart near the end of a unit."""
    playback.add(audio_chunk(np.ones(first)), releases.new())
    blocks = play_all(playback)
    playback.add(audio_chunk(np.ones(ONES), first_frame=first, ends_unit=True), releases.new())
    heard = sound([*blocks, *play_all(playback)])
    assert np.array_equal(heard[:FADE_FRAMES], fade_in(np.ones(FADE_FRAMES, np.float32), FADE_FRAMES))
    assert (heard[FADE_FRAMES:] == 1).all()


def test_units_of_one_utterance_join_without_a_fade(playback, releases):
    playback.add(unit(0), releases.new())
    playback.add(unit(1, is_last=True), releases.new())
    assert (sound(play_all(playback))[FADE_FRAMES:-FADE_FRAMES] == 1).all()


def test_a_little_is_kept_back_until_more_follows(playback, releases):
    playback.add(unit(), releases.new())
    assert len(sound(play_all(playback))) == ONES - FADE_FRAMES
    playback.add(unit(1), releases.new())
    assert len(sound(play_all(playback))) == ONES


def test_utterances_are_played_in_the_order_of_their_first_chunks(playback, releases):
    playback.add(unit(utterance=7), releases.new())
    playback.add(unit(utterance=8, is_last=True), releases.new())
    playback.add(unit(1, utterance=7, is_last=True), releases.new())
    blocks = play_all(playback)
    assert [block.utterance_id for block in blocks if block.ends_utterance] == [7, 8]
    assert len(sound(block for block in blocks if block.utterance_id == 7)) == 2 * ONES


def test_each_utterance_is_faded_by_itself(playback, releases):
    playback.add(unit(utterance=7, is_last=True), releases.new())
    playback.add(unit(utterance=8, is_last=True), releases.new())
    heard = sound(play_all(playback))
    assert heard[ONES - 1] < 0.01
    assert heard[ONES] < 0.01


# What a block tells


def test_blocks_tell_the_place_and_the_clock(playback, releases):
    playback.add(unit(frames=300), releases.new())
    playback.add(unit(1, frames=300, is_last=True), releases.new())
    blocks = play_all(playback)
    assert [(block.sequence, block.frame_end, block.clock_frames) for block in blocks] == [
        (0, 240, 240),
        (1, 180, 480),
        (1, 300, 600),
    ]
    assert [block.units_ended for block in blocks] == [(), (0,), (1,)]
    assert [block.ends_utterance for block in blocks] == [False, False, True]


def test_the_first_audible_frame_is_told_once_and_before_the_fade_hides_it(playback, releases):
    samples = np.zeros(ONES)
    samples[500:] = 0.5
    playback.add(audio_chunk(samples, ends_unit=True, is_last=True), releases.new())
    blocks = play_all(playback)
    assert [(n, block.audible_frame) for n, block in enumerate(blocks) if block.audible_frame is not None] == [(2, 20)]


def test_an_utterance_in_which_nothing_sounds_ends_too(playback, releases):
    for sequence in range(30):
        playback.add(unit(sequence, frames=0, is_last=sequence == 29), releases.new())
    (block,) = play_all(playback)
    assert block.ends_utterance
    assert block.units_ended == tuple(range(30))
    assert len(block.samples) == 0
    assert playback.is_idle
    assert releases.are_all_released_once


def test_silent_units_do_not_hold_up_what_is_behind_them(playback, releases):
    for sequence in range(40):
        playback.add(unit(sequence, frames=0), releases.new())
        assert play_all(playback) == []
    assert releases.are_all_released_once, "the ring would be full by now"
    playback.add(unit(40, is_last=True), releases.new())
    assert len(sound(play_all(playback))) == ONES


def test_a_whole_unit_is_reported_when_it_is_here_without_a_gap(playback, releases):
    assert playback.add(unit(1), releases.new()) == []
    assert playback.add(audio_chunk(np.ones(10)), releases.new()) == []
    end = audio_chunk(np.ones(10), first_frame=10, ends_unit=True)
    assert playback.add(end, releases.new()) == [
        UnitBuffered(utterance_id=1, sequence=0),
        UnitBuffered(utterance_id=1, sequence=1),
    ]


def test_late_chunks_of_an_utterance_that_is_over_are_dropped(playback, releases):
    playback.add(unit(is_last=True), releases.new())
    play_all(playback)
    assert playback.add(unit(is_last=True), releases.new()) == []
    assert playback.is_idle
    assert releases.are_all_released_once


# Running dry


def test_the_last_frames_before_an_underrun_are_given_away_faded_and_counted(playback, releases):
    playback.add(unit(), releases.new())
    play_all(playback)
    block = playback.next_block(BLOCK, starving=True)
    assert np.array_equal(block.samples, fade_out(np.ones(FADE_FRAMES, np.float32), FADE_FRAMES))
    assert block.underruns == 1
    assert not playback.is_flowing
    assert playback.next_block(BLOCK, starving=True) is None


def test_after_an_underrun_sound_resumes_with_a_reserve_and_a_fade_and_no_frame_is_lost(playback, releases):
    playback.add(audio_chunk(count_up(0, 4800)), releases.new())
    heard = play_all(playback)
    heard.append(playback.next_block(BLOCK, starving=True))
    playback.add(audio_chunk(count_up(4800, 9600), first_frame=4800), releases.new())
    assert playback.next_block(BLOCK) is None, "200 ms are no reserve for a machine that was late once"
    playback.add(audio_chunk(count_up(9600, 14400), first_frame=9600, ends_unit=True, is_last=True), releases.new())
    resumed = play_all(playback)
    first = resumed[0].samples[:FADE_FRAMES]
    assert np.array_equal(first, fade_in(count_up(4800, 4800 + FADE_FRAMES), FADE_FRAMES))
    everything = sound([*heard, *resumed])
    assert len(everything) == 14400
    middle = slice(4800 + FADE_FRAMES, -FADE_FRAMES)
    assert np.array_equal(everything[middle], count_up(0, 14400)[middle])
    assert resumed[-1].underruns == 1


def test_the_end_of_an_utterance_does_not_wait_for_a_reserve(playback, releases):
    playback.prebuffer.target_frames = 36_000
    playback.add(unit(is_last=True), releases.new())
    assert len(sound(play_all(playback))) == ONES


def test_between_utterances_nothing_can_run_dry(playback, releases):
    playback.add(unit(utterance=7, is_last=True), releases.new())
    playback.add(audio_chunk(np.ones(200), utterance=8), releases.new())
    play_all(playback)
    assert not playback.is_flowing
    assert playback.next_block(BLOCK, starving=True) is None


# Cuts


def test_a_cut_drops_everything_and_fades_what_sounds(playback, releases):
    playback.add(unit(utterance=7), releases.new())
    playback.add(unit(utterance=8), releases.new())
    playback.next_block(BLOCK)
    assert playback.is_cut(())
    assert np.array_equal(playback.upcoming(), np.ones(FADE_FRAMES))
    assert playback.cut(1, ()) == [
        PlaybackCut(utterance_id=7, audio_frames=BLOCK + FADE_FRAMES),
        PlaybackCut(utterance_id=8, audio_frames=0),
        CutDone(generation=1),
    ]
    assert playback.is_idle
    assert playback.next_block(BLOCK) is None
    assert releases.are_all_released_once


def test_a_cut_before_the_first_sound_has_nothing_to_fade(playback, releases):
    playback.add(audio_chunk(np.ones(100)), releases.new())
    assert not playback.is_cut(())
    assert playback.cut(1, ()) == [PlaybackCut(utterance_id=1, audio_frames=0), CutDone(generation=1)]


def test_chunks_of_an_older_generation_are_dropped(playback, releases):
    playback.cut(3, ())
    assert playback.add(unit(generation=2), releases.new()) == []
    assert playback.is_idle
    assert releases.are_all_released_once


def test_what_is_kept_goes_on_unheard(playback, releases):
    playback.add(unit(), releases.new())
    before = [playback.next_block(BLOCK)]
    assert not playback.is_cut((1,))
    assert playback.cut(1, (1,)) == [CutDone(generation=1)]
    playback.add(unit(generation=1), releases.new())
    playback.add(unit(1, generation=1, is_last=True), releases.new())
    heard = sound([*before, *play_all(playback)])
    assert len(heard) == 2 * ONES
    assert (heard[FADE_FRAMES:-FADE_FRAMES] == 1).all()


def test_a_kept_utterance_loses_what_it_held_behind_a_gap(playback, releases):
    playback.add(unit(), releases.new())
    playback.add(unit(2), releases.new())
    playback.cut(1, (1,))
    assert releases.counts == [0, 1]


def test_another_utterance_may_be_kept_than_the_one_that_sounds(playback, releases):
    playback.add(unit(utterance=7), releases.new())
    playback.add(audio_chunk(np.full(ONES, 0.5), utterance=8, ends_unit=True, is_last=True), releases.new())
    playback.next_block(BLOCK)
    assert playback.is_cut((8,))
    reports = playback.cut(1, (8,))
    assert [report.utterance_id for report in reports if isinstance(report, PlaybackCut)] == [7]
    heard = sound(play_all(playback))
    assert np.array_equal(heard[:FADE_FRAMES], 0.5 * fade_in(np.ones(FADE_FRAMES, np.float32), FADE_FRAMES))
    assert len(heard) == ONES


def test_the_kept_ones_are_played_in_the_order_given(playback, releases):
    for utterance in (7, 8, 9):
        playback.add(unit(utterance=utterance, is_last=True), releases.new())
    playback.cut(1, (9, 7))
    assert [block.utterance_id for block in play_all(playback) if block.ends_utterance] == [9, 7]


def test_an_utterance_that_lost_its_turn_is_played_whole_when_it_comes_again(playback, releases):
    """`next` puts another before one whose sound is here already."""
    playback.add(unit(utterance=7), releases.new())
    playback.add(unit(utterance=8), releases.new())
    playback.next_block(BLOCK)
    playback.cut(1, (7,))
    playback.add(unit(1, utterance=7, generation=1, is_last=True), releases.new())
    playback.add(unit(utterance=9, generation=1, is_last=True), releases.new())
    playback.add(unit(utterance=8, generation=1, is_last=True), releases.new())
    blocks = play_all(playback)
    assert [block.utterance_id for block in blocks if block.ends_utterance] == [7, 9, 8]
    assert len(sound(block for block in blocks if block.utterance_id == 8)) == ONES


def test_chunks_that_overtake_their_cut_wait_for_it(playback, releases):
    playback.add(unit(utterance=7), releases.new())
    playback.add(unit(utterance=8, generation=1, is_last=True), releases.new())
    playback.add(unit(utterance=9, generation=2, is_last=True), releases.new())
    assert {block.utterance_id for block in play_all(playback)} == {7}
    reports = playback.cut(1, ())
    assert UnitBuffered(utterance_id=8, sequence=0) in reports
    assert [block.utterance_id for block in play_all(playback) if block.ends_utterance] == [8]
    playback.cut(2, ())
    assert [block.utterance_id for block in play_all(playback) if block.ends_utterance] == [9]


def test_early_chunks_that_are_stale_when_their_cut_comes_are_dropped(playback, releases):
    playback.add(unit(generation=1), releases.new())
    playback.cut(2, ())
    assert playback.is_idle
    assert releases.are_all_released_once


def test_a_cut_that_is_repeated_changes_nothing(playback, releases):
    playback.cut(1, ())
    playback.add(unit(generation=1, is_last=True), releases.new())
    playback.next_block(BLOCK)
    assert playback.cut(1, (1,)) == [CutDone(generation=1)]
    assert playback.is_flowing


def test_a_cut_tells_what_was_heard_with_the_end_that_was_faded(playback, releases):
    playback.add(unit(), releases.new())
    playback.next_block(BLOCK)
    reports = playback.cut(1, (), unheard_frames=100)
    assert reports[0] == PlaybackCut(utterance_id=1, audio_frames=BLOCK - 100 + FADE_FRAMES)


def test_what_comes_next_can_be_looked_at_without_being_taken(playback, releases):
    assert len(playback.upcoming()) == 0
    playback.add(audio_chunk(count_up(0, 500)), releases.new())
    playback.add(audio_chunk(count_up(500, 900), first_frame=500), releases.new())
    playback.next_block(BLOCK)
    playback.next_block(BLOCK)
    assert np.array_equal(playback.upcoming(), count_up(480, 600))
    assert np.array_equal(playback.next_block(BLOCK).samples, count_up(480, 720))


def test_where_the_listener_stands_it_goes_on_after_a_pause(playback, releases):
    playback.add(audio_chunk(count_up(0, 3000), ends_unit=True, is_last=True), releases.new())
    playback.next_block(BLOCK)
    playback.next_block(BLOCK)
    playback.stand(100)
    assert np.array_equal(playback.next_block(BLOCK).samples, fade_in(count_up(380, 620), FADE_FRAMES))


# Gaps, and a stage that was restarted


def test_a_missing_chunk_is_asked_for_when_eight_wait_behind_it(playback, releases):
    reports = [report for sequence in range(1, 9) for report in playback.add(unit(sequence), releases.new())]
    assert reports == [GapFound(utterance_id=1, sequence=0, reason="8 later chunks are here")]
    assert releases.are_all_released_once, "the ring needs room for them to come again"


def test_a_chunk_is_overdue_only_when_little_is_left_to_play(playback, releases):
    playback.add(audio_chunk(np.ones(20_000), ends_unit=True), releases.new())
    playback.add(unit(2), releases.new())
    assert not playback.waits_for_missing
    for _ in range(50):
        playback.next_block(BLOCK)
    assert playback.waits_for_missing
    (gap,) = playback.give_up_waiting()
    assert gap.sequence == 1
    assert not playback.waits_for_missing


def test_after_a_restart_sound_goes_on_at_the_place_reached():
    playback = Playback(generation=4, resume={7: (2, 100)})
    playback.add(audio_chunk(np.ones(50), utterance=7, generation=4, sequence=2), lambda: None)
    playback.add(
        audio_chunk(np.ones(400), utterance=7, generation=4, sequence=2, first_frame=50, ends_unit=True, is_last=True),
        lambda: None,
    )
    blocks = play_all(playback, frames=10_000)
    assert len(sound(blocks)) == 350
    assert blocks[-1].frame_end == 450


def test_repr_shows_the_state(playback, releases):
    playback.add(unit(is_last=True), releases.new())
    assert repr(playback) == "<Playback generation=0 flowing=False [<Track 1 complete buffered=2400 held=0>]>"
