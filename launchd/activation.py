"""A socket handed over by launchd. (launch_activate_socket(3), in libSystem)"""

import ctypes
import errno
import socket
import sys
from typing import Any

SOCKET_NAME = "Listener"
"""The key under `Sockets` in the agent's property list."""


class ActivationError(Exception):
    """launchd knows this process, and yet would not hand over the socket."""


def take_listening_socket(library: Any = None) -> socket.socket | None:
    """The socket launchd opened for this process, or None where launchd did not start it. Once a process.

    Args:
        library: libSystem, or a stand-in for it; loaded on macOS if absent.

    Raises:
        ActivationError: for any answer but a socket, "not managed by launchd" and "no such socket".
    """
    if library is None:
        if sys.platform != "darwin":
            return None
        library = ctypes.CDLL(None)
    descriptors = ctypes.POINTER(ctypes.c_int)()
    count = ctypes.c_size_t()
    # It returns an errno value, not -1.
    status = library.launch_activate_socket(SOCKET_NAME.encode(), ctypes.byref(descriptors), ctypes.byref(count))
    if status in (errno.ESRCH, errno.ENOENT):
        return None
    if status != 0:
        raise ActivationError(
            f"launchd did not hand over the socket {SOCKET_NAME!r}: {errno.errorcode.get(status, status)}"
        )
    found = [descriptors[index] for index in range(count.value)]
    library.free(descriptors)
    return socket.socket(fileno=found[0]) if found else None
