"""Pause, seek and cut, to the frame, on a device that says exactly what was heard."""

from collections.abc import Iterator

import numpy as np
import pytest
from rig.scene import Scene
from rig.scene import scene as new_scene

from utterd.stages.commands import Cut, SeekTo
from utterd.stages.output.device import BLOCK_FRAMES
from utterd.stages.pcm import FADE_FRAMES, FULL_SCALE
from utterd.stages.reports import CutDone, PlaybackCut, PlaybackPaused, Sought

FRAMES = 12_000


@pytest.fixture
def scene() -> Iterator[Scene]:
    with new_scene() as scene:
        yield scene


def play_a_little(scene: Scene) -> int:
    """How many frames have left the loudspeaker; behind them it holds as many as it can."""
    while (heard := len(scene.device.sound) - scene.loudspeaker.queued_frames) < 2_000:
        if not scene.player.play_next():
            scene.clock.advance_s(0.0007)
    return heard


def cut(*keep: int, generation: int = 1) -> Cut:
    return Cut(lane="live", generation=generation, keep=keep)


def test_a_pause_tells_where_the_listener_is_and_goes_on_there(scene: Scene) -> None:
    scene.add(FRAMES)
    heard = play_a_little(scene)
    scene.orders.pause()
    assert scene.reports[-1] == PlaybackPaused(utterance_id=1, audio_frames=heard)
    silent_from = len(scene.device.sound)
    scene.clock.advance_s(1)
    scene.orders.resume()
    scene.play_in_time()
    rest = scene.device.sound[silent_from:]
    expected = np.arange(heard, FRAMES) / (2 * FRAMES) * FULL_SCALE
    inner = slice(FADE_FRAMES, FRAMES - heard - FADE_FRAMES)
    assert np.abs(rest[inner] - expected[inner]).max() <= 2
    assert scene.finished[0].audio_frames == FRAMES


def test_a_pause_of_nothing_lets_an_end_be_heard(scene: Scene) -> None:
    scene.add(BLOCK_FRAMES)
    scene.player.play_next()
    scene.orders.pause()
    assert scene.reports[-1] == PlaybackPaused(utterance_id=0, audio_frames=0)
    assert "take_back" not in scene.device.calls


def test_a_second_pause_takes_nothing_back(scene: Scene) -> None:
    scene.add(FRAMES)
    heard = play_a_little(scene)
    scene.orders.pause()
    scene.orders.pause()
    assert scene.device.calls.count("take_back") == 1
    assert scene.reports[-1] == PlaybackPaused(utterance_id=1, audio_frames=heard)


def test_a_seek_tells_what_was_heard_and_goes_on_elsewhere(scene: Scene) -> None:
    scene.add(FRAMES)
    heard = play_a_little(scene)
    scene.orders.seek(SeekTo(utterance_id=1, char=None, back_frames=500))
    sought = scene.reports[-1]
    assert isinstance(sought, Sought)
    assert (sought.is_found, sought.audio_frames, sought.frame) == (True, heard, heard - 500)


def test_a_seek_in_another_utterance_than_sounds_changes_nothing(scene: Scene) -> None:
    scene.add(FRAMES)
    play_a_little(scene)
    scene.orders.seek(SeekTo(utterance_id=2, char=7, back_frames=0))
    assert scene.reports[-1] == Sought(utterance_id=2, audio_frames=0, is_found=False, char=7)
    assert "take_back" not in scene.device.calls


def test_a_cut_tells_what_was_heard_with_its_end(scene: Scene) -> None:
    scene.add(FRAMES)
    heard = play_a_little(scene)
    scene.orders.cut(cut())
    assert scene.reports[-2:] == [
        PlaybackCut(utterance_id=1, audio_frames=heard + FADE_FRAMES),
        CutDone(generation=1),
    ]
    assert scene.position.read().utterance_id == 0


def test_a_cut_that_keeps_what_sounds_makes_no_silence(scene: Scene) -> None:
    scene.add(FRAMES, utterance=1)
    scene.add(FRAMES, utterance=2)
    play_a_little(scene)
    scene.orders.cut(cut(1))
    assert "take_back" not in scene.device.calls
    assert scene.playback.head is not None
    assert scene.playback.head.utterance_id == 1


def test_a_cut_that_puts_another_in_front_makes_silence(scene: Scene) -> None:
    scene.add(FRAMES, utterance=1)
    scene.add(FRAMES, utterance=2)
    play_a_little(scene)
    scene.orders.cut(cut(2, 1))
    assert scene.device.calls.count("take_back") == 1
    scene.orders.pause()
    assert scene.reports[-1] == PlaybackPaused(utterance_id=2, audio_frames=0)


def test_the_end_of_what_is_cut_is_silenced_where_nothing_follows_it(scene: Scene) -> None:
    scene.add(BLOCK_FRAMES)
    scene.player.play_next()
    scene.orders.cut(cut())
    assert scene.device.calls.count("take_back") == 1
    assert scene.reports[-2:] == [PlaybackCut(utterance_id=1, audio_frames=BLOCK_FRAMES), CutDone(generation=1)]
    assert scene.finished == []


def test_but_not_at_the_cost_of_what_follows_it(scene: Scene) -> None:
    scene.add(BLOCK_FRAMES, utterance=1)
    scene.add(FRAMES, utterance=2)
    scene.player.play_next()
    scene.player.play_next()
    scene.orders.cut(cut(2))
    assert "take_back" not in scene.device.calls
    scene.play_in_time()
    assert [report.audio_frames for report in scene.finished] == [FRAMES]


def test_the_end_is_silence(scene: Scene) -> None:
    scene.add(FRAMES)
    play_a_little(scene)
    scene.orders.end()
    scene.loudspeaker.drain()
    assert scene.device.calls[-2:] == ["take_back", "drain"]
    assert scene.device.sound[-1] == 0
