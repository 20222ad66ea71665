"""check_device(): what every AudioDevice must do, whatever it plays into."""

import time
from collections.abc import Callable

import numpy as np
import pytest
from rig.counter import Pcm, counter

from utterd.stages.output.device import BLOCK_FRAMES, AudioDevice, DeviceMisused, DeviceState
from utterd.stages.pcm import to_milliseconds

LONGEST_BUFFER_MS = 200
"""PortAudio makes 62 ms of the 50 it is asked for on ALSA, and 171 ms on macOS."""

LONGEST_GUARD_MS = 20
"""What is to be heard before an end, so that the end is in time."""


def check_device(
    make: Callable[[], AudioDevice], *, now_s: Callable[[], float] = time.monotonic, slack_ms: float = 30
) -> None:
    """Take a device through its life.

    Args:
        make: a new device, CLOSED.
        now_s: the clock the device is paced by.
        slack_ms: how late a sleep may end.
    """
    _check_states(make())
    _check_misuse(make())
    _check_pace(make(), now_s, slack_ms)
    _check_take_back(make(), now_s, slack_ms)


def no_end(taken_back: int) -> Pcm:
    return np.zeros(0, np.int16)


def tone(duration_ms: int) -> Pcm:
    return counter(duration_ms * 24)


def _check_states(device: AudioDevice) -> None:
    assert device.state is DeviceState.CLOSED
    assert device.name
    device.close()  # closing what is closed is nothing
    device.open()
    assert device.state is DeviceState.STOPPED
    assert device.queued_frames == 0
    device.start()
    device.start()  # so is starting what is started
    assert device.state is DeviceState.STARTED
    assert device.queued_frames == 0
    device.stop()
    device.stop()
    assert device.state is DeviceState.STOPPED
    device.start()
    device.recover()
    assert device.state is DeviceState.STARTED
    device.interrupt()  # no write waits: nothing happens
    device.write(tone(10))
    assert device.write_started_at_ns is None
    device.close()
    assert device.state is DeviceState.CLOSED
    device.interrupt()
    device.open()  # and again from the start
    device.start()
    device.drain()
    device.close()


def _check_misuse(device: AudioDevice) -> None:
    for verb in (device.start, lambda: device.take_back(no_end), device.drain, device.stop, device.recover):
        with pytest.raises(DeviceMisused):
            verb()
    device.open()
    with pytest.raises(DeviceMisused):
        device.write(tone(10))
    with pytest.raises(DeviceMisused):
        device.open()
    assert device.state is DeviceState.STOPPED
    device.close()


def _check_pace(device: AudioDevice, now_s: Callable[[], float], slack_ms: float) -> None:
    """Writes run ahead of the loudspeaker by a buffer, no more; drain takes the rest of the time."""
    device.open()
    device.start()
    block, duration_ms = tone(10), 400
    started_s = now_s()
    for _ in range(duration_ms // 10):
        device.write(block)
        assert len(block) == BLOCK_FRAMES
    written_ms = (now_s() - started_s) * 1000
    assert duration_ms - LONGEST_BUFFER_MS - 10 <= written_ms <= duration_ms + slack_ms
    latency_frames, queued_frames = device.latency_frames, device.queued_frames
    assert queued_frames <= latency_frames
    queued_ms = to_milliseconds(queued_frames)
    assert 0 < queued_ms <= LONGEST_BUFFER_MS
    assert written_ms + queued_ms >= duration_ms - slack_ms, "frames are missing from the queue"
    device.drain()
    drained_ms = (now_s() - started_s) * 1000
    assert duration_ms - 1 <= drained_ms <= duration_ms + LONGEST_BUFFER_MS + slack_ms
    assert device.queued_frames < queued_frames
    assert device.state is DeviceState.STARTED
    device.write(np.zeros(0, np.int16))  # nothing is little enough
    device.write(tone(300))  # and much is not too much
    device.close()


def _check_take_back(device: AudioDevice, now_s: Callable[[], float], slack_ms: float) -> None:
    """Little is left in the buffer, and the next sound does not wait; in a file all that was written stays."""
    device.open()
    device.start()
    device.write(tone(200))
    asked_s = now_s()
    asked: list[int] = []
    taken_back = device.take_back(lambda frames: (asked.append(frames), tone(5))[1])
    assert taken_back == asked[-1]
    assert device.state is DeviceState.STARTED
    if device.keeps_written:
        assert taken_back == 0
    else:
        assert 0 < to_milliseconds(taken_back) <= LONGEST_BUFFER_MS
        assert to_milliseconds(device.queued_frames) <= 5 + LONGEST_GUARD_MS
        device.write(tone(20))
        assert (now_s() - asked_s) * 1000 <= slack_ms
    device.take_back(no_end)
    device.stop()
    assert device.take_back(no_end) == 0  # nothing is buffered: nothing happens
    assert device.state is DeviceState.STOPPED
    device.close()
