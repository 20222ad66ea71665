"""Sockets handed over by systemd, and the messages that tell it how the service is. (sd_listen_fds(3), sd_notify(3))"""

import os
import socket
from collections.abc import MutableMapping

_FIRST_DESCRIPTOR = 3
"""SD_LISTEN_FDS_START."""


def take_listening_socket(environ: MutableMapping[str, str] | None = None) -> socket.socket | None:
    """The first Unix stream socket systemd opened for this very process, or None.

    The variables are removed, so that children do not take it for theirs.
    """
    env = os.environ if environ is None else environ
    count, pid = env.pop("LISTEN_FDS", ""), env.pop("LISTEN_PID", "")
    env.pop("LISTEN_FDNAMES", None)
    if pid != str(os.getpid()) or not count.isdecimal():
        return None
    for descriptor in range(_FIRST_DESCRIPTOR, _FIRST_DESCRIPTOR + int(count)):
        try:
            os.set_inheritable(descriptor, False)
            candidate = socket.socket(fileno=descriptor)
        except OSError:  # not a socket, or not there at all
            continue
        if candidate.family == socket.AF_UNIX and candidate.type == socket.SOCK_STREAM:
            return candidate
        candidate.detach()
    return None


def notify(state: str, environ: MutableMapping[str, str] | None = None) -> bool:
    """Send `READY=1`, `STOPPING=1`, `STATUS=…` to the service manager; whether there was one to tell."""
    env = os.environ if environ is None else environ
    address = env.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return False
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as messenger:
        try:
            messenger.sendto(state.encode(), address)
        except OSError:
            return False
    return True
