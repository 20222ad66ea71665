"""A ring of fixed slots in shared memory: one writer process, one reader process.

Contract:
- The writer fills a slot, then tells the reader the slot's counter by a message (`hop.py`); the reader touches a slot
  only after that message. Room comes back as a message too. The message is the memory barrier: Python has no atomics,
  and Apple silicon reorders stores, so nobody ever polls this memory.
- Counters only grow; slot = counter % slots. They are never reused while a ring lives.
- `try_write` says no when the ring is full. It never blocks and never overwrites an unreleased slot.
- Every slot repeats its counter and header under a CRC. A slot that is not what the message announced raises; the
  reader must not use it.

Layout of a slot, little endian:

    magic u32 | crc u32 | counter u64 | utterance u64 | generation u32 | sequence u32 | flags u32 | length u32 | body …
"""

import mmap
import struct
import zlib

from utterd.stages.chunks import ChunkHeader

_MAGIC = 0x75747464  # "uttd"
_PREFIX = struct.Struct("<II")
_FIELDS = struct.Struct("<QQIIII")
_HEADER_BYTES = _PREFIX.size + _FIELDS.size
_IS_LAST = 1


class BodyTooLarge(ValueError):
    """A chunk that does not fit a slot; a bug of the stage that made it."""


class SlotCorrupt(Exception):
    """A slot is not what its doorbell announced: overwritten, torn, or stale."""


def ring_size_bytes(slots: int, slot_bytes: int) -> int:
    """Of the shared memory for a ring whose bodies are at most `slot_bytes` long."""
    return slots * (_HEADER_BYTES + slot_bytes)


class RingWriter:
    """The writing side. Only the one writer process may hold it."""

    def __init__(self, memory: mmap.mmap, *, slots: int, slot_bytes: int) -> None:
        self._memory = memory
        self._slots = slots
        self._slot_bytes = slot_bytes
        self._next = 0
        self._unreleased: set[int] = set()

    def __repr__(self) -> str:
        return f"<RingWriter next={self._next} unreleased={len(self._unreleased)}/{self._slots}>"

    @property
    def has_room(self) -> bool:
        """Whether `try_write` would succeed now."""
        return self._next - self._slots not in self._unreleased

    @property
    def unreleased(self) -> int:
        """Slots written and not yet released."""
        return len(self._unreleased)

    def try_write(self, header: ChunkHeader, body: bytes) -> int | None:
        """Fill the next slot and return its counter, or None if the ring is full.

        Raises:
            BodyTooLarge: `body` can never fit.
        """
        if len(body) > self._slot_bytes:
            raise BodyTooLarge(f"a body of {len(body)} bytes in a ring of {self._slot_bytes}-byte slots")
        if not self.has_room:
            return None
        counter = self._next
        fields = _FIELDS.pack(
            counter,
            header.utterance_id,
            header.generation,
            header.sequence,
            _IS_LAST if header.is_last else 0,
            len(body),
        )
        crc = zlib.crc32(body, zlib.crc32(fields))
        start = (counter % self._slots) * (_HEADER_BYTES + self._slot_bytes)
        self._memory[start : start + _HEADER_BYTES] = _PREFIX.pack(_MAGIC, crc) + fields
        self._memory[start + _HEADER_BYTES : start + _HEADER_BYTES + len(body)] = body
        self._next += 1
        self._unreleased.add(counter)
        return counter

    def release(self, counter: int) -> None:
        """The reader is done with this slot. Releasing twice, or in any order, is harmless."""
        self._unreleased.discard(counter)

    @property
    def unreleased_counters(self) -> list[int]:
        """Of the slots written and not yet released, oldest first."""
        return sorted(self._unreleased)


class RingReader:
    """The reading side. Only the one reader process may hold it."""

    def __init__(self, memory: mmap.mmap, *, slots: int, slot_bytes: int) -> None:
        self._memory = memory
        self._slots = slots
        self._slot_bytes = slot_bytes

    def read(self, counter: int) -> tuple[ChunkHeader, bytes]:
        """The header and a copy of the body of an announced slot.

        Raises:
            SlotCorrupt: the slot holds something else.
        """
        start = (counter % self._slots) * (_HEADER_BYTES + self._slot_bytes)
        raw = self._memory[start : start + _HEADER_BYTES]
        magic, crc = _PREFIX.unpack_from(raw)
        found, utterance_id, generation, sequence, flags, length = _FIELDS.unpack_from(raw, _PREFIX.size)
        if magic != _MAGIC or found != counter or length > self._slot_bytes:
            raise SlotCorrupt(f"slot of chunk {counter} holds chunk {found}")
        body = self._memory[start + _HEADER_BYTES : start + _HEADER_BYTES + length]
        if zlib.crc32(body, zlib.crc32(raw[_PREFIX.size :])) != crc:
            raise SlotCorrupt(f"checksum of chunk {counter} is wrong")
        header = ChunkHeader(
            utterance_id=utterance_id, generation=generation, sequence=sequence, is_last=bool(flags & _IS_LAST)
        )
        return header, body
