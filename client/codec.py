"""Message ⇄ frame: four bytes of length, big-endian, then a body (envelope.py). No I/O.

The daemon and its clients push what they received into a `Decoder`, in whatever pieces it came, and get messages out.
A broken body never costs the messages behind it.
"""

import struct
from enum import Enum, auto

from utterd.client.envelope import Envelope, MessageType, pack, request_id_of, unpack
from utterd.client.errors import ProtocolError
from utterd.client.messages import EVENTS, MAX_MESSAGE_BYTES, REPLIES, REQUESTS, ErrorCode, Message

FROM_CLIENT: tuple[MessageType, ...] = REQUESTS
FROM_DAEMON: tuple[MessageType, ...] = REPLIES + EVENTS

LENGTH = struct.Struct(">I")

BEGINNING_BYTES = 64
"""Kept of a frame that is too long: enough to see which request it was."""

Received = Envelope | ProtocolError
"""Errors are values here: each answers one frame, and the next frame is still to be read."""


def encode(message: Message, request_id: int | None) -> bytes:
    """A frame.

    Raises:
        ProtocolError: a field is ill-typed, or the frame would be longer than MAX_MESSAGE_BYTES.
    """
    body = pack(message, request_id)
    if len(body) > MAX_MESSAGE_BYTES:
        raise _too_long(len(body), request_id)
    return LENGTH.pack(len(body)) + body


class _Phase(Enum):
    """What the next byte belongs to."""

    LENGTH = auto()
    BODY = auto()
    BEGINNING = auto()
    """Of a body that is too long."""
    REST = auto()
    """Of such a body: dropped unseen."""


class Decoder:
    """Bytes in, messages out. Holds at most one unfinished frame, and grows only as its bytes arrive."""

    def __init__(self, accepts: tuple[MessageType, ...]) -> None:
        """`accepts`: FROM_CLIENT in a daemon, FROM_DAEMON in a client."""
        self._accepts = accepts
        self._phase = _Phase.LENGTH
        self._kept = bytearray()
        """Of the length or the body, so far."""
        self._body_bytes = 0
        self._missing_bytes = LENGTH.size
        """Until this phase ends."""

    @property
    def is_between_frames(self) -> bool:
        """The stream may end here without losing anything."""
        return self._phase is _Phase.LENGTH and not self._kept

    def feed(self, data: bytes | bytearray | memoryview) -> list[Received]:
        """What became complete with `data`, in order; the errors of broken frames among it."""
        received: list[Received] = []
        rest = memoryview(data)
        while rest:
            piece, rest = rest[: self._missing_bytes], rest[self._missing_bytes :]
            if (item := self._take(piece)) is not None:
                received.append(item)
        return received

    def _take(self, piece: memoryview) -> Received | None:
        """`piece` is at most what this phase lacks."""
        self._missing_bytes -= len(piece)
        if self._missing_bytes == 0 and not self._kept:
            return self._end_phase(piece)  # in one piece: no copy
        if self._phase is not _Phase.REST:
            self._kept += piece
        if self._missing_bytes:
            return None
        kept, self._kept = self._kept, bytearray()
        return self._end_phase(kept)

    def _end_phase(self, data: bytearray | memoryview) -> Received | None:
        match self._phase:
            case _Phase.LENGTH:
                return self._begin_body(*LENGTH.unpack(data))
            case _Phase.BODY:
                self._enter(_Phase.LENGTH, LENGTH.size)
                return self._decode(data)
            case _Phase.BEGINNING:
                self._enter(_Phase.REST, self._body_bytes - BEGINNING_BYTES)
                return _too_long(self._body_bytes, request_id_of(data))
            case _Phase.REST:
                self._enter(_Phase.LENGTH, LENGTH.size)
        return None

    def _begin_body(self, size_bytes: int) -> ProtocolError | None:
        self._body_bytes = size_bytes
        if size_bytes == 0:
            self._enter(_Phase.LENGTH, LENGTH.size)
            return ProtocolError(ErrorCode.MALFORMED, "a frame without a body; its length may not be 0")
        if size_bytes > MAX_MESSAGE_BYTES:
            self._enter(_Phase.BEGINNING, BEGINNING_BYTES)
        else:
            self._enter(_Phase.BODY, size_bytes)
        return None

    def _enter(self, phase: _Phase, size_bytes: int) -> None:
        self._phase = phase
        self._missing_bytes = size_bytes

    def _decode(self, body: bytearray | memoryview) -> Received:
        try:
            return unpack(body, self._accepts)
        except ProtocolError as error:
            return error


def _too_long(size_bytes: int, request_id: int | None) -> ProtocolError:
    sentence = f"a message of {size_bytes} bytes; at most {MAX_MESSAGE_BYTES} are taken: speak the text in parts"
    return ProtocolError(ErrorCode.MESSAGE_TOO_LONG, sentence, request_id=request_id)
