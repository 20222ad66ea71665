"""One agent a screen: a lock with its process id in it, for as long as it lives."""

import fcntl
import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from utterd.client.errors import UtterdError
from utterd.config.paths import PathError, find_paths, make_private


class AlreadyRunning(UtterdError):
    """Another agent serves this screen."""


@contextmanager
def only_agent(screen: str) -> Iterator[None]:
    """
    Args:
        screen: of which there may be several: `:0`.

    Raises:
        AlreadyRunning: there is one.
        UtterdError: the lock cannot be made.
    """
    try:
        folder = make_private(find_paths().run)
        descriptor = os.open(folder / _name(screen), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except PathError as error:
        raise UtterdError(str(error)) from None
    except OSError as error:
        raise UtterdError(f"cannot make {error.filename}: {error.strerror}") from None
    try:
        if not _is_free(descriptor, fcntl.LOCK_EX):
            raise AlreadyRunning(f"the hotkeys are served already, by process {_pid_in(descriptor)}")
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def running_agents() -> list[int]:
    """Process ids."""
    try:
        locks = sorted(find_paths().run.glob(_name("*")))
    except PathError:
        return []
    return [pid for lock in locks if (pid := _holder(lock))]


def end_agents() -> list[int]:
    """End them; their process ids."""
    pids = running_agents()
    for pid in pids:
        os.kill(pid, signal.SIGTERM)
    return pids


def _name(screen: str) -> str:
    return f"hotkeys{re.sub(r'[^A-Za-z0-9.*]', '-', screen)}.lock"


def _holder(lock: Path) -> int | None:
    """Who holds it; None if nobody does."""
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        return None if _is_free(descriptor, fcntl.LOCK_SH) else _pid_in(descriptor) or None
    finally:
        os.close(descriptor)


def _is_free(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _pid_in(descriptor: int) -> int:
    text = os.pread(descriptor, 20, 0).strip()
    return int(text) if text.isdigit() else 0
