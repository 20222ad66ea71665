"""A page that survives its writer: the newest whole record counts."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from utterd.stages.memory import attach_shared_memory, create_shared_memory
from utterd.stages.position import POSITION_PAGE_BYTES, Position, PositionPage

RECORD_BYTES = 41
PLACE_BYTES = 128


@pytest.fixture
def descriptor() -> Iterator[int]:
    descriptor = create_shared_memory(POSITION_PAGE_BYTES)
    yield descriptor
    os.close(descriptor)


def place(sequence: int) -> Position:
    return Position(
        utterance_id=2**64 - 1, sequence=sequence, frame=2**40, clock_frames=2**41, is_working=sequence % 2 == 0
    )


def test_nothing_was_written_nothing_is_read(descriptor):
    assert PositionPage(descriptor).read() is None


def test_the_last_position_is_read_by_another_page_on_the_same_memory(descriptor):
    writer, reader = PositionPage(descriptor), PositionPage(descriptor)
    for sequence in range(5):
        writer.write(place(sequence))
        assert reader.read() == place(sequence)


@given(st.integers(1, 6), st.integers(0, RECORD_BYTES + 3))
def test_a_write_torn_by_a_kill_costs_only_itself(writes, torn_at):
    descriptor = create_shared_memory(POSITION_PAGE_BYTES)
    try:
        writer = PositionPage(descriptor)
        memory = attach_shared_memory(descriptor, POSITION_PAGE_BYTES)
        for sequence in range(writes):
            writer.write(place(sequence))
        before = memory[:]
        writer.write(place(writes))
        after = memory[:]
        torn_place = next(
            start for start in (0, PLACE_BYTES) if before[start:][:PLACE_BYTES] != after[start:][:PLACE_BYTES]
        )
        memory[:] = after[: torn_place + torn_at] + before[torn_place + torn_at :]
        assert PositionPage(descriptor).read() in (place(writes - 1), place(writes))
    finally:
        os.close(descriptor)


def test_a_cleared_page_says_nothing_of_the_process_before(descriptor):
    old = PositionPage(descriptor)
    for sequence in range(3):
        old.write(place(sequence))
    old.clear()
    assert old.read() is None
    PositionPage(descriptor).write(place(9))
    assert old.read() == place(9)


def test_the_places_are_far_enough_apart():
    """Else a record would reach into its neighbour."""
    assert RECORD_BYTES + 4 <= PLACE_BYTES
    assert 2 * PLACE_BYTES <= POSITION_PAGE_BYTES
