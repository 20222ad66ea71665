import pytest
from rig.clock import FakeClock

from utterd.stages.output.reservoir import Reservoir


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def reservoir(clock: FakeClock) -> Reservoir:
    return Reservoir(sample_rate_hz=24_000, capacity_frames=1200, clock_ns=clock.clock_ns)


def test_it_empties_at_the_sample_rate(clock: FakeClock, reservoir: Reservoir) -> None:
    reservoir.add(1200)
    assert reservoir.queued_frames == 1200
    clock.advance_s(0.020)
    assert reservoir.queued_frames == 720
    clock.advance_s(0.030)
    assert reservoir.queued_frames == 0


def test_a_frame_counts_until_its_end(clock: FakeClock, reservoir: Reservoir) -> None:
    reservoir.add(1)
    clock.advance_s(0.00004)
    assert reservoir.queued_frames == 1
    clock.advance_s(0.00001)
    assert reservoir.queued_frames == 0


def test_what_comes_after_a_gap_is_played_from_then_on(clock: FakeClock, reservoir: Reservoir) -> None:
    reservoir.add(240)
    clock.advance_s(5)
    reservoir.add(240)
    assert reservoir.queued_frames == 240


def test_room_comes_when_enough_has_been_played(clock: FakeClock, reservoir: Reservoir) -> None:
    assert reservoir.time_until_room_s(1200) == 0
    reservoir.add(1200)
    assert reservoir.time_until_room_s(240) == pytest.approx(0.010)
    clock.advance_s(0.010)
    assert reservoir.time_until_room_s(240) == 0
    assert reservoir.time_until_room_s(1200) == pytest.approx(0.040)


def test_clear_drops_everything(reservoir: Reservoir) -> None:
    reservoir.add(1200)
    reservoir.clear()
    assert reservoir.queued_frames == 0
    assert reservoir.time_until_room_s(1200) == 0


def test_an_hour_of_blocks_gathers_no_error(clock: FakeClock) -> None:
    reservoir = Reservoir(sample_rate_hz=44_100, capacity_frames=2205, clock_ns=clock.clock_ns)
    for _ in range(3600):
        reservoir.add(2205)
        clock.advance_s(reservoir.time_until_room_s(2205))
    assert (clock.now_ns - 1_000_000_000_000) / 1e9 == pytest.approx(3600 * 0.05, abs=1e-5)
