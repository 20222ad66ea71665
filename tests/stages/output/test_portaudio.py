import threading
from typing import Any

import numpy as np
import pytest
from rig.check_device import check_device, no_end
from rig.counter import counter
from rig.fake_sounddevice import DEVICE_UNAVAILABLE, INVALID_CHANNELS, INVALID_RATE, FakeSoundDevice, card

from utterd.stages.output.device import DeviceLost, DeviceState, DeviceUnusable
from utterd.stages.output.portaudio import PortAudioDevice
from utterd.stages.output.portaudio_stream import BEHIND_BUFFER_S

SPEAKER = card("pulse")


def device_of(sounddevice: FakeSoundDevice, wanted: str | None = None, platform: str = "linux") -> PortAudioDevice:
    return PortAudioDevice(
        wanted,
        load=lambda: sounddevice,
        platform=platform,
        clock_ns=sounddevice.clock.clock_ns,
        sleep_s=sounddevice.clock.sleep_s,
    )


def started(sounddevice: FakeSoundDevice) -> PortAudioDevice:
    device = device_of(sounddevice)
    device.open()
    device.start()
    return device


@pytest.fixture
def sounddevice() -> FakeSoundDevice:
    return FakeSoundDevice(SPEAKER)


def test_it_is_a_device(sounddevice: FakeSoundDevice) -> None:
    check_device(lambda: device_of(sounddevice), now_s=lambda: sounddevice.clock.now_s)


def test_it_is_a_device_on_a_card_that_wants_another_rate_and_stereo(sounddevice: FakeSoundDevice) -> None:
    for channels in (1, 2):
        sounddevice.refused[24_000, channels] = INVALID_RATE
    sounddevice.refused[48_000, 1] = INVALID_CHANNELS
    check_device(lambda: device_of(sounddevice), now_s=lambda: sounddevice.clock.now_s)
    assert (sounddevice.stream.rate_hz, sounddevice.stream.channels) == (48_000, 2)


def test_a_stream_takes_our_own_format_where_it_can(sounddevice: FakeSoundDevice) -> None:
    device = started(sounddevice)
    device.write(counter(5000))
    assert (sounddevice.stream.rate_hz, sounddevice.stream.channels, sounddevice.stream.latency_s) == (24_000, 1, 0.05)
    assert np.array_equal(sounddevice.stream.written, counter(5000))


def test_mono_is_doubled_before_the_rate_is_changed(sounddevice: FakeSoundDevice) -> None:
    sounddevice.refused[24_000, 1] = INVALID_CHANNELS
    device = started(sounddevice)
    device.write(counter(100))
    assert (sounddevice.stream.rate_hz, sounddevice.stream.channels) == (24_000, 2)
    assert np.array_equal(sounddevice.stream.written, np.repeat(counter(100), 2))


def test_a_busy_device_is_refused_with_a_sentence(sounddevice: FakeSoundDevice) -> None:
    sounddevice.refused[24_000, 1] = DEVICE_UNAVAILABLE
    device = device_of(sounddevice)
    with pytest.raises(DeviceUnusable, match="cannot open the output device 'pulse': Device unavailable"):
        device.open()
    assert device.state is DeviceState.CLOSED


def test_a_device_that_takes_nothing_of_ours_is_refused(sounddevice: FakeSoundDevice) -> None:
    sounddevice.refused = {(rate, channels): INVALID_RATE for rate in (24_000, 48_000) for channels in (1, 2)}
    with pytest.raises(DeviceUnusable, match="takes neither mono nor stereo"):
        device_of(sounddevice).open()


def test_linux_prefers_a_sound_server_and_a_mac_its_default() -> None:
    sounddevice = FakeSoundDevice(card("HDMI"), card("default"), card("pulse"))
    for platform, name in (("linux", "portaudio:pulse"), ("darwin", "portaudio:HDMI")):
        device = device_of(sounddevice, platform=platform)
        device.open()
        assert device.name == name


def test_a_loudspeaker_that_came_later_is_found_by_looking_again() -> None:
    sounddevice = FakeSoundDevice()
    device = device_of(sounddevice)
    with pytest.raises(DeviceUnusable, match="no loudspeaker was found"):
        device.check_usable()
    sounddevice.plugged.append(SPEAKER)
    device.open()
    assert device.name == "portaudio:pulse"


def test_what_is_found_at_once_is_not_looked_for_again(sounddevice: FakeSoundDevice) -> None:
    device_of(sounddevice).open()
    assert sounddevice.initialisations == 1


def test_taking_back_aborts_and_starts_again_in_the_writing_thread(sounddevice: FakeSoundDevice) -> None:
    device = started(sounddevice)
    device.write(counter(1000))
    sounddevice.clock.advance_s(0.010)
    sounddevice.stream.calls.clear()
    assert device.take_back(no_end) == 760
    assert sounddevice.stream.calls == ["abort", "start"]


def test_an_end_is_told_what_was_taken_back_and_is_played_in_its_place(sounddevice: FakeSoundDevice) -> None:
    device = started(sounddevice)
    device.write(counter(1000))
    sounddevice.clock.advance_s(0.010)
    assert device.take_back(lambda taken_back: np.full(taken_back // 10, 7, np.int16)) == 760
    assert sounddevice.stream.written[1000:].tolist() == [7] * 76


def test_what_is_taken_back_includes_what_the_resampler_keeps(sounddevice: FakeSoundDevice) -> None:
    for channels in (1, 2):
        sounddevice.refused[24_000, channels] = INVALID_RATE
    device = started(sounddevice)
    device.write(np.full(480, 20_000, np.int16))
    assert device.take_back(no_end) > 0
    assert device.queued_frames == 0
    sounddevice.stream.blocks.clear()
    device.write(np.zeros(4800, np.int16))
    device.drain()
    assert not sounddevice.stream.written.any()


def test_drain_pads_with_silence_and_waits_until_only_that_is_left(sounddevice: FakeSoundDevice) -> None:
    device = started(sounddevice)
    device.write(counter(100))  # less than a period: ALSA would not even begin to play it
    begun_s = sounddevice.clock.now_s
    device.drain()
    written = sounddevice.stream.written
    assert np.array_equal(written[:100], counter(100))
    assert not written[100:].any()
    assert len(written) - 100 >= 480
    assert sounddevice.clock.now_s - begun_s >= 0.020 + 100 / 24_000


def test_drain_gives_up_on_a_device_that_stopped_playing(sounddevice: FakeSoundDevice) -> None:
    device = started(sounddevice)
    device.write(counter(1000))
    sounddevice.stream.is_stuck = True
    with pytest.raises(DeviceLost, match="has stopped playing"):
        device.drain()
    assert device.state is DeviceState.LOST


def test_it_counts_how_often_it_ran_dry(sounddevice: FakeSoundDevice) -> None:
    device = started(sounddevice)
    device.write(counter(480))
    device.write(counter(480))
    assert device.underflows == 0
    sounddevice.clock.advance_s(0.1)
    device.write(counter(480))
    assert device.underflows == 1


def test_latency_counts_the_queue_and_what_lies_behind_it(sounddevice: FakeSoundDevice) -> None:
    device = started(sounddevice)
    behind = round(BEHIND_BUFFER_S * 24_000)
    assert (device.queued_frames, device.latency_frames) == (0, behind)
    device.write(counter(480))
    assert (device.queued_frames, device.latency_frames) == (480, 480 + behind)
    sounddevice.clock.advance_s(0.015)
    assert device.queued_frames == 120


def test_a_device_that_goes_away_is_lost_until_recovered(sounddevice: FakeSoundDevice) -> None:
    device = started(sounddevice)
    sounddevice.unplug()
    with pytest.raises(DeviceLost, match="the output device portaudio:pulse went away: Unanticipated host error"):
        device.write(counter(240))
    assert device.state is DeviceState.LOST
    assert device.queued_frames == 0
    with pytest.raises(DeviceLost, match="has to be recovered first"):
        device.write(counter(240))
    with pytest.raises(DeviceUnusable, match="no loudspeaker was found"):
        device.recover()
    assert device.state is DeviceState.LOST
    sounddevice.plugged.append(SPEAKER)
    device.recover()
    assert device.state is DeviceState.STARTED
    device.write(counter(240))
    assert np.array_equal(sounddevice.stream.written, counter(240))


def test_recover_takes_another_loudspeaker_if_the_old_one_stays_away(sounddevice: FakeSoundDevice) -> None:
    device = started(sounddevice)
    sounddevice.plugged = [card("Headphones")]
    with pytest.raises(DeviceLost):
        device.write(counter(240))
    device.recover()
    assert device.name == "portaudio:Headphones"


def test_everything_is_let_go_before_portaudio_is_initialised_again(sounddevice: FakeSoundDevice) -> None:
    device = started(sounddevice)
    device.recover()
    old, new = sounddevice.streams
    assert old.calls[-2:] == ["abort", "close"]
    assert new.calls == ["start"]
    assert sounddevice.initialisations == 2


def test_a_lost_device_can_be_closed_and_opened_again(sounddevice: FakeSoundDevice) -> None:
    device = started(sounddevice)
    sounddevice.unplug()
    with pytest.raises(DeviceLost):
        device.write(counter(240))
    assert device.take_back(no_end) == 0
    device.stop()
    device.close()
    assert device.state is DeviceState.CLOSED
    sounddevice.plugged.append(SPEAKER)
    device.open()
    assert device.state is DeviceState.STOPPED


def test_interrupt_frees_a_write_that_waits_for_ever(sounddevice: FakeSoundDevice) -> None:
    device = started(sounddevice)
    sounddevice.sleeps = True
    caught: list[Exception] = []

    def write() -> None:
        try:
            device.write(counter(240))
        except DeviceLost as error:
            caught.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    while device.write_started_at_ns is None:
        assert writer.is_alive()
    device.interrupt()
    writer.join(10)
    assert len(caught) == 1
    assert device.state is DeviceState.LOST
    assert device.write_started_at_ns is None


def test_interrupt_leaves_a_device_alone_that_no_write_waits_for(sounddevice: FakeSoundDevice) -> None:
    device = started(sounddevice)
    device.interrupt()
    assert "abort" not in sounddevice.stream.calls


def test_a_missing_library_is_said_by_whoever_opens() -> None:
    def load() -> Any:
        raise DeviceUnusable("the PortAudio library is missing")

    device = PortAudioDevice(load=load)
    with pytest.raises(DeviceUnusable, match="library is missing"):
        device.open()
    device.close()
