"""Start the daemon where none runs, and wait until it listens.

Where utterd is installed as a service of these very places, that is started, so that no other daemon runs beside it.
Two clients that come at the same time start one daemon: a lock lets the second wait for the first. Against a daemon
that someone starts by hand in the same moment, the daemon's own lock decides, and the loser's client just connects.
"""

import fcntl
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from utterd.client.endpoint import connect
from utterd.client.errors import DaemonNotRunning, DaemonUnavailable
from utterd.config.paths import PathError, Paths, make_private

READY = "ready"
"""What the daemon writes, with a newline, when it listens. Any other line says why it will not."""

RIVAL = "another daemon"
"""How that line begins when one has this folder's lock already."""

START_TIMEOUT_S = 60.0
"""A cold disk and a slow machine still come up in this."""

RIVAL_TIMEOUT_S = 10.0
"""How long a daemon that has the lock may take to listen."""

RIVAL_POLL_S = 0.05

MAX_LINE_BYTES = 4096

Launch = Callable[..., "subprocess.Popen[bytes]"]

_started: list["subprocess.Popen[bytes]"] = []
"""Held for ever: a daemon outlives its client, and a forgotten Popen warns that it does."""


def ensure_daemon(paths: Paths, *, launch: Launch = subprocess.Popen) -> None:
    """Return when a daemon listens at `paths.socket`, starting one if need be.

    Raises:
        DaemonUnavailable: none could be started; the message says why, in the daemon's words where it had any.
    """
    try:
        make_private(paths.run)
        make_private(paths.log)
        with _only_starter(paths.run / "start.lock"):
            if not _is_listening(paths) and not _start_service(paths):
                _start(paths, launch)
    except PathError as error:
        raise DaemonUnavailable(str(error)) from None
    except OSError as error:
        raise DaemonUnavailable(f"cannot start the daemon: {error.strerror or error} ({error.filename})") from None


@contextmanager
def _only_starter(lock_file: Path) -> Iterator[None]:
    """One client at a time: the others wait here, for no longer than a start takes."""
    descriptor = os.open(lock_file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _is_listening(paths: Paths) -> bool:
    try:
        connect(paths.socket).close()
    except DaemonNotRunning:
        return False
    return True


def _start_service(paths: Paths) -> bool:
    """Whether there is an installed service for this socket, and it was started.

    Raises:
        DaemonUnavailable: there is one, and its daemon does not come up.
    """
    from utterd.client.service import find_manager
    from utterd.config.service import NoServiceManager, ServiceTrouble, SwitchedOff

    manager = find_manager()
    if manager is None or manager.installed_socket() != paths.socket:
        return False
    try:
        manager.start()
    except (NoServiceManager, SwitchedOff):  # then it does not run beside ours either
        return False
    except ServiceTrouble as trouble:
        raise DaemonUnavailable(str(trouble)) from None
    return True


def _start(paths: Paths, launch: Launch) -> None:
    deadline = time.monotonic() + RIVAL_TIMEOUT_S
    while (line := _try_start(paths, launch)) is not None:
        # A rival that listens no more may be about to end. Then it is our turn.
        if not line.startswith(RIVAL) or _is_held(paths.lock) or time.monotonic() >= deadline:
            raise DaemonUnavailable(line)


def _try_start(paths: Paths, launch: Launch) -> str | None:
    """Why no daemon listens now; None if one does."""
    read_end, write_end = os.pipe()
    try:
        try:
            process = _launch(paths, write_end, launch)
        finally:
            os.close(write_end)  # so that its death is our end of file
        line = _read_line(read_end, START_TIMEOUT_S)
    finally:
        os.close(read_end)
    if line == READY or _rival_listens(paths, patient=line.startswith(RIVAL)):
        return None
    return line or _how_it_died(process, paths)


def _launch(paths: Paths, ready_fd: int, launch: Launch) -> "subprocess.Popen[bytes]":
    log = os.open(paths.log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    try:
        process = launch(
            daemon_command("--ready-fd", str(ready_fd)),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(ready_fd,),
            cwd="/",  # whose folder this is may go away before the daemon does
            env=_environment(os.environ, paths),
            **detachment(),
        )
    finally:
        os.close(log)
    _started.append(process)
    return process


def daemon_command(*arguments: str) -> list[str]:
    """How the daemon is started. -P: never import from the folder the user happens to be in."""
    return [sys.executable, "-P", "-m", "utterd.daemon", *arguments]


def detachment(platform: str = sys.platform) -> dict[str, Any]:
    """What keeps the terminal's Ctrl-C and hang-up from the daemon."""
    # On macOS never a new session: it would leave the login session, and CoreAudio with it.
    return {"process_group": 0} if platform == "darwin" else {"start_new_session": True}


def _environment(environ: Mapping[str, str], paths: Paths) -> dict[str, str]:
    """The daemon's: as ours, but true in any working folder."""
    environment = {**environ, "UTTERD_SOCKET": str(paths.socket)}
    if home := environ.get("UTTERD_HOME"):
        environment["UTTERD_HOME"] = str(Path(home).expanduser().absolute())
    return environment


def _read_line(descriptor: int, timeout_s: float) -> str:
    """The first line, or what came before the end of file.

    Raises:
        DaemonUnavailable: neither came in time.
    """
    poller = select.poll()
    poller.register(descriptor, select.POLLIN)
    deadline = time.monotonic() + timeout_s
    line = b""
    while b"\n" not in line and len(line) < MAX_LINE_BYTES:
        if not poller.poll(max(0.0, deadline - time.monotonic()) * 1000):
            raise DaemonUnavailable(f"the daemon did not listen within {timeout_s:.0f} s; try `utterd run` to see why")
        piece = os.read(descriptor, MAX_LINE_BYTES)
        if not piece:
            break
        line += piece
    return line.partition(b"\n")[0].decode("utf-8", "replace").strip()


def _rival_listens(paths: Paths, *, patient: bool) -> bool:
    """Does a daemon that is not our child listen? A patient caller knows that one is about to."""
    deadline = time.monotonic() + (RIVAL_TIMEOUT_S if patient else 0.0)
    while not _is_listening(paths):
        if time.monotonic() >= deadline or not _is_held(paths.lock):
            return False
        time.sleep(RIVAL_POLL_S)  # nobody can tell us when: it is not our child
    return True


def _is_held(lock: Path) -> bool:
    """Has a daemon this folder's lock?"""
    try:
        descriptor = os.open(lock, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _how_it_died(process: "subprocess.Popen[bytes]", paths: Paths) -> str:
    try:
        ending = f"ended with code {process.wait(timeout=1)}"
    except subprocess.TimeoutExpired:
        ending = "said nothing"
    return f"the daemon could not start: it {ending}; see {paths.log_file}"
