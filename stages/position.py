"""Where a stage was when it died: one page of shared memory that the daemon reads only after the stage's death.

The kernel's reaping of the writer is the barrier. A kill can come in the middle of a write, so records alternate
between two places, each under a CRC; the newest whole one counts.
"""

import struct
import zlib
from dataclasses import dataclass

from utterd.stages.memory import attach_shared_memory

POSITION_PAGE_BYTES = 4096

_RECORD = struct.Struct("<QQIQQB")
_CRC = struct.Struct("<I")
_PLACE_BYTES = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A place in an utterance."""

    utterance_id: int
    sequence: int
    frame: int = 0
    """Frames of the unit that need not be played again (output only)."""
    clock_frames: int = 0
    """Frames of the utterance played since this stage took it up (output only)."""
    is_working: bool
    """The stage was at work on this unit, so its death may be the unit's doing."""


class PositionPage:
    """One stage writes, the daemon reads once the stage is dead, and clears before the next start."""

    def __init__(self, descriptor: int) -> None:
        self._memory = attach_shared_memory(descriptor, POSITION_PAGE_BYTES)
        self._writes = 0

    def write(self, position: Position) -> None:
        """Record the position; a microsecond, no system call."""
        self._writes += 1
        record = _RECORD.pack(
            self._writes,
            position.utterance_id,
            position.sequence,
            position.frame,
            position.clock_frames,
            position.is_working,
        )
        place = (self._writes % 2) * _PLACE_BYTES
        self._memory[place : place + _RECORD.size + _CRC.size] = record + _CRC.pack(zlib.crc32(record))

    def read(self) -> Position | None:
        """The newest whole record, if any was written."""
        records = [record for place in (0, _PLACE_BYTES) if (record := self._read_place(place)) is not None]
        if not records:
            return None
        _, utterance_id, sequence, frame, clock_frames, is_working = max(records)
        return Position(
            utterance_id=utterance_id,
            sequence=sequence,
            frame=frame,
            clock_frames=clock_frames,
            is_working=bool(is_working),
        )

    def clear(self) -> None:
        """Forget everything. Only while no stage writes."""
        self._memory[: 2 * _PLACE_BYTES] = bytes(2 * _PLACE_BYTES)

    def _read_place(self, place: int) -> tuple[int, int, int, int, int, int] | None:
        record = self._memory[place : place + _RECORD.size]
        (crc,) = _CRC.unpack_from(self._memory, place + _RECORD.size)
        if not any(record) or zlib.crc32(record) != crc:
            return None
        fields: tuple[int, int, int, int, int, int] = _RECORD.unpack(record)
        return fields
