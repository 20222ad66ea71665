"""The statistics of a voice move with what it was heard at, from piece to piece."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from utterd.stages.inference.kokoro_running import (
    BEGUN_KEPT,
    REMEMBERED_FRAMES,
    TABLE_WEIGHT_FRAMES,
    PieceSums,
    RunningStatistics,
)
from utterd.stages.inference.kokoro_statistics import Statistics

SIZE = 6
EPSILON = 1e-5


def constant(mean: float, variance: float) -> Statistics:
    return Statistics(mean=np.full(SIZE, mean, np.float32), variance=np.full(SIZE, variance, np.float32))


def sums(frames: int, mean: float, variance: float) -> PieceSums:
    """Of a piece in two windows, with this mean and this variance in all channels."""
    found = PieceSums()
    half = frames // 2
    for window in (half, frames - half):
        found.add(window, np.full(SIZE, mean, np.float32), np.full(SIZE, variance + mean**2, np.float32))
    return found


def spoken(*pieces: tuple[int, float, float], table: Statistics) -> RunningStatistics:
    """Pieces of so many frames, with a mean and a variance, all of the length of one table."""
    running = RunningStatistics(EPSILON)
    for place, piece in enumerate(pieces):
        running.end(place, sums(*piece), table)
    return running


def has(found: Statistics, *, mean: float, variance: float, within: float = 1e-4) -> bool:
    assert found.mean.dtype == found.variance.dtype == np.float32
    return bool(np.abs(found.mean - mean).max() <= within and np.abs(found.variance - variance).max() <= within)


# At one length


def test_a_voice_that_has_not_spoken_has_its_table():
    table = constant(1, 2)
    assert RunningStatistics(EPSILON).blended(table) is table


def test_what_was_heard_and_the_table_are_pooled():
    """Two sounds of equal length at 0 and 2, each with variance 1, are one sound at 1 with variance 2."""
    table = constant(0, 1)
    assert has(spoken((TABLE_WEIGHT_FRAMES, 2.0, 1.0), table=table).blended(table), mean=1, variance=2)


def test_a_voice_as_it_was_measured_stays_as_it_is():
    table = constant(0.7, 1.3)
    assert has(spoken((300, 0.7, 1.3), (900, 0.7, 1.3), table=table).blended(table), mean=0.7, variance=1.3)


def test_pieces_count_by_their_length():
    table = constant(4.0, 1.0)
    assert has(spoken((100, 1.0, 1.0), (300, 5.0, 1.0), table=table).blended(table), mean=4, variance=1.6)


def test_a_voice_drifts_to_what_it_is_heard_at_and_never_all_the_way():
    table = constant(0, 1)
    found = spoken(*[(400, 1.0, 1.0)] * 100, table=table).blended(table)
    share = REMEMBERED_FRAMES / (REMEMBERED_FRAMES + TABLE_WEIGHT_FRAMES)
    assert found.mean == pytest.approx(np.full(SIZE, share), abs=0.01)


def test_the_last_minute_counts_and_what_was_before_fades():
    table = constant(0, 1)
    found = spoken(*[(400, 100.0, 1.0)] * 5, *[(400, 0.0, 1.0)] * 100, table=table).blended(table)
    assert found.mean == pytest.approx(np.zeros(SIZE), abs=0.5)


def test_a_piece_of_which_nothing_was_heard_is_none():
    running = RunningStatistics(EPSILON)
    running.end("piece", PieceSums(), table := constant(1, 1))
    assert running.blended(table) is table


def test_what_is_no_number_is_not_remembered():
    table = constant(1, 1)
    assert spoken((100, float("nan"), 1.0), table=table).blended(table) is table


# From one length to another


def test_a_voice_that_is_heard_as_each_length_was_measured_stays_as_it_is():
    """However far apart these are: absolute means would pull the tables together."""
    short, long = constant(-3, 0.5), constant(5, 4)
    running = RunningStatistics(EPSILON)
    for place in range(20):
        running.end(place, sums(300, -3, 0.5), short)
        running.end(place, sums(900, 5, 4), long)
    assert has(running.blended(short), mean=-3, variance=0.5)
    assert has(running.blended(long), mean=5, variance=4)


def test_what_was_heard_at_one_length_helps_at_another():
    """Half a deviation higher and a quarter wider than measured: so it is, by half, where the table is another."""
    found = spoken((TABLE_WEIGHT_FRAMES, 1.0, 4 * 1.5**2), table=constant(0, 4)).blended(constant(10, 16))
    assert has(found, mean=10 + 4 * 0.25, variance=16 * (0.5 + 0.5 * (1.5**2 + 0.25) - 0.25**2), within=1e-3)


@given(st.lists(st.tuples(*[st.floats(-1e3, 1e3)] * 2, *[st.floats(0, 1e3)] * 2), min_size=1, max_size=5), st.data())
def test_whatever_was_heard_no_table_gets_a_negative_variance(pieces, data):
    running = RunningStatistics(EPSILON)
    for heard, measured, variance, of_table in pieces:
        running.add(
            data.draw(st.integers(1, 5000)),
            np.full(SIZE, heard),
            np.full(SIZE, heard**2 + variance),
            constant(measured, of_table),
        )
    for variance in (0.0, 1e-6, 1.0, 1e4):
        found = running.blended(constant(2, variance))
        assert np.isfinite((found.mean, found.variance)).all()
        assert (found.variance >= 0).all()


def test_a_channel_that_never_moves_stays_still():
    table = constant(1, 0)
    assert has(spoken((500, 1.0, 0.0), table=table).blended(table), mean=1, variance=0, within=1e-6)


# A piece that is broken off


def test_a_piece_that_was_broken_off_goes_on_with_what_it_was_begun_with():
    """Though another one was spoken meanwhile."""
    table = constant(0, 1)
    running = RunningStatistics(EPSILON)
    begun = running.of("long", table)
    running.begin("long", begun)
    running.end("short", sums(800, 3, 1), table)
    assert running.of("long", table) is begun
    assert not has(running.of("other", table), mean=0, variance=1)
    running.end("long", sums(800, 3, 1), table)
    assert running.of("long", table) is not begun


def test_pieces_that_nobody_takes_up_again_are_forgotten():
    table = constant(0, 1)
    running = RunningStatistics(EPSILON)
    first = Statistics(mean=table.mean, variance=table.variance)
    running.begin(0, first)
    for piece in range(1, BEGUN_KEPT):
        running.begin(piece, table)
        running.begin(0, first)
    assert running.of(0, table) is first, "it goes on"
    for piece in range(BEGUN_KEPT):
        running.begin(f"piece {piece}", table)
    assert running.of(0, table) is table
