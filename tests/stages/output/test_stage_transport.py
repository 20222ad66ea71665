"""A real output process that is paused and sent elsewhere: exact to the sample, and it leaves word of where it is."""

from dataclasses import replace

import numpy as np
import pytest
from rig.player import WINDOW, Player, counted, playing, speech

from utterd.stages.chunks import Passing
from utterd.stages.commands import Cut, PausePlayback, ResumePlayback, SeekTo
from utterd.stages.output.part import LEAD_FRAMES
from utterd.stages.pcm import FADE_FRAMES, FULL_SCALE
from utterd.stages.reports import CutDone, Passed, PlaybackFinished, PlaybackPaused, PlaybackStarted, Sought

TOTAL = 6 * WINDOW


def worded(frames: int = TOTAL, **more):
    """A word begins with each window; its characters are [10 n, 10 n + 9)."""
    return [
        replace(
            chunk,
            passings=(Passing(frame=chunk.first_frame, char_start=10 * number, char_end=10 * number + 9),),
        )
        for number, chunk in enumerate(speech(frames, **more))
    ]


def check_rest(player: Player, place: int) -> None:
    """The last that was played are the frames from `place` to the end, each once."""
    wanted = counted(place + FADE_FRAMES, TOTAL - FADE_FRAMES)
    sound = player.sound
    errors = [
        np.abs(sound[len(sound) - behind - len(wanted) : len(sound) - behind] - wanted).max() * FULL_SCALE
        for behind in range(FADE_FRAMES, FADE_FRAMES + 2 * WINDOW)  # its faded end, and silence
        if behind + len(wanted) <= len(sound)
    ]
    assert min(errors) <= 3


@pytest.fixture
def player(tmp_path):
    with playing(tmp_path) as made:
        yield made


def test_a_pause_is_silence_and_what_was_not_heard_is_played_after_it(player):
    player.send(*worded())
    player.expect(PlaybackStarted)
    player.command(PausePlayback())
    paused = player.expect(PlaybackPaused)
    assert 0 < paused.audio_frames < TOTAL
    length = len(player.sound)
    player.expect_beat(busy=False)
    assert np.abs(player.sound[length:]).max(initial=0) * FULL_SCALE <= 1, "it plays on"
    player.command(ResumePlayback())
    finished = player.expect(PlaybackFinished)
    assert finished.audio_frames == TOTAL
    check_rest(player, paused.audio_frames)


def test_a_second_pause_and_a_pause_of_nothing_are_answered_too(player):
    player.command(PausePlayback())
    assert player.expect(PlaybackPaused).utterance_id == 0
    player.send(*worded())
    player.command(PausePlayback())
    player.command(ResumePlayback())
    assert player.expect(PlaybackFinished).audio_frames == TOTAL


def test_words_are_told_with_their_place_on_the_clock(player):
    player.send(*worded())
    player.expect(PlaybackFinished)
    passed = [report for report in player.reports if isinstance(report, Passed)]
    assert [report.char_start for report in passed] == [0, 10, 20, 30, 40, 50]
    assert [report.audio_frames for report in passed] == [WINDOW * n for n in range(6)]


def test_going_back_needs_nobody_else(player):
    player.send(*worded())
    while player.expect(Passed).char_start < 20:
        pass
    player.command(SeekTo(utterance_id=1, char=10))
    sought = player.expect(Sought)
    assert sought.is_found
    assert (sought.sequence, sought.frame) == (0, WINDOW - LEAD_FRAMES)
    assert player.expect(Passed).char_start == 10
    finished = player.expect(PlaybackFinished)
    assert finished.audio_frames == sought.audio_frames + TOTAL - sought.frame
    check_rest(player, sought.frame)


def test_where_it_cannot_go_it_falls_silent_and_says_so(player):
    player.send(*worded(is_last=False))
    player.expect(PlaybackStarted)
    player.command(SeekTo(utterance_id=1, char=1000))
    assert not player.expect(Sought).is_found
    length = len(player.sound)
    player.expect_beat(busy=False)
    assert np.abs(player.sound[length:]).max(initial=0) * FULL_SCALE <= 1
    player.command(Cut(lane="live", generation=1, begin=((1, 0),)))
    player.expect(CutDone)
    player.send(*worded(generation=1)[3:])
    assert player.expect(Passed).char_start == 30
    player.expect(PlaybackFinished)


def test_one_that_is_killed_in_a_pause_has_left_word_of_where_it_stood(player):
    player.send(*worded())
    player.expect(PlaybackStarted)
    player.command(PausePlayback())
    paused = player.expect(PlaybackPaused)
    player.process.kill()
    player.process.wait()
    position = player.position.read()
    assert (position.utterance_id, position.frame, position.clock_frames) == (
        1,
        paused.audio_frames,
        paused.audio_frames,
    )


def test_seeks_in_quick_succession_do_not_add_up_to_a_place_before_them(player):
    player.send(*worded())
    while player.expect(Passed).char_start < 10:
        pass
    for _ in range(50):
        player.command(SeekTo(utterance_id=1, char=10))
    soughts = [player.expect(Sought) for _ in range(50)]
    assert {sought.frame for sought in soughts} == {WINDOW - LEAD_FRAMES}
    assert {sought.audio_frames for sought in soughts} == {soughts[0].audio_frames}
    player.expect(PlaybackFinished)


def test_a_seek_in_a_pause_counts_nothing_as_unheard(player):
    player.send(*worded())
    while player.expect(Passed).char_start < 20:
        pass
    player.command(PausePlayback())
    paused = player.expect(PlaybackPaused)
    player.expect_beat(busy=False)  # silence has been written behind the words by now
    player.command(SeekTo(utterance_id=1, char=10))
    assert player.expect(Sought).audio_frames == paused.audio_frames
