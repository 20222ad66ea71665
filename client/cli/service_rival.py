"""A daemon that runs already, but not as the service: who has started it, and may it be ended?"""

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from utterd.client.cli.exits import CommandError, Exit
from utterd.client.service import LOG_TO_FILE
from utterd.config.paths import Paths

END_TIMEOUT_S = 10.0
"""A daemon ends within one second."""

END_POLL_S = 0.05

PROC = Path("/proc")

STARTED_BY_CLIENT = "--ready-fd"
"""An argument of `utterd.daemon` that nobody types."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDaemon:
    """The daemon that holds the lock of these places."""

    pid: int
    is_services: bool
    was_started_by_client: bool
    """By `utterd speak` or a program, without a terminal that it could be ended in."""


def find_daemon(paths: Paths) -> FoundDaemon | None:
    """By the number in its lock. The lock is not tried: whoever starts in that moment would be refused."""
    try:
        pid = int(paths.lock.read_text("ascii"))
    except (OSError, ValueError):
        return None
    words = _command_line(pid)
    if "utterd.daemon" not in words:
        return None
    return FoundDaemon(pid=pid, is_services=LOG_TO_FILE in words, was_started_by_client=STARTED_BY_CLIENT in words)


def make_way(paths: Paths) -> int | None:
    """End a daemon that a client has started; its number, or None if there was none.

    Raises:
        CommandError: one runs that somebody looks after, or it does not end.
    """
    found = find_daemon(paths)
    if found is None or found.is_services:
        return None
    if not found.was_started_by_client:
        raise CommandError(
            Exit.REFUSED,
            f"`utterd run` (pid {found.pid}) runs already; end it with Ctrl-C in its terminal, or `kill {found.pid}`",
        )
    end_daemon(found, paths)
    return found.pid


def end_daemon(found: FoundDaemon, paths: Paths) -> None:
    """
    Raises:
        CommandError: it does not end.
    """
    try:
        os.kill(found.pid, signal.SIGTERM)
    except OSError as error:
        raise CommandError(Exit.FAILED, f"cannot end the daemon (pid {found.pid}): {error.strerror}") from None
    deadline = time.monotonic() + END_TIMEOUT_S
    while find_daemon(paths) == found:
        if time.monotonic() > deadline:
            raise CommandError(Exit.FAILED, f"the daemon (pid {found.pid}) does not end; try `kill -9 {found.pid}`")
        time.sleep(END_POLL_S)  # nobody can tell us when: it is not our child


def _command_line(pid: int) -> list[str]:
    """The arguments of a process, none if it is no more."""
    try:
        return (PROC / str(pid) / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
    except OSError:
        if PROC.is_dir():
            return []
    try:
        done = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True)
    except OSError:
        return []
    return done.stdout.split()
