"""A service manager that does as it is told, and remembers."""

from dataclasses import replace
from pathlib import Path

from utterd.config.service import NotInstalled, ServiceSpec, ServiceState, ServiceStatus, ServiceTrouble


class FakeManager:
    """See `ServiceManager`."""

    def __init__(self, files: tuple[Path, ...] = (Path("/units/utterd.service"),)) -> None:
        self.verbs: list[str] = []
        self.spec: ServiceSpec | None = None
        self.told = ServiceStatus(manager="systemd", state=ServiceState.ABSENT)
        self.trouble: dict[str, ServiceTrouble] = {}
        """By verb: what it raises."""
        self._files = files

    def check(self, spec: ServiceSpec) -> None:
        self._do("check")

    def install(self, spec: ServiceSpec) -> None:
        self._do("install")
        self.spec = spec
        self.told = ServiceStatus(
            manager="systemd",
            state=ServiceState.RUNNING,
            is_enabled=True,
            pid=77,
            socket=spec.socket,
            files=self._files,
        )

    def uninstall(self) -> list[Path]:
        self._do("uninstall")
        removed = list(self.told.files)
        self.told = ServiceStatus(manager="systemd", state=ServiceState.ABSENT)
        return removed

    def start(self) -> None:
        self._steer("start", ServiceState.RUNNING)

    def stop(self) -> None:
        self._steer("stop", ServiceState.STOPPED)

    def restart(self) -> None:
        self._steer("restart", ServiceState.RUNNING)

    def status(self, spec: ServiceSpec | None = None) -> ServiceStatus:
        if "status" in self.trouble:
            raise self.trouble["status"]
        return self.told

    def installed_socket(self) -> Path | None:
        return self.told.socket

    def become(self, state: ServiceState, **changes: object) -> None:
        """As it is told from now on."""
        self.told = replace(self.told, state=state, **changes)  # type: ignore[arg-type]

    def _steer(self, verb: str, state: ServiceState) -> None:
        if self.told.state is ServiceState.ABSENT:
            raise NotInstalled
        self._do(verb)
        self.told = replace(self.told, state=state)

    def _do(self, verb: str) -> None:
        self.verbs.append(verb)
        if verb in self.trouble:
            raise self.trouble[verb]
