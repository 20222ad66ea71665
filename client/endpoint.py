"""From a path to a connected socket at whose other end is a daemon of ours.

The one place where a client's system errors become sentences.
"""

import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path

from utterd.client.errors import DaemonNotRunning, DaemonUnavailable
from utterd.client.peer import ForeignPeer, check_peer
from utterd.config.paths import PathError, find_paths

HOW_TO_START = "start it with `utterd run`"

PeerCheck = Callable[[socket.socket], object]


def check_daemon(connection: socket.socket) -> None:
    """Is the listener ours?

    Raises:
        ForeignPeer: it is not.
    """
    # root may listen for us: on macOS launchd, which runs as root, opens the socket of a service.
    check_peer(connection, allowed=(os.getuid(), 0))


def open_socket(
    socket_path: str | os.PathLike[str] | None, *, start: bool, check: PeerCheck = check_daemon
) -> socket.socket:
    """A blocking socket to the daemon at `socket_path`, or at this user's own place; one is started if `start` says so.

    Raises:
        DaemonUnavailable: there is none, it cannot be started, or it is not ours.
    """
    try:
        paths = find_paths()
    except PathError as error:
        raise DaemonUnavailable(str(error)) from None
    path = paths.socket if socket_path is None else Path(socket_path).absolute()
    try:
        return connect(path, check=check)
    except DaemonNotRunning:
        if not start:
            raise
    from dataclasses import replace

    from utterd.client.autostart import ensure_daemon  # brings in subprocess: only who starts one pays for it

    ensure_daemon(replace(paths, socket=path))
    return connect(path, check=check)


def connect(path: Path, *, check: PeerCheck = check_daemon) -> socket.socket:
    """A blocking socket to the daemon that listens at `path`.

    Raises:
        DaemonNotRunning: nobody listens there.
        DaemonUnavailable: what is there cannot be used, or is someone else's.
    """
    _check_owner(path)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.connect(os.fspath(path))
        check(connection)
    except BaseException as error:
        connection.close()
        raise _translated(error, path) from None
    return connection


def _check_owner(path: Path) -> None:
    """Before connecting: a stranger's listener must not even see that we came."""
    try:
        status = path.stat()
    except FileNotFoundError:
        raise _not_running(path) from None
    except OSError as error:
        raise DaemonUnavailable(f"cannot look at the socket {path}: {error.strerror}") from None
    if not stat.S_ISSOCK(status.st_mode):
        raise DaemonUnavailable(f"{path} is not a socket; remove it, or set UTTERD_SOCKET to another path")
    if status.st_uid != os.getuid():
        raise DaemonUnavailable(
            f"the socket {path} belongs to another user (uid {status.st_uid}); "
            "run this as that user, or set UTTERD_HOME to a folder of yours"
        )


def _translated(error: BaseException, path: Path) -> BaseException:
    match error:
        case ConnectionRefusedError() | FileNotFoundError():
            return _not_running(path)
        case ForeignPeer(uid=uid):
            return DaemonUnavailable(f"the daemon at {path} belongs to another user (uid {uid}); it was told nothing")
        case OSError():
            return DaemonUnavailable(f"cannot connect to the daemon at {path}: {error.strerror or error}")
    return error


def _not_running(path: Path) -> DaemonNotRunning:
    return DaemonNotRunning(f"no daemon is listening at {path}; {HOW_TO_START}")
