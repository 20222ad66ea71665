"""Where the daemon listens: a socket handed over by launchd or systemd, or one of its own; and one daemon only."""

import fcntl
import os
import socket
import stat
from pathlib import Path
from typing import IO

from utterd.config.paths import Paths, make_private
from utterd.launchd import activation as launchd
from utterd.systemd import activation as systemd

_BACKLOG = 64


class CannotListen(Exception):
    """The daemon cannot run here; the message is a sentence for people."""


class AnotherDaemon(CannotListen):
    """This folder has a daemon already."""


def lock_single_instance(path: Path) -> IO[str]:
    """Hold the lock for as long as the returned file is open. (Not a pid file: the kernel drops it with the process.)

    Raises:
        AnotherDaemon: somebody holds it.
        CannotListen: the file cannot be used.
    """
    make_private(path.parent)
    try:
        file = open(path, "a+", encoding="ascii", opener=lambda name, flags: os.open(name, flags, 0o600))  # noqa: SIM115
    except OSError as error:
        raise CannotListen(f"cannot use the lock {path}: {error.strerror}; remove it") from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        pid = file.read().strip() or "unknown"
        file.close()
        sentence = f"another daemon (pid {pid}) runs already; `utterd status` asks it, `kill {pid}` ends it"
        raise AnotherDaemon(sentence) from None
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file


def open_listening_socket(paths: Paths) -> tuple[socket.socket, bool]:
    """A listening Unix socket, and whether it is our own (its file is then ours to remove).

    Raises:
        CannotListen: the path cannot be used.
    """
    try:
        inherited = systemd.take_listening_socket() or launchd.take_listening_socket()
    except launchd.ActivationError as error:
        raise CannotListen(str(error)) from error
    if inherited is not None:
        return inherited, False
    _check_folder(paths)
    _remove_stale(paths.socket)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    mask = os.umask(0o177)  # 0600 from the first moment
    try:
        listener.bind(os.fspath(paths.socket))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise CannotListen(f"cannot listen at {paths.socket}: {error.strerror or error}") from error
    finally:
        os.umask(mask)
    return listener, True


def _check_folder(paths: Paths) -> None:
    """The folder of the socket: ours is made private; one that the user chose (UTTERD_SOCKET) is left as it is."""
    if paths.socket.parent == paths.run:
        make_private(paths.run)
    elif not paths.socket.parent.is_dir():
        raise CannotListen(f"the folder {paths.socket.parent} does not exist; make it, or set UTTERD_SOCKET to another")


def _remove_stale(path: Path) -> None:
    """A socket left by a daemon that was killed."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(status.st_mode):
        raise CannotListen(f"{path} is in the way: it is not a socket; move it, or set UTTERD_SOCKET")
    if status.st_uid != os.getuid():
        raise CannotListen(
            f"{path} belongs to another user (uid {status.st_uid}); set UTTERD_HOME to a folder of yours"
        )
    if _somebody_listens(path):  # the lock is our folder's; UTTERD_SOCKET may lead to another daemon's socket
        raise CannotListen(
            f"another program listens at {path}; stop it (`utterd service stop`, if it is the service), "
            "or set UTTERD_SOCKET to another path"
        )
    path.unlink()


def _somebody_listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
        caller.setblocking(False)
        try:
            caller.connect(os.fspath(path))
        except BlockingIOError:  # somebody does, and has a long queue
            return True
        except OSError:
            return False
    return True
