"""Which protocols a Wayland compositor offers: a registry and one round trip on its socket, without a library."""

import os
import socket
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path

TIMEOUT_S = 0.5
"""A compositor answers in a millisecond; a frozen one must not freeze us."""

_DISPLAY, _REGISTRY, _CALLBACK = 1, 2, 3
"""Object ids: the first is the protocol's, the others are what we call the objects we ask for."""

_DISPLAY_SYNC, _DISPLAY_GET_REGISTRY = 0, 1
_REGISTRY_GLOBAL, _CALLBACK_DONE = 0, 0

_HEADER = struct.Struct("=II")
"""Object, then length << 16 | opcode; in the byte order of the machine."""


def offered_interfaces(environ: Mapping[str, str] | None = None) -> frozenset[str]:
    """Names of the globals of the compositor that the environment names, like `wl_seat`.

    Raises:
        OSError: there is none, or it does not answer.
    """
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(TIMEOUT_S)
        connection.connect(str(socket_path(os.environ if environ is None else environ)))
        connection.sendall(
            _request(_DISPLAY, _DISPLAY_GET_REGISTRY, _REGISTRY) + _request(_DISPLAY, _DISPLAY_SYNC, _CALLBACK)
        )
        return frozenset(_globals(connection))


def socket_path(environ: Mapping[str, str]) -> Path:
    """Of the compositor.

    Raises:
        FileNotFoundError: the environment names none.
    """
    display, folder = environ.get("WAYLAND_DISPLAY", ""), environ.get("XDG_RUNTIME_DIR", "")
    if not display or not (folder or display.startswith("/")):
        raise FileNotFoundError("the environment names no Wayland compositor")
    return Path(folder) / display


def _request(target: int, opcode: int, new_id: int) -> bytes:
    return _HEADER.pack(target, 12 << 16 | opcode) + struct.pack("=I", new_id)


def _globals(connection: socket.socket) -> Iterator[str]:
    """Those told before the compositor answers the sync request, which is after the last one."""
    for target, opcode, body in _events(connection):
        if (target, opcode) == (_REGISTRY, _REGISTRY_GLOBAL):
            _name, length = struct.unpack_from("=II", body)
            yield body[8 : 8 + length - 1].decode("ascii", "replace")
        elif (target, opcode) == (_CALLBACK, _CALLBACK_DONE):
            return


def _events(connection: socket.socket) -> Iterator[tuple[int, int, bytes]]:
    """(object, opcode, body) of each event, until the compositor hangs up."""
    buffer = b""
    while data := connection.recv(65_536):
        buffer += data
        while len(buffer) >= _HEADER.size:
            target, word = _HEADER.unpack_from(buffer)
            length = max(word >> 16, _HEADER.size)
            if len(buffer) < length:
                break
            yield target, word & 0xFFFF, buffer[_HEADER.size : length]
            buffer = buffer[length:]
