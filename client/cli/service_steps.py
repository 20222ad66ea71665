"""What the actions of `utterd service` have in common: the manager, the way clear, the daemon's own answer."""

import os
import time
from collections.abc import Callable, Mapping
from importlib import metadata
from typing import Any

from utterd.client.cli.exits import CommandError, Exit
from utterd.client.cli.service_logs import last_lines
from utterd.client.cli.service_rival import find_daemon, make_way
from utterd.client.connection import Client
from utterd.client.errors import ProtocolError, UtterdError
from utterd.client.service import find_manager
from utterd.config.paths import Paths, find_paths
from utterd.config.service import (
    NoServiceManager,
    NotInstalled,
    ServiceManager,
    ServiceState,
    ServiceTrouble,
    SwitchedOff,
)

ANSWER_TIMEOUT_S = 60.0
"""A cold disk and a slow machine still come up in this."""

ATTEMPT_TIMEOUT_S = 10.0
"""Then it is looked whether the service has failed meanwhile."""

RETRY_PAUSE_S = 0.2


def the_manager() -> ServiceManager:
    """Of this system. Raises CommandError where services are not known."""
    manager = find_manager()
    if manager is None:
        raise CommandError(Exit.REFUSED, "services are known on macOS and Linux alone; use `utterd run`")
    return manager


def refuse_sudo(environ: Mapping[str, str] | None = None, uid: int | None = None) -> None:
    """A service belongs to its user: by sudo it would be root's, and nobody would hear it."""
    env = os.environ if environ is None else environ
    user = env.get("SUDO_USER", "root")
    if (os.getuid() if uid is None else uid) == 0 and user != "root":
        raise CommandError(Exit.USAGE, f"the service is to be {user}'s, not root's; run this without sudo")


def start() -> int:
    refuse_sudo()
    manager, paths = the_manager(), find_paths()
    _check_places(manager, paths)
    version = bring_up(manager, paths, manager.start)
    print(f"utterd {version} runs and listens at {paths.socket}")
    return Exit.OK


def stop() -> int:
    refuse_sudo()
    manager, paths = the_manager(), find_paths()
    manager.stop()
    print("the service is stopped, until `utterd service start`, `utterd speak` or the next login")
    found = find_daemon(paths)
    if found is not None and not found.is_services:
        print(f"a daemon that is not the service still runs (pid {found.pid}); `kill {found.pid}` ends it")
    return Exit.OK


def restart() -> int:
    refuse_sudo()
    manager, paths = the_manager(), find_paths()
    _check_places(manager, paths)
    version = bring_up(manager, paths, manager.restart)
    print(f"utterd {version} runs anew and listens at {paths.socket}")
    return Exit.OK


def bring_up(manager: ServiceManager, paths: Paths, verb: Callable[[], None]) -> str:
    """Carry out what starts the service; the version of the daemon that answers then.

    Raises:
        ServiceTrouble: there is no service, or nobody to run it.
        CommandError: it does not come up; with its own last words.
    """
    if (ended_pid := make_way(paths)) is not None:
        print(f"ended the daemon that a client had started (pid {ended_pid}): the service takes its place")
    try:
        verb()
    except (NotInstalled, NoServiceManager, SwitchedOff):
        raise
    except ServiceTrouble as trouble:
        raise CommandError(Exit.FAILED, f"{trouble}{_last_words(paths)}") from None
    return str(_wait_for_answer(manager, paths)["version"])


def _wait_for_answer(manager: ServiceManager, paths: Paths) -> dict[str, Any]:
    """The daemon's status: that its socket listens means little, as launchd and systemd hold it."""
    deadline = time.monotonic() + ANSWER_TIMEOUT_S
    while True:
        try:
            with Client(paths.socket, reply_timeout_s=ATTEMPT_TIMEOUT_S) as client:
                return client.status()
        except ProtocolError as error:
            raise CommandError(Exit.FAILED, f"what listens at {paths.socket} is no utterd: {error}") from None
        except UtterdError as error:
            status = manager.status()
            if status.state is ServiceState.FAILED or time.monotonic() > deadline:
                reason = status.last_end or str(error)
                sentence = f"the daemon does not come up: {reason}; `utterd service logs` says more"
                raise CommandError(Exit.FAILED, f"{sentence}{_last_words(paths)}") from None
        time.sleep(RETRY_PAUSE_S)


def installed_version() -> str:
    """Of this package."""
    return metadata.version("utterd")


def _last_words(paths: Paths) -> str:
    """The last line of the log."""
    lines = last_lines(paths.log_file, 1)
    return f": {lines[0].strip().removeprefix('utterd: ')}" if lines else ""


def _check_places(manager: ServiceManager, paths: Paths) -> None:
    """A service that was installed for other places is not the one that this shell's clients talk to."""
    installed = manager.installed_socket()
    if installed is not None and installed != paths.socket:
        raise CommandError(
            Exit.REFUSED,
            f"the service was installed for {installed}, but here it would be {paths.socket}: "
            "mind UTTERD_HOME and UTTERD_SOCKET, or `utterd service install` anew",
        )
