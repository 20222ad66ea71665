import numpy as np
import pytest
from rig.check_device import check_device
from rig.clock import FakeClock

from utterd.stages.output.null import NullDevice


def block(duration_ms: int) -> np.ndarray:
    return np.zeros(duration_ms * 24, np.int16)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def device(clock: FakeClock) -> NullDevice:
    device = NullDevice(clock_ns=clock.clock_ns, sleep_s=clock.sleep_s)
    device.open()
    device.start()
    return device


def test_it_is_a_device() -> None:
    clock = FakeClock()
    check_device(lambda: NullDevice(clock_ns=clock.clock_ns, sleep_s=clock.sleep_s), now_s=lambda: clock.now_s)


def test_it_is_a_device_by_the_real_clock() -> None:
    check_device(NullDevice)


def test_the_first_50_ms_go_in_at_once(clock: FakeClock, device: NullDevice) -> None:
    for _ in range(5):
        device.write(block(10))
    assert clock.slept_s == []
    device.write(block(10))
    assert clock.slept_s == [pytest.approx(0.010)]


def test_a_late_producer_finds_the_buffer_empty_and_is_not_hurried(clock: FakeClock, device: NullDevice) -> None:
    device.write(block(50))
    clock.advance_s(1)
    assert device.queued_frames == 0
    device.write(block(60))
    assert clock.slept_s == [pytest.approx(0.010)]


def test_a_long_block_is_fed_little_by_little(clock: FakeClock, device: NullDevice) -> None:
    device.write(block(1000))
    assert max(clock.slept_s) == pytest.approx(0.010)
    assert sum(clock.slept_s) == pytest.approx(0.950)


def test_another_rate_is_kept_too(clock: FakeClock) -> None:
    device = NullDevice(clock_ns=clock.clock_ns, sleep_s=clock.sleep_s)
    device.open(sample_rate_hz=48_000)
    device.start()
    device.write(np.zeros(48_000, np.int16))
    device.drain()
    assert sum(clock.slept_s) == pytest.approx(1.0, abs=1e-3)


def test_a_watchdog_sees_since_when_a_write_waits(clock: FakeClock) -> None:
    seen: list[int | None] = []
    device = NullDevice(clock_ns=clock.clock_ns, sleep_s=lambda _: seen.append(device.write_started_at_ns))
    device.open()
    device.start()
    device.write(block(60))
    assert seen == [clock.now_ns]
    assert device.write_started_at_ns is None


def test_repr_shows_the_state(device: NullDevice) -> None:
    assert repr(device) == "<NullDevice null STARTED>"
