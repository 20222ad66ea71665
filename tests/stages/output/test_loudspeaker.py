import logging

import numpy as np
import pytest
from rig.clock import FakeClock
from rig.troubled_device import TroubledDevice

from utterd.stages.output.device import BLOCK_FRAMES, DeviceError, DeviceLost, DeviceState
from utterd.stages.output.loudspeaker import Loudspeaker
from utterd.stages.output.playback import FADE_FRAMES
from utterd.stages.pcm import FULL_SCALE, fade_out

BLOCK = 240
KEEP_OPEN_S = 30.0


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def device(clock: FakeClock) -> TroubledDevice:
    return TroubledDevice(clock_ns=clock.clock_ns, sleep_s=clock.sleep_s)


@pytest.fixture
def loudspeaker(device: TroubledDevice, clock: FakeClock) -> Loudspeaker:
    loudspeaker = Loudspeaker(device, volume=1.0, keep_open_s=KEEP_OPEN_S, clock_ns=clock.clock_ns)
    loudspeaker.open()
    return loudspeaker


def ones(frames: int = BLOCK, level: float = 0.5) -> np.ndarray:
    return np.full(frames, level, np.float32)


def heard(device: TroubledDevice) -> np.ndarray:
    """In full scale, as far as dither lets it be told."""
    return device.sound / FULL_SCALE


def test_what_is_written_is_heard_at_its_level(loudspeaker, device):
    loudspeaker.write(ones())
    assert heard(device) == pytest.approx(ones(), abs=1e-4)


def test_volume_moves_over_one_block_without_a_step(loudspeaker, device):
    loudspeaker.write(ones())
    loudspeaker.set_volume(0.2)
    loudspeaker.write(ones())
    loudspeaker.write(ones())
    assert np.abs(np.diff(heard(device))).max() < 0.5 * 0.8 / BLOCK + 1e-4
    assert heard(device)[-BLOCK:] == pytest.approx(ones(level=0.1), abs=1e-4)


def test_a_block_without_frames_does_not_use_the_ramp_up(loudspeaker, device):
    loudspeaker.write(ones())
    loudspeaker.set_volume(0.0)
    loudspeaker.write(ones(0))
    loudspeaker.write(ones())
    assert np.abs(np.diff(heard(device))).max() < 0.01


def test_a_ramp_that_the_device_did_not_take_is_made_again(loudspeaker, device):
    loudspeaker.set_volume(0.0)
    device.fails_at_frame = 0
    with pytest.raises(DeviceLost):
        loudspeaker.write(ones())
    assert loudspeaker.recover_if_due()
    loudspeaker.write(ones())
    assert heard(device)[0] == pytest.approx(0.5, abs=0.01)
    assert heard(device)[-1] == pytest.approx(0.0, abs=1e-4)


def test_loud_voices_are_clipped_not_wrapped(device, clock):
    loudspeaker = Loudspeaker(device, volume=2.0, keep_open_s=KEEP_OPEN_S, clock_ns=clock.clock_ns)
    loudspeaker.open()
    loudspeaker.write(ones(level=0.9))
    assert heard(device).min() > 0.99


# Silence


def silence(loudspeaker: Loudspeaker) -> int:
    """With nothing to come: frames of speech that come back."""
    return loudspeaker.take_back(np.zeros(0, np.float32))


def check_end(found: np.ndarray, fading: np.ndarray) -> None:
    """A fade of these frames, and a block of silence that pushes it through the device."""
    assert found[:FADE_FRAMES] == pytest.approx(fade_out(fading, FADE_FRAMES), abs=1e-4)
    assert found[FADE_FRAMES:].tolist() == [0] * BLOCK_FRAMES


def test_silence_ends_in_a_fade_from_where_the_sound_stood(loudspeaker, device, clock):
    ramp = np.linspace(0, 0.9, 3 * BLOCK, dtype=np.float32)
    loudspeaker.write(ramp)
    clock.advance_s(0.010)
    assert loudspeaker.take_back(np.zeros(FADE_FRAMES, np.float32)) == 2 * BLOCK
    assert device.calls[-1] == "take_back"
    check_end(heard(device)[3 * BLOCK :], ramp[BLOCK : BLOCK + FADE_FRAMES])


def test_where_nothing_is_held_silence_ends_in_what_would_have_come_next(loudspeaker, device, clock):
    loudspeaker.write(ones())
    clock.advance_s(1)
    assert loudspeaker.take_back(ones(FADE_FRAMES)) == 0
    check_end(heard(device)[BLOCK:], ones(FADE_FRAMES))


def test_a_file_gets_the_faded_end_behind_everything_written(device, loudspeaker, monkeypatch):
    monkeypatch.setattr(TroubledDevice, "keeps_written", True)
    monkeypatch.setattr(TroubledDevice, "_take_back", lambda device: 0)
    loudspeaker.write(ones())
    tail = fade_out(ones(FADE_FRAMES), FADE_FRAMES)
    assert loudspeaker.take_back(ones(FADE_FRAMES)) == 0
    assert heard(device) == pytest.approx(np.concatenate([ones(), tail]), abs=1e-4)
    assert loudspeaker.mortal_frames == 0


def test_a_second_silence_fades_what_the_first_one_left(loudspeaker, device):
    loudspeaker.write(ones())
    assert [silence(loudspeaker), silence(loudspeaker)] == [BLOCK, 0], "an end is no speech"
    length = FADE_FRAMES + BLOCK_FRAMES
    check_end(heard(device)[BLOCK + length :], heard(device)[BLOCK : BLOCK + FADE_FRAMES])


def test_silence_written_behind_speech_is_not_counted_as_speech(loudspeaker, device, clock):
    loudspeaker.write(ones())
    loudspeaker.write(np.zeros(BLOCK, np.float32), is_speech=False)
    clock.advance_s(0.005)
    assert silence(loudspeaker) == BLOCK - 120


def test_an_end_goes_on_with_what_comes_next_where_little_is_left(loudspeaker, device, clock):
    """At another volume than the speech had, and faded as one piece."""
    loudspeaker.set_volume(0.5)
    loudspeaker.write(ones())
    loudspeaker.write(ones())
    clock.advance_s(0.018)
    assert loudspeaker.take_back(ones(FADE_FRAMES)) == 48
    check_end(heard(device)[2 * BLOCK :], ones(FADE_FRAMES, level=0.25))


def test_an_end_in_the_middle_of_a_change_of_volume_makes_no_step(loudspeaker, device, clock):
    loudspeaker.write(ones())
    loudspeaker.set_volume(0.0)
    loudspeaker.write(ones())
    clock.advance_s(0.012)
    loudspeaker.take_back(ones(FADE_FRAMES))
    place = round(0.012 * 24_000)
    joined = np.concatenate([heard(device)[:place], heard(device)[2 * BLOCK :]])
    assert np.abs(np.diff(joined)).max() < 0.01


def test_silence_on_a_device_that_does_not_play_is_nothing(loudspeaker, device):
    loudspeaker.close()
    assert loudspeaker.take_back(ones()) == 0
    assert "take_back" not in device.calls


# Loss and recovery


def test_a_lost_device_is_brought_back_and_takes_the_same_block(loudspeaker, device):
    loudspeaker.write(ones())
    device.fails_at_frame = BLOCK
    with pytest.raises(DeviceError) as failure:
        loudspeaker.write(ones())
    loudspeaker.note_loss(failure.value)
    assert loudspeaker.state is DeviceState.LOST
    assert loudspeaker.recover_if_due()
    loudspeaker.write(ones())
    assert len(device.sound) == 2 * BLOCK


def test_a_device_that_stays_away_is_tried_twice_a_second(loudspeaker, device, clock):
    device.fails_at_frame = 0
    device.refusals = 2
    with pytest.raises(DeviceLost):
        loudspeaker.write(ones())
    assert not loudspeaker.recover_if_due()
    assert not loudspeaker.recover_if_due(), "not again at once"
    assert loudspeaker.recovery_left_ns == 500_000_000
    clock.advance_s(0.5)
    assert not loudspeaker.recover_if_due()
    clock.advance_s(0.5)
    assert loudspeaker.recover_if_due()
    assert device.calls.count("recover") == 3


def test_a_device_that_could_not_be_opened_again_is_tried_too(loudspeaker, device, clock):
    """Let go while idle, and the sound server is gone when the next text comes."""
    loudspeaker.close()
    device.refusals = 1
    assert not loudspeaker.recover_if_due()
    clock.advance_s(0.5)
    assert loudspeaker.recover_if_due()
    assert loudspeaker.state is DeviceState.STARTED


def test_the_same_trouble_is_logged_once(loudspeaker, device, clock, caplog):
    caplog.set_level(logging.INFO)
    loudspeaker.close()
    device.refusals = 5
    for _ in range(6):
        loudspeaker.recover_if_due()
        clock.advance_s(0.5)
    failed, recovered = (record.getMessage() for record in caplog.records)
    assert failed == "device failed device=null state=closed reason=there is no output device"
    assert recovered == "device recovered device=null"


# Idle


def test_an_idle_device_is_let_go_of_after_a_while(loudspeaker, device, clock):
    loudspeaker.write(ones())
    clock.advance_s(KEEP_OPEN_S - 1)
    loudspeaker.release_if_idle()
    assert loudspeaker.state is DeviceState.STARTED
    assert loudspeaker.idle_left_ns == 1_000_000_000
    clock.advance_s(1)
    loudspeaker.release_if_idle()
    assert loudspeaker.state is DeviceState.CLOSED
    loudspeaker.open()
    assert loudspeaker.state is DeviceState.STARTED


def test_a_device_that_is_never_kept_open_still_plays_what_it_holds(device, clock):
    loudspeaker = Loudspeaker(device, volume=1.0, keep_open_s=0, clock_ns=clock.clock_ns)
    loudspeaker.open()
    loudspeaker.write(ones())
    loudspeaker.release_if_idle()
    assert loudspeaker.state is DeviceState.STARTED
    clock.advance_s(0.010)
    loudspeaker.release_if_idle()
    assert loudspeaker.state is DeviceState.CLOSED


def test_what_is_queued_is_told_only_while_the_device_plays(loudspeaker, device):
    loudspeaker.write(ones())
    assert (loudspeaker.queued_frames, loudspeaker.latency_frames, loudspeaker.mortal_frames) == (BLOCK, BLOCK, BLOCK)
    loudspeaker.close()
    assert (loudspeaker.queued_frames, loudspeaker.latency_frames, loudspeaker.mortal_frames) == (0, 0, 0)


def test_a_write_that_is_stuck_for_a_second_is_interrupted(loudspeaker, device, clock, monkeypatch):
    interrupted: list[bool] = []
    monkeypatch.setattr(device, "interrupt", lambda: interrupted.append(True))
    device._sleep_s = lambda duration_s: (clock.advance_s(0.9), loudspeaker.free_stuck_write())
    loudspeaker.write(ones(5 * BLOCK))
    loudspeaker.write(ones())
    assert interrupted == []
    device._sleep_s = lambda duration_s: (clock.advance_s(1.1), loudspeaker.free_stuck_write())
    loudspeaker.write(ones(5 * BLOCK))
    loudspeaker.write(ones())
    assert interrupted
    loudspeaker.free_stuck_write()
    assert len(interrupted) == 1


def test_repr_shows_device_and_volume(loudspeaker):
    loudspeaker.set_volume(0.5)
    assert repr(loudspeaker) == "<Loudspeaker <TroubledDevice null STARTED> volume=0.5>"
