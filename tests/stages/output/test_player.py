"""The player with a device that runs dry, fills up and fails. What it does as a process is in test_stage.py."""

from collections.abc import Iterator

import numpy as np
import pytest
from rig.scene import Scene
from rig.scene import scene as new_scene
from rig.troubled_device import TroubledDevice

from utterd.stages.output.device import BLOCK_FRAMES
from utterd.stages.reports import DeviceChanged, PlaybackCut


@pytest.fixture
def scene() -> Iterator[Scene]:
    with new_scene() as scene:
        yield scene


def test_the_device_is_filled_up_to_its_buffer_and_nothing_waits_for_it(scene: Scene) -> None:
    scene.add(24_000)
    while scene.player.play_next():
        pass
    assert 960 < scene.loudspeaker.queued_frames <= 1200
    assert scene.clock.slept_s == []
    (wait_ns,) = scene.player.waits_ns(0)
    scene.clock.advance_s(wait_ns / 1e9)
    assert scene.player.play_next()


def test_sound_that_the_device_tore_counts_as_an_underrun(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.add(4800)
    scene.player.play_next()
    scene.player.play_next()
    monkeypatch.setattr(TroubledDevice, "underflows", 2)
    scene.play_in_time()
    assert [report.underruns for report in scene.finished] == [2]


def test_a_device_that_runs_dry_between_utterances_tears_nothing(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.add(2400, utterance=1)
    scene.play_in_time()
    monkeypatch.setattr(TroubledDevice, "underflows", 1)
    scene.add(2400, utterance=2)
    scene.play_in_time()
    assert [report.underruns for report in scene.finished] == [0, 0]


def test_nor_does_one_that_runs_dry_in_a_pause(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.add(4800)
    scene.player.play_next()
    scene.playback.stand(scene.player.take_back())
    monkeypatch.setattr(TroubledDevice, "underflows", 1)
    scene.play_in_time()
    assert [report.underruns for report in scene.finished] == [0]


def test_a_block_that_waits_for_the_device_is_not_played_in_a_pause(scene: Scene) -> None:
    scene.add(BLOCK_FRAMES)
    scene.device.fails_at_frame = 0
    assert not scene.player.play_next()
    scene.playback.is_paused = True
    assert not scene.player.play_next()
    assert len(scene.device.sound) == 0
    scene.playback.is_paused = False
    scene.play_in_time()
    assert np.count_nonzero(scene.device.sound) > BLOCK_FRAMES / 2
    assert len(scene.finished) == 1


def test_a_block_that_was_not_taken_counts_as_unheard(scene: Scene) -> None:
    scene.add(24_000)
    scene.device.fails_at_frame = BLOCK_FRAMES
    scene.player.play_next()
    scene.player.play_next()
    assert scene.player.take_back() == BLOCK_FRAMES


def test_what_is_withdrawn_does_not_finish(scene: Scene) -> None:
    scene.add(BLOCK_FRAMES, utterance=1)
    scene.add(BLOCK_FRAMES, utterance=2)
    scene.play_in_time()
    assert scene.player.withdraw(frozenset({2})) == [PlaybackCut(utterance_id=1, audio_frames=BLOCK_FRAMES)]
    assert [report.utterance_id for report in scene.finished] == [2]


def test_an_end_that_waits_for_the_device_can_be_withdrawn_too(scene: Scene) -> None:
    scene.add(BLOCK_FRAMES)
    scene.device.fails_at_frame = 0
    scene.player.play_next()
    assert scene.player.withdraw(frozenset()) == [PlaybackCut(utterance_id=1, audio_frames=0)]


def test_the_daemon_is_told_when_the_user_chooses_another_loudspeaker(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.add(2400)
    scene.player.play_next()
    monkeypatch.setattr(TroubledDevice, "name", "pulse:airpods")
    scene.play_in_time()
    names = [report.name for report in scene.reports if isinstance(report, DeviceChanged)]
    assert names == ["null", "pulse:airpods"]


def test_silence_is_written_behind_an_end_that_was_made(scene: Scene) -> None:
    scene.add(24_000)
    scene.player.play_next()
    scene.playback.stand(scene.player.take_back())
    scene.playback.is_paused = True
    before = len(scene.device.sound)
    scene.play_in_time()
    scene.clock.advance_s(1)
    scene.play_in_time()
    behind = scene.device.sound[before:]
    assert len(behind) == 720
    assert not behind.any()
