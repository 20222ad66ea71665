"""The ring alone, in one process."""

import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from utterd.stages.chunks import ChunkHeader
from utterd.stages.memory import attach_shared_memory, create_shared_memory
from utterd.stages.ring import BodyTooLarge, RingReader, RingWriter, SlotCorrupt, ring_size_bytes

SLOTS, SLOT_BYTES = 4, 64


@contextmanager
def shared_memory() -> Iterator[mmap.mmap]:
    size = ring_size_bytes(SLOTS, SLOT_BYTES)
    descriptor = create_shared_memory(size)
    with attach_shared_memory(descriptor, size) as memory:
        os.close(descriptor)  # the mapping stays
        yield memory


@pytest.fixture
def memory():
    with shared_memory() as memory:
        yield memory


@pytest.fixture
def writer(memory):
    return RingWriter(memory, slots=SLOTS, slot_bytes=SLOT_BYTES)


@pytest.fixture
def reader(memory):
    return RingReader(memory, slots=SLOTS, slot_bytes=SLOT_BYTES)


def header(sequence: int, *, generation: int = 0, is_last: bool = False) -> ChunkHeader:
    return ChunkHeader(utterance_id=7, generation=generation, sequence=sequence, is_last=is_last)


def test_what_is_written_is_read(writer, reader):
    counter = writer.try_write(header(3, generation=2, is_last=True), b"hello")
    assert reader.read(counter) == (header(3, generation=2, is_last=True), b"hello")


def test_a_full_ring_says_no_and_loses_nothing(writer, reader):
    counters = [writer.try_write(header(n), bytes([n])) for n in range(SLOTS)]
    assert writer.try_write(header(9), b"x") is None
    assert [reader.read(c)[1] for c in counters] == [b"\0", b"\1", b"\2", b"\3"]


def test_room_comes_back_in_the_order_of_slots(writer):
    for n in range(SLOTS):
        writer.try_write(header(n), b"")
    writer.release(1)
    assert not writer.has_room, "slot 0 is next, and still unread"
    writer.release(0)
    assert writer.try_write(header(4), b"") == 4
    assert writer.try_write(header(5), b"") == 5
    assert not writer.has_room


def test_a_body_that_never_fits_is_refused(writer):
    with pytest.raises(BodyTooLarge):
        writer.try_write(header(0), bytes(SLOT_BYTES + 1))


def test_an_overwritten_slot_is_not_taken_for_the_old_one(writer, reader):
    writer.try_write(header(0), b"old")
    for n in range(SLOTS):
        writer.release(n)
        writer.try_write(header(n + 1), b"new")
    with pytest.raises(SlotCorrupt):
        reader.read(0)


@given(st.integers(0, ring_size_bytes(SLOTS, SLOT_BYTES) // SLOTS - SLOT_BYTES + 4), st.integers(1, 255))
def test_any_flipped_byte_of_a_slot_is_noticed(place, flip):
    with shared_memory() as memory:
        RingWriter(memory, slots=SLOTS, slot_bytes=SLOT_BYTES).try_write(header(0), b"hello")
        memory[place] ^= flip
        with pytest.raises(SlotCorrupt):
            RingReader(memory, slots=SLOTS, slot_bytes=SLOT_BYTES).read(0)


def test_releasing_twice_or_what_was_never_written_is_harmless(writer):
    counter = writer.try_write(header(0), b"")
    writer.release(counter)
    writer.release(counter)
    writer.release(99)
    assert writer.unreleased == 0


def test_what_is_unreleased_is_known_oldest_first(writer):
    for n in range(SLOTS):
        writer.try_write(header(n), b"")
    writer.release(1)
    assert writer.unreleased_counters == [0, 2, 3]
    assert repr(writer) == f"<RingWriter next=4 unreleased=3/{SLOTS}>"


def test_the_largest_body_and_the_largest_numbers_fit(writer, reader):
    largest = ChunkHeader(utterance_id=2**64 - 1, generation=2**32 - 1, sequence=2**32 - 1, is_last=True)
    counter = writer.try_write(largest, bytes(SLOT_BYTES))
    assert reader.read(counter) == (largest, bytes(SLOT_BYTES))


def test_a_slot_that_was_never_written_is_not_taken_for_one(reader):
    with pytest.raises(SlotCorrupt):
        reader.read(0)
