"""utterd as a service of its user's session: what is run, how it stands, and the verbs of launchd and systemd alike."""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol


class ServiceTrouble(Exception):
    """A service cannot be had as wished; the message is a sentence for people, with what helps."""


class NotInstalled(ServiceTrouble):
    """There is no service to do this with."""

    def __init__(self) -> None:
        super().__init__("utterd is not installed as a service; `utterd service install` does that")


class NoServiceManager(ServiceTrouble):
    """Nobody here runs services for this user; a daemon without one works as ever."""


class SwitchedOff(ServiceTrouble):
    """The user has told the system not to run it."""


class ServiceState(StrEnum):
    ABSENT = "not installed"
    STOPPED = "stopped"
    """Until it is started, or the next login."""
    WAITING = "waiting"
    """Its socket listens; whoever connects starts the daemon."""
    STARTING = "starting"
    RUNNING = "running"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSpec:
    """What is to be run. Everything in it is absolute: a service has no working folder and no shell."""

    command: tuple[str, ...]
    environment: Mapping[str, str]
    """Beside what the system gives: only what leads the daemon to the places its user's clients look in."""
    socket: Path
    log_file: Path
    """Its folder is made before the service is started."""
    code: tuple[Path, ...] = ()
    """Folders that Python reads the daemon from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceStatus:
    """How the service stands."""

    manager: str
    """launchd or systemd."""
    state: ServiceState
    is_enabled: bool = False
    """It starts at login."""
    pid: int | None = None
    last_end: str = ""
    """How the daemon ended last, where it did not end well."""
    socket: Path | None = None
    """Where the installed service listens."""
    files: tuple[Path, ...] = ()
    """That describe it to the system, and exist."""
    is_current: bool = True
    """They are what `install` would write now."""


class ServiceManager(Protocol):
    """One service, utterd's. Every verb may raise ServiceTrouble, and may be repeated."""

    def check(self, spec: ServiceSpec) -> None:
        """Whether it could be installed here. NoServiceManager."""

    def install(self, spec: ServiceSpec) -> None:
        """Describe it to the system, or replace an older description; let it start at login, and start it."""

    def uninstall(self) -> list[Path]:
        """End it, and remove every trace; the files that were removed."""

    def start(self) -> None:
        """Return when the daemon runs, or is being started and its socket listens. NotInstalled, SwitchedOff."""

    def stop(self) -> None:
        """End the daemon and close its socket, until `start` or the next login. NotInstalled."""

    def restart(self) -> None:
        """A new process; whoever connects meanwhile waits for it. NotInstalled."""

    def status(self, spec: ServiceSpec | None = None) -> ServiceStatus:
        """`spec`: what `is_current` compares with."""

    def installed_socket(self) -> Path | None:
        """Where an installed service listens; asks files alone, and never raises."""


def write_whole(path: Path, content: bytes) -> bool:
    """Have a file with this content, or the old one, never half of it; whether that changed anything.

    It is made anew even if nothing changes: what hung on the old one, such as macOS's quarantine, goes.

    Raises:
        ServiceTrouble: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        changed = not path.exists() or path.read_bytes() != content
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            os.chmod(name, 0o644)
            os.replace(name, path)
        except OSError:
            os.unlink(name)
            raise
    except OSError as error:
        raise ServiceTrouble(f"cannot write {path}: {error.strerror or error}") from error
    return changed
