"""Who is at the other end of a Unix socket? For the daemon, and for its clients.

The kernel says so, not the peer. Linux answers SO_PEERCRED, macOS LOCAL_PEERCRED; neither can be forged.
"""

import os
import socket
import struct
from collections.abc import Collection
from typing import Protocol

LINUX_UCRED = struct.Struct("3i")
"""pid, uid, gid."""

MACOS_SOL_LOCAL, MACOS_LOCAL_PEERCRED = 0, 1
"""Of sys/un.h; Python has no names for them."""

MACOS_XUCRED = struct.Struct("IIh2x16I")
"""struct xucred: version (0), uid, number of groups, groups."""


class ForeignPeer(Exception):
    """The process at the other end is another user's."""

    def __init__(self, uid: int) -> None:
        super().__init__(f"the process at the other end of the socket belongs to another user (uid {uid})")
        self.uid = uid


class HasSocketOptions(Protocol):
    """The one method of a socket that is needed here."""

    def getsockopt(self, level: int, optname: int, buflen: int, /) -> bytes: ...


def peer_uid(connection: HasSocketOptions, *, linux_option: int | None = getattr(socket, "SO_PEERCRED", None)) -> int:
    """The uid of the peer when it connected (or, seen from a client, when it began to listen).

    Args:
        linux_option: the number of SO_PEERCRED; None asks as macOS does.

    Raises:
        OSError: the kernel cannot say.
    """
    if linux_option is not None:
        _, uid, _ = LINUX_UCRED.unpack(connection.getsockopt(socket.SOL_SOCKET, linux_option, LINUX_UCRED.size))
        return int(uid)
    credentials = connection.getsockopt(MACOS_SOL_LOCAL, MACOS_LOCAL_PEERCRED, MACOS_XUCRED.size)
    if len(credentials) != MACOS_XUCRED.size:
        raise OSError("the kernel does not say who is at the other end of the socket")
    version, uid, *_ = MACOS_XUCRED.unpack(credentials)
    if version != 0:
        raise OSError(f"the kernel's credentials have version {version}; only 0 is known")
    return int(uid)


def check_peer(connection: HasSocketOptions, *, allowed: Collection[int] | None = None) -> int:
    """The peer's uid, if it is one of `allowed` (only this process's own, unless given).

    Raises:
        ForeignPeer: it is not.
        OSError: the kernel cannot say.
    """
    uid = peer_uid(connection)
    if uid not in ((os.getuid(),) if allowed is None else allowed):
        raise ForeignPeer(uid)
    return uid
