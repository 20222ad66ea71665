"""One hop between two processes: the payload in a shared-memory ring, doorbell and credit as ZeroMQ messages.

    writer ── bell(epoch, counter) ──▶ reader      "this slot holds a chunk"
    writer ◀── credit(epoch, counter) ── reader    "this slot is free again"

- Back-pressure is the ring's capacity and nothing else: a full ring makes `try_send` say no, and blocks nobody.
- The reader binds, the writer connects; either may die and come back at the same endpoint.
- An *epoch* is one marriage of a writer and a reader. When either is replaced the daemon raises the hop's epoch; bells
  and credits of an older epoch are left unread, wherever they were delayed. A writer that outlives its reader rings
  again for every slot that had not come back (the memory outlives them both), so nothing depends on whether the news
  of the new epoch or the next chunk arrives first. A reader learns of a new writer from its first bell.
- An epoch may be raised only once the process that is replaced has been reaped: with both alive, bells would be lost.
- ZeroMQ sockets belong to the thread that uses the hop's end.
"""

import contextlib
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import zmq

from utterd.stages.chunks import AudioChunk, Chunk, PhonemeChunk, TextChunk
from utterd.stages.memory import attach_shared_memory
from utterd.stages.ring import RingReader, RingWriter, SlotCorrupt, ring_size_bytes
from utterd.stages.wire import pack_fields, unpack_fields

_MESSAGE = struct.Struct("<IQ")

_CHUNKS: dict[str, Callable[..., Chunk]] = {"text": TextChunk, "phonemes": PhonemeChunk, "audio": AudioChunk}
"""By the first part of a hop's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HopSpec:
    """All that a process needs to take one end of a hop."""

    name: str
    """`text.live`, `phonemes.render`, …: what it carries, and its lane."""
    descriptor: int
    """Of the ring's shared memory."""
    slots: int
    slot_bytes: int
    endpoint: str
    """A ZeroMQ endpoint, `ipc://…`, in a folder only this user can enter."""
    epoch: int

    @property
    def size_bytes(self) -> int:
        return ring_size_bytes(self.slots, self.slot_bytes)


def _socket(context: zmq.Context[Any]) -> "zmq.Socket[bytes]":
    socket: zmq.Socket[bytes] = context.socket(zmq.DEALER)
    socket.linger = 0
    socket.sndhwm = 0  # bounded by the ring already: one message a slot
    socket.rcvhwm = 0
    socket.setsockopt(zmq.RECONNECT_IVL, 10)  # ms: a restarted neighbour is met at once
    return socket


class HopWriter:
    """The sending end."""

    def __init__(self, spec: HopSpec, context: zmq.Context[Any]) -> None:
        self.name = spec.name
        self._epoch = spec.epoch
        memory = attach_shared_memory(spec.descriptor, spec.size_bytes)
        self._ring = RingWriter(memory, slots=spec.slots, slot_bytes=spec.slot_bytes)
        self.socket = _socket(context)
        self.socket.connect(spec.endpoint)

    def __repr__(self) -> str:
        return f"<HopWriter {self.name} epoch={self._epoch} {self._ring!r}>"

    @property
    def has_room(self) -> bool:
        """Whether `try_send` would succeed, as far as credits have been collected."""
        return self._ring.has_room

    @property
    def in_flight(self) -> int:
        """Chunks sent whose slots have not come back."""
        return self._ring.unreleased

    def try_send(self, chunk: Chunk) -> bool:
        """Send, or say no because the ring is full."""
        counter = self._ring.try_write(chunk.header, pack_fields(chunk, leave_out="header"))
        if counter is None:
            return False
        self._ring_bell(counter)
        return True

    def collect_credit(self) -> int:
        """Take in the credits that have arrived; how many there were."""
        collected = 0
        while True:
            try:
                epoch, counter = _MESSAGE.unpack(self.socket.recv(zmq.NOBLOCK))
            except zmq.Again:
                return collected
            if epoch == self._epoch:
                self._ring.release(counter)
                collected += 1

    def begin_epoch(self, epoch: int) -> None:
        """The reader has been replaced: announce to the new one what the old one had not released."""
        if epoch > self._epoch:
            self._epoch = epoch
            for counter in self._ring.unreleased_counters:
                self._ring_bell(counter)

    def _ring_bell(self, counter: int) -> None:
        self.socket.send(_MESSAGE.pack(self._epoch, counter), zmq.NOBLOCK)

    def close(self) -> None:
        self.socket.close()


class Arrival:
    """A chunk that has been announced. Its slot is the reader's until `release`."""

    def __init__(self, reader: "HopReader", epoch: int, counter: int) -> None:
        self._reader = reader
        self._epoch = epoch
        self._counter = counter

    def read(self) -> Chunk:
        """A copy of the chunk.

        Raises:
            SlotCorrupt: the slot does not hold what was announced.
        """
        return self._reader.read(self._counter)

    @property
    def is_void(self) -> bool:
        """The writer that announced it has been replaced; its slot may be overwritten at any time."""
        return self._epoch != self._reader.epoch

    def release(self) -> None:
        """Give the slot back to the writer. Twice is harmless."""
        self._reader.give_credit(self._epoch, self._counter)


class HopReader:
    """The receiving end."""

    def __init__(self, spec: HopSpec, context: zmq.Context[Any]) -> None:
        self.name = spec.name
        self.epoch = spec.epoch
        self._kind = _CHUNKS[spec.name.partition(".")[0]]
        memory = attach_shared_memory(spec.descriptor, spec.size_bytes)
        self._ring = RingReader(memory, slots=spec.slots, slot_bytes=spec.slot_bytes)
        self.socket = _socket(context)
        self.socket.bind(spec.endpoint)

    def __repr__(self) -> str:
        return f"<HopReader {self.name} epoch={self.epoch}>"

    def receive(self) -> list[Arrival]:
        """Everything announced since the last call, in order; never waits."""
        arrivals: list[Arrival] = []
        while True:
            try:
                epoch, counter = _MESSAGE.unpack(self.socket.recv(zmq.NOBLOCK))
            except zmq.Again:
                return arrivals
            self.epoch = max(epoch, self.epoch)
            if epoch == self.epoch:
                arrivals.append(Arrival(self, epoch, counter))

    def read(self, counter: int) -> Chunk:
        header, body = self._ring.read(counter)
        return unpack_fields(body, self._kind, header=header)

    def give_credit(self, epoch: int, counter: int) -> None:
        if epoch != self.epoch:
            return
        with contextlib.suppress(zmq.Again):  # the writer is gone; with the next one a new epoch begins
            self.socket.send(_MESSAGE.pack(epoch, counter), zmq.NOBLOCK)

    def close(self) -> None:
        self.socket.close()


__all__ = ["Arrival", "HopReader", "HopSpec", "HopWriter", "SlotCorrupt"]
