"""Where windows are cut: by table, and for any stretch of any piece."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from utterd.stages.inference.kokoro_windows import DEFAULT_WINDOWS, Cut, cut_windows, is_schedule

FRAME = 300


def cut(start: int, end: int, *, frames: int = 400, schedule=DEFAULT_WINDOWS) -> list[Cut]:
    return list(cut_windows(start, end, frames=frames, frame_samples=FRAME, context=8, schedule=schedule))


def test_windows_grow_to_a_second_and_have_a_tenth_of_one_either_side():
    assert cut(0, 400 * FRAME) == [
        Cut(0, 3600, 0, 20),
        Cut(3600, 7200, 4, 32),
        Cut(7200, 15_600, 16, 60),
        Cut(15_600, 36_000, 44, 128),
        Cut(36_000, 60_000, 112, 208),
        Cut(60_000, 84_000, 192, 288),
        Cut(84_000, 108_000, 272, 368),
        Cut(108_000, 120_000, 352, 400),
    ]


def test_a_start_between_frames_costs_one_frame_once():
    first, second, *_ = cut(1000, 30_000)
    assert first == Cut(1000, 4500, 0, 23)
    assert second.first == 4500


def test_a_tuned_schedule_is_followed_and_its_last_size_goes_on():
    stops = [each.stop // FRAME for each in cut(0, 100 * FRAME, frames=100, schedule=(8, 20))]
    assert stops == [8, 28, 48, 68, 88, 100]


def test_nothing_is_cut_of_nothing():
    assert cut(500, 500) == cut(900, 500) == []


@given(
    st.integers(1, 500),
    st.integers(0, 150_000),
    st.integers(0, 150_000),
    st.lists(st.integers(1, 80), min_size=1, max_size=5),
)
def test_any_stretch_is_covered_once_with_all_its_context(frames, start, end, schedule):
    end = min(end, frames * FRAME)
    cuts = cut(start, end, frames=frames, schedule=schedule)
    if start >= end:
        assert cuts == []
        return
    assert (cuts[0].first, cuts[-1].stop) == (start, end)
    assert all(one.stop == other.first for one, other in pairwise(cuts))
    for number, each in enumerate(cuts):
        assert 0 < each.stop - each.first <= schedule[min(number, len(schedule) - 1)] * FRAME
        assert each.low == max(0, each.first // FRAME - 8)
        assert each.high == min(frames, -(-each.stop // FRAME) + 8)


@pytest.mark.parametrize("sizes", [(16,), (16, 32, 80), (1,)])
def test_what_is_a_schedule(sizes):
    assert is_schedule(sizes, FRAME)


@pytest.mark.parametrize("sizes", [(), (0,), (16, 81), (-1, 16)])
def test_what_is_none(sizes):
    assert not is_schedule(sizes, FRAME)
