"""Both ways to a sound server, libpulse and PortAudio, through a real PulseAudio, heard at the sink's monitor to the
sample."""

import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from rig.check_device import check_device
from rig.counter import Pcm, analyse_counter, counter
from rig.pulse import PulseServer, Recorder

from utterd.stages.output.device import AudioDevice, DeviceLost, DeviceState, DeviceUnusable, make_device
from utterd.stages.output.portaudio import PortAudioDevice
from utterd.stages.output.pulse import PulseDevice

pytestmark = pytest.mark.sound

SOON_S = 1.0
"""For what takes some ms on a quiet machine."""


Make = Callable[[], AudioDevice]


@pytest.fixture(params=[PulseDevice, PortAudioDevice])
def make(heard_server: PulseServer, request: pytest.FixtureRequest) -> Make:
    kind: Make = request.param
    return kind


@pytest.fixture
def device(make: Make) -> Iterator[AudioDevice]:
    device = make()
    device.open()
    device.start()
    yield device
    device.close()


@pytest.fixture
def recorder(heard_server: PulseServer) -> Iterator[Recorder]:
    with Recorder(heard_server) as recorder:
        yield recorder


def play(device: AudioDevice, samples: Pcm) -> None:
    for start in range(0, len(samples), 240):
        device.write(samples[start : start + 240])


def test_it_is_a_device(make: Make) -> None:
    check_device(make, slack_ms=100)


@pytest.mark.parametrize(("spec", "name"), [("auto", "pulse:tts"), ("portaudio", "portaudio:pulse")])
def test_the_sound_server_is_found(heard_server: PulseServer, spec: str, name: str) -> None:
    device = make_device(spec)
    device.open()
    assert device.name == name
    device.close()


def test_every_sample_is_heard_once_and_nothing_is_lost_at_either_end(device: AudioDevice, recorder: Recorder) -> None:
    play(device, counter(30_000))
    device.drain()
    recorder.wait_for_silence()
    assert analyse_counter(recorder.audio()).is_exactly(0, 29_999)


def test_drain_returns_when_the_last_frame_has_been_heard(device: AudioDevice, recorder: Recorder) -> None:
    play(device, counter(6000))
    device.drain()
    drained_s = time.monotonic()
    recorder.wait_for_silence()
    heard = analyse_counter(recorder.audio())
    assert heard.begins_at is not None
    assert recorder.time_of(heard.begins_at + 6000) <= drained_s
    assert drained_s - recorder.time_of(heard.begins_at + 6000) < SOON_S


@pytest.mark.parametrize("length_frames", [1, 50, 299])
def test_a_sound_shorter_than_a_period_is_heard_too(
    device: AudioDevice, recorder: Recorder, length_frames: int
) -> None:
    device.write(counter(length_frames))
    device.drain()
    recorder.wait_for_silence()
    assert analyse_counter(recorder.audio()).is_exactly(0, length_frames - 1)


def test_after_a_pause_without_writes_the_next_sound_is_whole_and_comes_at_once(
    device: AudioDevice, recorder: Recorder
) -> None:
    play(device, counter(3000))
    device.drain()
    recorder.wait_for_silence(300)
    before = recorder.frames
    written_s = time.monotonic()
    play(device, counter(3000))
    device.drain()
    recorder.wait_for_silence(after_frame=before)
    heard = analyse_counter(recorder.audio(before))
    assert heard.is_exactly(0, 2999)
    assert heard.begins_at is not None
    assert recorder.time_of(before + heard.begins_at) - written_s < 0.040, "the buffer stood in front of it"


def test_taking_back_silences_within_milliseconds_and_the_device_goes_on(
    device: AudioDevice, recorder: Recorder
) -> None:
    play(device, counter(12_000))
    asked_s = time.monotonic()
    device.take_back(lambda taken_back: np.zeros(1, np.int16))
    recorder.wait_for_silence()
    heard = analyse_counter(recorder.audio())
    assert heard.begins_at is not None
    assert heard.last_index is not None
    assert heard.first_index == 0
    assert heard.heard_frames < 12_000
    assert recorder.time_of(heard.begins_at + heard.heard_frames) - asked_s < 0.020
    before = recorder.frames
    play(device, counter(2000, start=20_000))
    device.drain()
    recorder.wait_for_silence(after_frame=before)
    assert analyse_counter(recorder.audio(before)).is_exactly(20_000, 21_999)


def test_a_killed_server_is_noticed_and_recovered_from(heard_server: PulseServer, device: AudioDevice) -> None:
    play(device, counter(4800))
    heard_server.kill()
    assert _time_until_lost(device) < SOON_S
    with pytest.raises(DeviceUnusable, match=r"no loudspeaker was found|no sound server"):
        device.recover()
    heard_server.start()
    _check_that_it_speaks_again(device, heard_server)


def test_a_sink_that_is_removed_is_noticed_and_recovered_from(heard_server: PulseServer, device: AudioDevice) -> None:
    play(device, counter(4800))
    heard_server.remove_sink()
    assert _time_until_lost(device) < SOON_S
    heard_server.add_sink()
    _check_that_it_speaks_again(device, heard_server)


def test_a_write_to_a_suspended_sink_is_freed_by_interrupt(heard_server: PulseServer, device: AudioDevice) -> None:
    play(device, counter(2400))
    heard_server.suspend_sink()
    times: list[float] = []
    writer = threading.Thread(target=lambda: times.append(_time_until_lost(device)), daemon=True)
    writer.start()
    while not _waits_longer_than(device, 0.1):
        assert writer.is_alive()
    device.interrupt()
    writer.join(SOON_S)
    assert not writer.is_alive()
    assert device.state is DeviceState.LOST
    heard_server.suspend_sink(False)
    _check_that_it_speaks_again(device, heard_server)


def test_a_server_that_starts_after_us_is_found(heard_server: PulseServer, make: Make) -> None:
    heard_server.kill()
    device = make()
    with pytest.raises(DeviceUnusable, match=r"no loudspeaker was found|no sound server"):
        device.open()
    heard_server.start()
    device.open()
    device.start()
    _check_that_it_speaks_again(device, heard_server)
    device.close()


def _time_until_lost(device: AudioDevice) -> float:
    """Write until the device is lost; how long that took, in seconds."""
    begun_s = time.monotonic()
    with pytest.raises(DeviceLost):
        play(device, counter(240_000))
    assert device.state is DeviceState.LOST
    return time.monotonic() - begun_s


def _waits_longer_than(device: AudioDevice, duration_s: float) -> bool:
    since_ns = device.write_started_at_ns
    return since_ns is not None and time.monotonic_ns() - since_ns > duration_s * 1e9


def _check_that_it_speaks_again(device: AudioDevice, server: PulseServer) -> None:
    if device.state is DeviceState.LOST:
        device.recover()
    with Recorder(server) as recorder:
        play(device, counter(4800))
        device.drain()
        recorder.wait_for_silence()
        assert analyse_counter(recorder.audio()).is_exactly(0, 4799)
