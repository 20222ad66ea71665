import threading

import numpy as np
import pytest
from rig.check_device import check_device, no_end
from rig.counter import Pcm, counter
from rig.fake_pulse import FakePulse

from utterd.stages.output.device import BLOCK_FRAMES, DeviceLost, DeviceState, DeviceUnusable
from utterd.stages.output.pulse import PulseDevice, ServerSilent


def device_of(pulse: FakePulse, wanted: str | None = None) -> PulseDevice:
    return PulseDevice(wanted, load=lambda: pulse, clock_ns=pulse.clock.clock_ns, wall_ns=pulse.clock.clock_ns)


def started(pulse: FakePulse) -> PulseDevice:
    device = device_of(pulse)
    device.open()
    device.start()
    return device


@pytest.fixture
def pulse() -> FakePulse:
    return FakePulse("speakers", "headphones")


def test_it_is_a_device(pulse: FakePulse) -> None:
    check_device(lambda: device_of(pulse), now_s=lambda: pulse.clock.now_s)


def test_what_is_written_is_heard(pulse: FakePulse) -> None:
    device = started(pulse)
    for start in range(0, 4800, BLOCK_FRAMES):
        device.write(counter(BLOCK_FRAMES, start=start))
    device.drain()
    assert pulse.heard == counter(4800).tolist()


def test_closing_lets_go_of_everything(pulse: FakePulse) -> None:
    device = started(pulse)
    device.write(counter(240))
    device.close()
    assert pulse.open_handles == 0


def test_nothing_is_left_behind_where_opening_fails(pulse: FakePulse) -> None:
    for device in (device_of(FakePulse()), device_of(pulse, "earphones")):
        with pytest.raises(DeviceUnusable):
            device.open()
        assert device.state is DeviceState.CLOSED
    pulse.is_up = False
    with pytest.raises(DeviceUnusable):
        device_of(pulse).open()
    assert pulse.open_handles == 0


# Names


def test_its_name_is_that_of_the_sink_it_plays_through(pulse: FakePulse) -> None:
    device = device_of(pulse)
    assert device.name == "pulse"
    device.open()
    assert device.name == "pulse:speakers"


@pytest.mark.parametrize("wanted", ["headphones", "phones", "THE SINK HEAD"])
def test_a_sink_is_found_by_its_name_or_description_or_a_part_of_it(pulse: FakePulse, wanted: str) -> None:
    device = device_of(pulse, wanted)
    device.open()
    assert device.name == "pulse:headphones"


def test_a_sink_that_is_not_there_is_refused_with_those_that_are(pulse: FakePulse) -> None:
    with pytest.raises(DeviceUnusable, match="no output device is called 'earphones'; did you mean 'headphones'"):
        device_of(pulse, "earphones").open()


def test_the_name_follows_when_the_user_chooses_another_sink(pulse: FakePulse) -> None:
    device = started(pulse)
    pulse.sinks = {"airpods": "AirPods"}
    device.write(counter(240))
    assert device.name == "pulse:airpods"


# Where there is no server


def test_no_server_is_said_with_what_to_do(pulse: FakePulse) -> None:
    pulse.is_up = False
    with pytest.raises(DeviceUnusable, match=r"no sound server .* answers: connection refused; start one"):
        device_of(pulse).check_usable()
    assert pulse.open_handles == 0


def test_a_server_that_hangs_is_given_up_on(pulse: FakePulse) -> None:
    pulse.is_frozen = True
    with pytest.raises(ServerSilent, match="the sound server does not answer"):
        device_of(pulse).check_usable()
    with pytest.raises(ServerSilent, match="the sound server does not answer"):
        device_of(pulse).open()
    assert pulse.open_handles == 0


def test_a_server_without_a_loudspeaker_is_refused() -> None:
    with pytest.raises(DeviceUnusable, match="no loudspeaker was found: the sound server has none"):
        device_of(FakePulse()).open()


# Taking back


def mark(taken_back: int) -> Pcm:
    return np.full(50, 7, np.int16)


def take_back_and_end(device: PulseDevice) -> int:
    """What was taken back; a mark of 50 frames stands behind the last one that is heard."""
    taken_back = device.take_back(mark)
    device.drain()
    return taken_back


@pytest.mark.parametrize("waited_ms", [0, 1, 4, 4.9, 5, 7, 12.3, 30, 49])
def test_what_was_taken_back_is_not_heard_and_the_rest_is(pulse: FakePulse, waited_ms: float) -> None:
    device = started(pulse)
    device.write(counter(1200, start=1000))
    pulse.clock.advance_s(waited_ms / 1000)
    taken_back = take_back_and_end(device)
    assert pulse.heard == [*counter(1200 - taken_back, start=1000).tolist(), *[7] * 50]


@pytest.mark.parametrize(("left_ms", "guard_ms"), [(4.5, 0), (1, 5)])
def test_an_end_goes_behind_the_next_block_where_the_sink_is_about_to_fetch(
    pulse: FakePulse, left_ms: float, guard_ms: float
) -> None:
    device = started(pulse)
    for start in range(0, 7200, BLOCK_FRAMES):
        device.write(counter(BLOCK_FRAMES, start=start))
        while device.queued_frames > 900:  # at no fixed time in the sink's round
            pulse.clock.advance_s(0.0011)
            pulse._fetch()
    while abs(pulse._timing().sink_usec - 1000 * left_ms) > 100:
        pulse.clock.advance_s(0.0001)
        pulse._fetch()
    fetched = len(pulse.heard)
    taken_back = take_back_and_end(device)
    assert 7200 - taken_back - fetched == pytest.approx(24 * guard_ms, abs=18)


def test_what_comes_behind_an_end_stands_right_behind_it(pulse: FakePulse) -> None:
    device = started(pulse)
    device.write(counter(1200))
    taken_back = device.take_back(mark)
    device.write(counter(1000, start=5000))
    device.drain()
    assert pulse.heard == [*counter(1200 - taken_back).tolist(), *[7] * 50, *counter(1000, start=5000).tolist()]


def test_an_end_that_came_too_late_is_made_anew_where_the_sound_has_come_to(pulse: FakePulse) -> None:
    device = started(pulse)
    device.write(counter(1200))
    asked: list[int] = []

    def end(taken_back: int) -> Pcm:
        asked.append(taken_back)
        if len(asked) == 1:
            pulse.clock.advance_s(0.020)  # somebody else had the processor
            pulse._fetch()
        return counter(50, start=1200 - taken_back)

    assert device.take_back(end) == asked[-1]
    device.drain()
    assert len(asked) == 2
    assert pulse.heard == counter(1200 - asked[-1] + 50).tolist()


def test_a_sink_that_brings_back_what_it_has_fetched_needs_no_second_end(pulse: FakePulse) -> None:
    pulse.rewinds = True
    device = started(pulse)
    device.write(counter(1200))
    asked: list[int] = []

    def end(taken_back: int) -> Pcm:
        asked.append(taken_back)
        pulse.clock.advance_s(0.020)
        pulse._fetch()
        return mark(taken_back)

    device.take_back(end)
    device.drain()
    assert len(asked) == 1
    assert pulse.heard == [*counter(1200 - asked[0]).tolist(), *[7] * 50]


def test_a_queue_that_has_run_dry_gives_nothing_back(pulse: FakePulse) -> None:
    device = started(pulse)
    device.write(counter(240))
    device.drain()
    pulse.clock.advance_s(1)
    assert device.take_back(no_end) == 0


# What it tells


def test_the_queue_and_what_lies_behind_it_are_told_by_the_server_and_the_clock(pulse: FakePulse) -> None:
    device = started(pulse)
    for start in range(0, 4800, BLOCK_FRAMES):
        device.write(counter(BLOCK_FRAMES, start=start))
    for _ in range(20):
        left = 4800 - len(pulse.heard)
        assert abs(device.queued_frames - left) <= pulse.block_frames
        assert device.queued_frames <= device.latency_frames <= device.queued_frames + pulse.block_frames + 1
        pulse.clock.advance_s(0.001)
        pulse._fetch()


def test_gaps_are_counted_when_more_is_written_behind_them(pulse: FakePulse) -> None:
    device = started(pulse)
    for start in range(0, 2400, BLOCK_FRAMES):
        device.write(counter(BLOCK_FRAMES, start=start))
    assert device.underflows == 0
    device.drain()
    pulse.clock.advance_s(0.1)
    pulse._fetch()
    assert device.underflows == 0, "an end is no gap"
    device.write(counter(240))
    device.write(counter(240))
    assert device.underflows == 1


# Loss and recovery


def test_a_server_that_dies_is_noticed_and_recovered_from(pulse: FakePulse) -> None:
    device = started(pulse)
    pulse.kill()
    with pytest.raises(DeviceLost, match="the output device pulse:speakers went away: connection terminated"):
        device.write(counter(240))
    assert (device.state, device.queued_frames, device.take_back(no_end)) == (DeviceState.LOST, 0, 0)
    with pytest.raises(DeviceUnusable, match="no sound server"):
        device.recover()
    assert device.state is DeviceState.LOST
    pulse.is_up = True
    device.recover()
    device.write(counter(240))
    device.drain()
    assert pulse.heard == counter(240).tolist()


def test_the_last_sink_is_unplugged_and_the_stream_ends(pulse: FakePulse) -> None:
    device = started(pulse)
    pulse.remove_sink("speakers")
    device.write(counter(240))
    pulse.remove_sink("headphones")
    with pytest.raises(DeviceLost, match="went away: entity killed"):
        device.write(counter(240))


def test_a_server_that_hangs_while_it_plays_is_lost(pulse: FakePulse) -> None:
    device = started(pulse)
    device.write(counter(240))
    pulse.is_frozen = True
    with pytest.raises(DeviceLost, match="does not answer"):
        device.take_back(no_end)
    with pytest.raises(ServerSilent):
        device.recover()


def test_interrupt_frees_a_write_that_waits_for_ever(pulse: FakePulse) -> None:
    device = started(pulse)
    pulse.sleeps = True
    caught: list[Exception] = []

    def write() -> None:
        try:
            device.write(counter(4800))
        except DeviceLost as error:
            caught.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    while len(pulse.queue) < 1200:
        assert writer.is_alive()
    device.interrupt()
    writer.join(10)
    assert [str(error) for error in caught] == [
        "the output device pulse:speakers went away: it took no sound for too long"
    ]
    assert device.state is DeviceState.LOST
    assert device.write_started_at_ns is None


def test_interrupt_leaves_a_device_alone_that_no_write_waits_for(pulse: FakePulse) -> None:
    device = started(pulse)
    device.interrupt()
    device.write(counter(240))
    assert device.state is DeviceState.STARTED
