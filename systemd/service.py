"""utterd as a service of the user's own systemd. The verbs are those of `ServiceManager`."""

import os
from collections.abc import Mapping
from pathlib import Path

from utterd.config.service import (
    NoServiceManager,
    NotInstalled,
    ServiceManager,
    ServiceSpec,
    ServiceState,
    ServiceStatus,
    ServiceTrouble,
    write_whole,
)
from utterd.systemd.systemctl import Systemctl
from utterd.systemd.units import SERVICE, SOCKET, service_unit, socket_of, socket_unit

_WANTED_BY = {SERVICE: "default.target.wants", SOCKET: "sockets.target.wants"}

_STATES = {
    "active": ServiceState.RUNNING,
    "reloading": ServiceState.RUNNING,
    "activating": ServiceState.STARTING,
    "failed": ServiceState.FAILED,
}
"""Of the service's ActiveState; behind one that is inactive, or about to be, its socket may listen."""

_FAILURES = {
    "exit-code": "it ended with code {status}",
    "signal": "it was ended by signal {status}",
    "core-dump": "it crashed with signal {status}",
    "watchdog": "it hung",
    "timeout": "it did not start or end in time",
    "start-limit-hit": "it failed too often",
    "protocol": "it ended before it listened",
    "oom-kill": "the system ran out of memory",
}
"""systemd's `Result` → the end of the daemon, in words."""


def manager() -> ServiceManager:
    """For the user whom this process runs as."""
    return SystemdService(unit_folder(os.environ), Systemctl())


def unit_folder(environ: Mapping[str, str]) -> Path:
    """Where systemd looks for a user's own units."""
    config = environ.get("XDG_CONFIG_HOME", "")
    home = Path(environ.get("HOME", "~")).expanduser()
    return (Path(config) if config.startswith("/") else home / ".config") / "systemd" / "user"


class SystemdService:
    """See `ServiceManager`."""

    def __init__(self, folder: Path, systemctl: Systemctl) -> None:
        self._folder = folder
        self._systemctl = systemctl

    def check(self, spec: ServiceSpec) -> None:
        self._systemctl.check()

    def install(self, spec: ServiceSpec) -> None:
        self.check(spec)
        changed = [name for name, text in self._texts(spec).items() if self._write(name, text)]
        self._systemctl.do("daemon-reload")
        self._check_found()
        self._systemctl.do("enable", "--quiet", SERVICE, SOCKET)
        if changed:  # a socket that is open stays where it is, and a process what it is
            self._stop()
        self.start()

    def uninstall(self) -> list[Path]:
        try:
            self._systemctl.check()
        except NoServiceManager:  # then nothing runs either
            return self._remove_files()
        if self._files():
            self._stop()
        removed = self._remove_files()
        self._systemctl.do("daemon-reload")
        if removed:
            self._forget_failures()
        return removed

    def start(self) -> None:
        self._bring_up("start", SOCKET, SERVICE)

    def stop(self) -> None:
        self._check_installed()
        self._stop()

    def restart(self) -> None:
        self._bring_up("restart", SERVICE)  # which requires its socket, so that this is started too

    def status(self, spec: ServiceSpec | None = None) -> ServiceStatus:
        files = self._files()
        if not files:
            return ServiceStatus(manager="systemd", state=ServiceState.ABSENT)
        self._systemctl.check()
        service = self._systemctl.show(SERVICE, "ActiveState", "MainPID", "UnitFileState")
        pid = int(service.get("MainPID", "0"))
        return ServiceStatus(
            manager="systemd",
            state=self._state(service["ActiveState"]),
            is_enabled=service.get("UnitFileState") == "enabled",
            pid=pid or None,
            last_end=self._last_end(),
            socket=self.installed_socket(),
            files=tuple(files),
            is_current=spec is None or self._is_current(spec),
        )

    def installed_socket(self) -> Path | None:
        try:
            return socket_of((self._folder / SOCKET).read_text("utf-8"))
        except (OSError, UnicodeDecodeError):
            return None

    def _texts(self, spec: ServiceSpec) -> dict[str, str]:
        return {SOCKET: socket_unit(spec), SERVICE: service_unit(spec)}

    def _write(self, name: str, text: str) -> bool:
        return write_whole(self._folder / name, text.encode())

    def _files(self) -> list[Path]:
        return [path for name in (SERVICE, SOCKET) if (path := self._folder / name).exists()]

    def _check_installed(self) -> None:
        if not self._files():
            raise NotInstalled
        self._systemctl.check()

    def _check_found(self) -> None:
        """systemd's idea of the user's configuration folder is its own: it was started before this shell."""
        path = self._folder / SERVICE
        found = self._systemctl.show(SERVICE, "FragmentPath", "LoadState")
        if found.get("LoadState") != "masked" and Path(found.get("FragmentPath", "")) != path:
            elsewhere = found.get("FragmentPath") or "nowhere"
            raise ServiceTrouble(
                f"systemd does not read {path}, it finds {SERVICE} {elsewhere}; is XDG_CONFIG_HOME this shell's alone?"
            )

    def _is_current(self, spec: ServiceSpec) -> bool:
        try:
            return all((self._folder / name).read_text("utf-8") == text for name, text in self._texts(spec).items())
        except (OSError, UnicodeDecodeError):
            return False

    def _state(self, active_state: str) -> ServiceState:
        if active_state in _STATES:
            return _STATES[active_state]
        listens = self._systemctl.show(SOCKET, "ActiveState")["ActiveState"] == "active"
        return ServiceState.WAITING if listens else ServiceState.STOPPED

    def _last_end(self) -> str:
        shown = self._systemctl.show(SERVICE, "Result", "ExecMainStatus")
        words = _FAILURES.get(shown.get("Result", ""), "")
        return words.format(status=shown.get("ExecMainStatus", "?"))

    def _bring_up(self, *command: str) -> None:
        self._check_installed()
        self._forget_failures()
        try:
            self._systemctl.do(*command)
        except NoServiceManager:
            raise
        except ServiceTrouble:
            if end := self._last_end():  # in place of "see journalctl"
                sentence = f"the daemon could not be started: {end}; `utterd service logs` says more"
                raise ServiceTrouble(sentence) from None
            raise

    def _stop(self) -> None:
        self._systemctl.do("stop", SERVICE, SOCKET)

    def _forget_failures(self) -> None:
        """Else a service that has failed often is not started again for a minute."""
        self._systemctl.try_to("reset-failed", SERVICE, SOCKET)

    def _remove_files(self) -> list[Path]:
        """The units, and the links that `enable` made."""
        links = [self._folder / folder / name for name, folder in _WANTED_BY.items()]
        removed = [path for path in [*self._files(), *links] if path.is_symlink() or path.exists()]
        for path in removed:
            path.unlink()
        for folder in [*(link.parent for link in links), self._folder, self._folder.parent]:
            _remove_if_empty(folder)
        return removed


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return
