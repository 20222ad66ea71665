"""A real output process with a device that fails on order, fed through a real hop."""

import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from rig.audio_chunks import audio_chunk
from rig.player import WINDOW, Player, counted, playing, speech
from waiting import wait_until

from utterd.stages.chunks import SAMPLE_RATE_HZ
from utterd.stages.commands import Cut, Prepare, SetVolume, Shutdown
from utterd.stages.memory import attach_shared_memory
from utterd.stages.pcm import FADE_FRAMES, FULL_SCALE
from utterd.stages.reports import (
    CutDone,
    DeviceChanged,
    GapFound,
    PlaybackCut,
    PlaybackFinished,
    PlaybackStarted,
    SlotLost,
    UnitBuffered,
    UnitPlayed,
)


def wakeups(player: Player) -> int:
    """How often its main thread has waited for something; -1 where the system does not say."""
    status = Path(f"/proc/{player.pid}/task/{player.pid}/status")
    if not status.exists():
        return -1
    return int(status.read_text().partition("\nvoluntary_ctxt_switches:")[2].split()[0])


def check_sound(found: np.ndarray, frames: int) -> None:
    """Every frame once and in order; the edges are faded."""
    assert len(found) >= frames
    inner = slice(FADE_FRAMES, frames - FADE_FRAMES)
    assert np.abs(found[inner] - counted(0, frames)[inner]).max() * FULL_SCALE <= 3
    assert np.abs(found[frames:]).max(initial=0) * FULL_SCALE <= 1, "nothing but silence behind it"


def test_an_utterance_is_played_and_reported_from_start_to_end(tmp_path):
    with playing(tmp_path) as player:
        player.send(*speech(3 * WINDOW))
        started = player.expect(PlaybackStarted)
        finished = player.expect(PlaybackFinished)
        check_sound(player.sound, 3 * WINDOW)
        assert started.utterance_id == 1
        assert started.audio_frames < 20
        assert started.latency_frames < SAMPLE_RATE_HZ // 10
        assert "output_received" in started.trace
        assert (finished.audio_frames, finished.underruns) == (3 * WINDOW, 0)
        assert [report for report in player.reports if isinstance(report, UnitBuffered | UnitPlayed)] == [
            UnitBuffered(utterance_id=1, sequence=0),
            UnitPlayed(utterance_id=1, sequence=0, audio_frames=3 * WINDOW),
        ]


def test_the_end_is_reported_when_it_has_been_heard_not_when_it_was_written(tmp_path):
    with playing(tmp_path, behind_buffer_s=0.3) as player:
        player.send(*speech(WINDOW // 2))
        handed_at_ns = player.expect(PlaybackStarted).handed_at_ns
        player.expect(PlaybackFinished)
        assert time.monotonic_ns() - handed_at_ns > 300_000_000


def test_utterances_follow_one_another(tmp_path):
    with playing(tmp_path) as player:
        for utterance in (7, 8):
            player.send(*speech(WINDOW, utterance=utterance))
        assert [player.expect(PlaybackFinished).utterance_id for _ in range(2)] == [7, 8]


def test_a_device_that_fails_in_the_middle_loses_no_block(tmp_path):
    with playing(tmp_path, fails_at_frame=WINDOW + 100) as player:
        player.send(*speech(2 * WINDOW))
        states = [player.expect(DeviceChanged).state for _ in range(3)]
        assert player.expect(PlaybackFinished).audio_frames == 2 * WINDOW
        assert states == ["started", "lost", "started"]
        check_sound(player.sound, 2 * WINDOW)


def test_a_device_that_stays_away_for_a_while_is_waited_for_without_haste(tmp_path):
    with playing(tmp_path, fails_at_frame=WINDOW + 100, refusals=1) as player:
        player.send(*speech(2 * WINDOW))
        player.expect(UnitBuffered)
        wait_until(lambda: player.expect(DeviceChanged).state == "lost", what="the device to be lost")
        before = wakeups(player)
        assert player.expect(DeviceChanged).state == "started"
        assert wakeups(player) - before < 20, "it tries twice a second, and sleeps"
        player.expect(PlaybackFinished)
        check_sound(player.sound, 2 * WINDOW)


def test_a_device_that_fails_in_the_silence_behind_the_words_does_not_keep_the_stage_busy(tmp_path):
    with playing(tmp_path, fails_at_frame=WINDOW + 100) as player:
        player.send(*speech(WINDOW, utterance=7))
        wait_until(lambda: player.expect(DeviceChanged).state == "lost", what="the device to be lost")
        player.expect(PlaybackFinished)
        player.expect_beat(busy=False)
        before = wakeups(player)
        for _ in range(3):
            player.expect_beat(busy=False)
        assert wakeups(player) == before
        player.send(*speech(WINDOW, utterance=8))
        assert player.expect(PlaybackFinished).utterance_id == 8


def test_a_device_that_was_let_go_of_and_cannot_be_opened_is_tried_again(tmp_path):
    """The text is all there; nothing else will wake the stage."""
    with playing(tmp_path, release_first=True, refusals=1) as player:
        player.send(*speech(WINDOW))
        player.expect(PlaybackFinished)
        check_sound(player.sound, WINDOW)


def test_a_cut_ends_in_a_fade_at_once(tmp_path):
    with playing(tmp_path) as player:
        player.send(*speech(10 * WINDOW, is_last=False))
        player.expect(PlaybackStarted)
        player.command(Cut(lane="live", generation=1))
        assert player.expect(PlaybackCut).audio_frames < 10 * WINDOW
        assert player.expect(CutDone).generation == 1
        sound = player.sound
        assert len(sound) < 5 * WINDOW
        assert abs(sound[-1]) < 0.01


def test_after_a_cut_only_the_new_generation_is_heard(tmp_path):
    with playing(tmp_path) as player:
        player.send(*speech(5 * WINDOW, utterance=7))
        player.expect(PlaybackStarted)
        player.command(Cut(lane="live", generation=1))
        player.send(*speech(WINDOW, utterance=8), *speech(WINDOW, utterance=9, generation=1))
        assert player.expect(PlaybackFinished).utterance_id == 9


def test_what_a_cut_keeps_is_played_without_a_seam(tmp_path):
    with playing(tmp_path) as player:
        player.send(*speech(6 * WINDOW)[:4])
        player.expect(PlaybackStarted)
        player.command(Cut(lane="live", generation=1, keep=(1,)))
        player.send(*speech(6 * WINDOW, generation=1))
        assert player.expect(PlaybackFinished).underruns == 0
        check_sound(player.sound, 6 * WINDOW)


def test_an_utterance_that_is_stopped_before_its_end_was_heard_is_not_finished(tmp_path):
    with playing(tmp_path, behind_buffer_s=20) as player:
        player.send(*speech(WINDOW))
        player.expect(UnitPlayed)
        player.command(Cut(lane="live", generation=1))
        assert player.expect(PlaybackCut, PlaybackFinished) == PlaybackCut(utterance_id=1, audio_frames=WINDOW)


def test_a_producer_that_is_late_costs_an_underrun_and_no_frame(tmp_path):
    with playing(tmp_path) as player:
        chunks = speech(4 * WINDOW)
        player.send(chunks[0])
        wait_until(lambda: len(player.sound) == WINDOW, what="the device to run dry")
        player.send(*chunks[1:])
        finished = player.expect(PlaybackFinished)
        assert (finished.underruns, finished.audio_frames) == (1, 4 * WINDOW)
        found, wanted = player.sound[: 4 * WINDOW], counted(0, 4 * WINDOW)
        for stretch in (
            slice(FADE_FRAMES, WINDOW - FADE_FRAMES),
            slice(WINDOW + FADE_FRAMES, 4 * WINDOW - FADE_FRAMES),
        ):
            assert np.abs(found[stretch] - wanted[stretch]).max() * FULL_SCALE <= 3


def test_a_chunk_that_never_comes_is_asked_for(tmp_path):
    with playing(tmp_path) as player:
        first, _, third = speech(3 * WINDOW)
        player.send(first, third)
        gap = player.expect(GapFound)
        assert (gap.utterance_id, gap.sequence) == (1, 0)
        player.command(Cut(lane="live", generation=1, keep=(1,)))
        player.send(*speech(3 * WINDOW, generation=1))
        assert player.expect(PlaybackFinished).audio_frames == 3 * WINDOW


def test_a_damaged_slot_is_reported_and_its_room_comes_back(tmp_path):
    with playing(tmp_path) as player:
        hop = player.spec.inputs["live"]
        memory = attach_shared_memory(hop.descriptor, hop.size_bytes)
        psutil.Process(player.pid).suspend()
        player.send(audio_chunk(counted(0, WINDOW)))
        memory[100] ^= 1
        psutil.Process(player.pid).resume()
        assert player.expect(SlotLost).stage == "output"
        wait_until(lambda: player.writers["live"].collect_credit(), what="its slot")
        assert player.writers["live"].in_flight == 0


def test_volume_is_changed_for_what_comes(tmp_path):
    with playing(tmp_path) as player:
        player.command(SetVolume(gain=0.5))
        player.command(Cut(lane="live", generation=1))
        player.expect(CutDone)
        player.send(*speech(WINDOW, generation=1))
        player.expect(PlaybackFinished)
        inner = slice(2 * FADE_FRAMES + 240, WINDOW - FADE_FRAMES)
        assert player.sound[inner] == pytest.approx(counted(0, WINDOW)[inner] / 2, abs=1e-3)


def test_an_idle_device_is_let_go_of_and_opened_again_for_the_next_words(tmp_path):
    with playing(tmp_path, keep_open_s=0.1) as player:
        player.send(*speech(WINDOW, utterance=7))
        player.expect(PlaybackFinished)
        wait_until(lambda: player.expect(DeviceChanged).state == "closed", what="the device to be let go of")
        player.send(*speech(WINDOW, utterance=8))
        assert player.expect(PlaybackFinished).utterance_id == 8


def test_sound_that_is_on_its_way_opens_the_device(tmp_path):
    with playing(tmp_path, release_first=True) as player:
        player.command(Prepare())
        wait_until(lambda: player.expect(DeviceChanged).state == "started", what="the device to be opened")


def test_an_idle_stage_looks_at_nothing(tmp_path):
    with playing(tmp_path, release_first=True) as player:
        player.expect_beat(busy=False)
        before = wakeups(player)
        for _ in range(3):
            player.expect_beat(busy=False)
        assert wakeups(player) == before


def test_the_place_reached_is_left_word_of_less_what_the_device_still_holds(tmp_path):
    with playing(tmp_path) as player:
        player.send(*speech(8 * WINDOW, is_last=False))
        wait_until(lambda: len(player.sound) >= 2 * WINDOW, what="some sound")
        player.process.kill()
        player.wait()
        position = player.position.read()
        written = len(player.sound)
        assert (position.utterance_id, position.sequence, position.is_working) == (1, 0, True)
        assert written - 1500 <= position.frame <= written
        assert position.clock_frames == position.frame


def test_a_restarted_stage_goes_on_at_the_place_it_is_given(tmp_path):
    with playing(tmp_path, resume={1: (0, WINDOW + 77)}) as player:
        player.send(*speech(3 * WINDOW))
        assert player.expect(PlaybackFinished).audio_frames == 2 * WINDOW - 77
        inner = slice(FADE_FRAMES, 2 * WINDOW - 77 - FADE_FRAMES)
        assert np.abs(player.sound[inner] - counted(WINDOW + 77, 3 * WINDOW)[inner]).max() * FULL_SCALE <= 3


def test_a_shutdown_fades_out(tmp_path):
    with playing(tmp_path) as player:
        player.send(*speech(8 * WINDOW, is_last=False))
        player.expect(PlaybackStarted)
        player.command(Shutdown())
        assert player.wait() == 0
        assert abs(player.sound[-1]) < 0.01


def test_a_stage_whose_daemon_is_gone_falls_silent(tmp_path):
    with playing(tmp_path) as player:
        player.send(*speech(8 * WINDOW, is_last=False))
        player.expect(PlaybackStarted)
        player.hang_up()
        assert player.wait() == 0
