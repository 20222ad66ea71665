"""PulseDevice and a real PulseAudio, to the sample: what is taken back, and a server that stops, moves or hangs."""

import os
import random
import signal
import time
from collections.abc import Iterator

import numpy as np
import pytest
from rig.check_device import no_end
from rig.counter import Pcm, analyse_counter, counter
from rig.pulse import PulseServer, Recorder
from waiting import wait_until

from utterd.stages.output.device import BLOCK_FRAMES, DeviceLost, make_device
from utterd.stages.output.pulse import PulseDevice, ServerSilent

pytestmark = pytest.mark.sound

END = 120


@pytest.fixture
def device(heard_server: PulseServer) -> Iterator[PulseDevice]:
    device = PulseDevice()
    device.open()
    device.start()
    yield device
    device.close()


def play(device: PulseDevice, samples: Pcm) -> None:
    for start in range(0, len(samples), BLOCK_FRAMES):
        device.write(samples[start : start + BLOCK_FRAMES])


class Stops:
    """Plays the counter, and stops again and again: takes back at random places, puts an end of the next frames of the
    counter there, and goes on behind it."""

    def __init__(self, device: PulseDevice, recorder: Recorder) -> None:
        self.frames = 0
        """Of the counter, that were to be heard."""
        self.late = 0
        """Stops at which the end came too late, because somebody else had the processor, and was made anew."""
        self._device, self._recorder = device, recorder
        self._chance = random.Random(1)

    def make(self, count: int, *, at_most_left: int, falls_silent: bool) -> None:
        for _ in range(count):
            before = self._recorder.frames
            frames = self._chance.randrange(1000, 5000)
            play(self._device, counter(frames, start=self.frames))
            left = self._chance.randrange(at_most_left)
            wait_until(lambda left=left: self._device.queued_frames <= left, what="the queue to empty")
            self._stop(self.frames + frames)
            if falls_silent:
                self._recorder.wait_for_silence(20, after_frame=before)
        self._device.drain()
        self._recorder.wait_for_silence(300)

    def _stop(self, written: int) -> None:
        asked: list[int] = []

        def end(taken_back: int) -> Pcm:
            asked.append(taken_back)
            return counter(END, start=written - taken_back)

        self.frames = written - self._device.take_back(end) + END
        self.late += len(asked) - 1


@pytest.mark.parametrize("falls_silent", [False, True])
@pytest.mark.parametrize("latency_ms", [5, 20])
def test_no_frame_is_lost_or_repeated_in_fifty_stops(
    heard_server: PulseServer, device: PulseDevice, latency_ms: int, falls_silent: bool
) -> None:
    with Recorder(heard_server, latency_ms=latency_ms) as recorder:
        stops = Stops(device, recorder)
        stops.make(50, at_most_left=1200, falls_silent=falls_silent)
        heard = analyse_counter(recorder.audio())
    assert len(heard.jumps) <= stops.late
    assert stops.late or heard.heard_frames == stops.frames


def test_a_sink_that_takes_back_what_it_has_rendered_does_no_harm(heard_server: PulseServer) -> None:
    """As a sound card's does. Where it ran dry the recorder has been sent what the sink then takes back."""
    heard_server.remove_sink()
    heard_server.rewinds = True
    heard_server.add_sink()
    device = PulseDevice()
    device.open()
    device.start()
    with Recorder(heard_server) as recorder:
        stops = Stops(device, recorder)
        stops.make(20, at_most_left=600, falls_silent=False)
        heard = analyse_counter(recorder.audio())
    ran_dry = device.underflows
    device.close()
    assert heard.last_index == stops.frames - 1
    assert len(heard.jumps) <= stops.late + ran_dry


def test_it_moves_when_the_user_chooses_another_loudspeaker(heard_server: PulseServer, device: PulseDevice) -> None:
    play(device, counter(2400))
    assert device.name == "pulse:tts"
    heard_server.pactl("load-module", "module-null-sink", "sink_name=airpods", "rate=24000", "channels=1")
    heard_server.pactl("set-default-sink", "airpods")
    wait_until(lambda: play(device, counter(240)) or device.name == "pulse:airpods", what="the stream to move")


def test_it_stays_with_the_loudspeaker_that_was_asked_for(heard_server: PulseServer) -> None:
    device = PulseDevice("tts")
    device.open()
    device.start()
    heard_server.pactl("load-module", "module-null-sink", "sink_name=airpods", "rate=24000", "channels=1")
    heard_server.pactl("set-default-sink", "airpods")
    play(device, counter(4800))
    assert device.name == "pulse:tts"
    device.close()


def test_it_moves_when_its_loudspeaker_is_unplugged_and_another_is_left(
    heard_server: PulseServer, device: PulseDevice
) -> None:
    heard_server.pactl("load-module", "module-null-sink", "sink_name=speakers", "rate=24000", "channels=1")
    play(device, counter(2400))
    heard_server.unplug("tts")
    wait_until(lambda: play(device, counter(240)) or device.name == "pulse:speakers", what="the stream to move")


def test_gaps_are_counted_and_ends_are_not(heard_server: PulseServer, device: PulseDevice) -> None:
    with Recorder(heard_server) as recorder:
        for gaps in (0, 1, 2):
            before = recorder.frames
            play(device, counter(4800))
            play(device, counter(2400))
            assert device.underflows == gaps
            recorder.wait_for_silence(100, after_frame=before)
            assert device.underflows == gaps


def test_a_server_that_hangs_is_given_up_on(heard_server: PulseServer, device: PulseDevice) -> None:
    play(device, counter(2400))
    os.kill(heard_server.pid, signal.SIGSTOP)
    try:
        with pytest.raises(DeviceLost, match="does not answer"):
            device.take_back(no_end)
        with pytest.raises(ServerSilent):
            device.recover()
        with pytest.raises(ServerSilent):
            make_device("auto")
    finally:
        os.kill(heard_server.pid, signal.SIGCONT)
    device.recover()
    play(device, counter(2400))


def test_nothing_wakes_up_while_it_waits_for_speech(device: PulseDevice) -> None:
    play(device, counter(2400))
    device.drain()
    assert len(os.listdir("/proc/self/task")) == threads_without(device)


def threads_without(device: PulseDevice) -> int:
    device.close()
    return len(os.listdir("/proc/self/task"))


def test_latency_is_within_a_block_of_what_is_heard(heard_server: PulseServer, device: PulseDevice) -> None:
    with Recorder(heard_server) as recorder:
        device.write(np.zeros(BLOCK_FRAMES, np.int16))
        place = recorder.frames
        at_s: dict[int, float] = {}
        for start in range(0, 24_000, BLOCK_FRAMES):
            wait_until(lambda: device.queued_frames <= 4 * BLOCK_FRAMES, what="room")
            device.write(counter(BLOCK_FRAMES, start=start))
            at_s[start] = time.monotonic() + (device.latency_frames - BLOCK_FRAMES) / 24_000
        device.drain()
        recorder.wait_for_silence(after_frame=place)
        begin = analyse_counter(recorder.audio()).begins_at
        assert begin is not None
        errors_ms = [(told_s - recorder.time_of(begin + start)) * 1000 for start, told_s in at_s.items()]
    assert abs(float(np.median(errors_ms))) < 10, (
        "the sink's block is 5 ms, and the recorder gets it before it is heard"
    )
