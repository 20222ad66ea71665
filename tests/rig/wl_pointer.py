"""A mouse for a compositor that has none: moves and clicks, by the protocol that wlroots has for it.

    WaylandPointer(socket, width, height).click(60, 60, times=3)

zwlr_virtual_pointer_v1, spoken over the socket without a library. The position is absolute, in an area of the screen's
size.
"""

import socket
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from waiting import HANG_GUARD_S

LEFT_BUTTON = 0x110
"""BTN_LEFT of <linux/input-event-codes.h>."""

_HEADER = struct.Struct("=II")


class WaylandPointer:
    """One mouse, on the seat that is found first."""

    def __init__(self, path: Path, width: int, height: int) -> None:
        self._size = (width, height)
        self._ids = iter(range(2, 1000))
        self._connection = socket.socket(socket.AF_UNIX)
        self._connection.settimeout(HANG_GUARD_S)
        self._connection.connect(str(path))
        self._buffer = b""
        found = self._bind("wl_seat", "zwlr_virtual_pointer_manager_v1")
        self._pointer = next(self._ids)
        self._request(found["zwlr_virtual_pointer_manager_v1"], 0, found["wl_seat"], self._pointer)
        self._settle()

    def click(self, x: int, y: int, *, times: int = 1) -> None:
        """Move there, and press and release the left button so often. Returns when the compositor has seen it."""
        for place in (x + 1, x):  # programs bind the pointer when it comes to them
            self._move(place, y)
            self._settle()
        for _ in range(times):
            for state in (1, 0):
                self._request(self._pointer, 2, _now_ms(), LEFT_BUTTON, state)
                self._request(self._pointer, 4)
        self._settle()

    def close(self) -> None:
        self._connection.close()

    def _move(self, x: int, y: int) -> None:
        self._request(self._pointer, 1, _now_ms(), x, y, *self._size)
        self._request(self._pointer, 4)

    def _bind(self, *interfaces: str) -> dict[str, int]:
        """Objects of the globals of these names."""
        registry = next(self._ids)
        self._request(1, 1, registry)
        found: dict[str, int] = {}
        for target, opcode, body in self._until_done():
            if (target, opcode) != (registry, 0):
                continue
            name, length = struct.unpack_from("=II", body)
            interface = body[8 : 8 + length - 1].decode()
            if interface in interfaces and interface not in found:
                found[interface] = next(self._ids)
                self._request(registry, 0, name, interface, 1, found[interface])
        missing = set(interfaces) - set(found)
        assert not missing, f"the compositor has no {missing}"
        return found

    def _settle(self) -> None:
        """Wait until the compositor has done all that was asked."""
        for _ in self._until_done():
            pass

    def _until_done(self) -> Iterator[tuple[int, int, bytes]]:
        """Events that come before the answer to a sync request."""
        callback = next(self._ids)
        self._request(1, 0, callback)
        while True:
            while len(self._buffer) < 8 or len(self._buffer) < _HEADER.unpack_from(self._buffer)[1] >> 16:
                data = self._connection.recv(65_536)
                assert data, "the compositor has hung up"
                self._buffer += data
            target, word = _HEADER.unpack_from(self._buffer)
            body, self._buffer = self._buffer[8 : word >> 16], self._buffer[word >> 16 :]
            assert (target, word & 0xFFFF) != (1, 0), f"the compositor complains: {body!r}"
            if target == callback:
                return
            yield target, word & 0xFFFF, body

    def _request(self, target: int, opcode: int, *arguments: int | str) -> None:
        body = b"".join(map(_encoded, arguments))
        self._connection.sendall(_HEADER.pack(target, (8 + len(body)) << 16 | opcode) + body)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _encoded(argument: int | str) -> bytes:
    if isinstance(argument, int):
        return struct.pack("=I", argument)
    text = argument.encode() + b"\0"
    return struct.pack("=I", len(text)) + text + bytes(-len(text) % 4)


def _now_ms() -> int:
    return int(time.monotonic() * 1000) & 0xFFFF_FFFF
