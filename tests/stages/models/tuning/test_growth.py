"""Windows grow as fast as they safely can."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from utterd.stages.inference.kokoro_windows import DEFAULT_WINDOWS
from utterd.stages.models.tuning.candidate import LARGEST_WINDOW
from utterd.stages.models.tuning.figures import Clock, Run, Timing
from utterd.stages.models.tuning.growth import FIRST_WINDOWS, RESERVE, WindowCost, planned_windows, strain


def spoken(windows: tuple[int, ...], cost: WindowCost, *, first_ms: float = 100.0) -> Timing:
    """A long text at this cost; the windows end as schedules do."""
    sizes = [*windows, *[windows[-1]] * 5]
    ready_ms = [first_ms]
    for frames in sizes[1:]:
        ready_ms.append(ready_ms[-1] + cost.of(frames))
    times = tuple(ready_ms)
    return Timing.of([Run(wall_ms=times, processor_ms=times, window_ms=tuple(frames * 12.5 for frames in sizes))])


def of_factor(rtf: float) -> WindowCost:
    """With 100 ms of context at either side."""
    return WindowCost(fixed_ms=16 * 12.5 * rtf, frame_ms=12.5 * rtf)


def test_the_cost_is_found_again_from_what_windows_took(make_timing):
    cost = WindowCost.fitted([make_timing(90, rtf=0.2), make_timing(300, rtf=0.2)], Clock.WALL)
    assert cost is not None
    assert cost.real_time_factor == pytest.approx(0.2)
    assert cost.fixed_ms == pytest.approx(40)
    assert cost.largest_growth == pytest.approx(3.0)


def test_too_few_windows_tell_no_cost(make_timing):
    assert WindowCost.fitted([make_timing(90, window_frames=(16, 32))], Clock.WALL) is None
    assert WindowCost.fitted([], Clock.WALL) is None


@pytest.mark.parametrize(
    ("rtf", "first", "windows"),
    [
        (0.09, 8, (8, 28, 80)),
        (0.09, 16, (16, 72, 80)),
        (0.12, 16, (16, 48, 80)),
        (0.15, 16, (16, 36, 80)),
        (0.33, 16, None),
        (0.7, 48, None),
    ],
)
def test_the_faster_a_machine_the_faster_windows_grow(rtf: float, first: int, windows: tuple[int, ...] | None):
    assert planned_windows(first, of_factor(rtf)) == windows


def test_a_slow_machine_begins_with_more():
    plans = {first: planned_windows(first, of_factor(0.28)) for first in FIRST_WINDOWS}
    assert plans[16] is None
    assert plans[32] is not None


@given(
    first=st.sampled_from(FIRST_WINDOWS),
    fixed_ms=st.floats(0, 200),
    frame_ms=st.floats(0.1, 15),
)
def test_what_is_planned_is_safe(first: int, fixed_ms: float, frame_ms: float):
    cost = WindowCost(fixed_ms=fixed_ms, frame_ms=frame_ms)
    windows = planned_windows(first, cost)
    if windows is not None:
        assert windows[0] == first
        assert windows[-1] == LARGEST_WINDOW
        assert strain(spoken(windows, cost), Clock.WALL) <= RESERVE


def test_strain_is_the_share_of_the_sound_that_making_more_takes():
    cost = WindowCost(fixed_ms=0, frame_ms=5)
    assert strain(spoken((16, 32), cost), Clock.WALL) == pytest.approx(160 / 200)
    assert strain(spoken(DEFAULT_WINDOWS, of_factor(0.1)), Clock.WALL) < RESERVE


def test_a_gap_is_a_strain_above_one():
    assert strain(spoken((16, 32), WindowCost(fixed_ms=0, frame_ms=13)), Clock.WALL) > 1


def test_a_text_of_one_window_strains_nothing(make_timing):
    assert strain(make_timing(90, window_frames=(16,)), Clock.PROCESSOR) == 0
