"""The verbs of the service on Linux: what they ask of systemctl, which here only remembers."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from utterd.config.service import (
    NoServiceManager,
    NotInstalled,
    ServiceSpec,
    ServiceState,
    ServiceTrouble,
)
from utterd.systemd import service as service_module
from utterd.systemd.service import SystemdService, manager, unit_folder
from utterd.systemd.systemctl import Systemctl
from utterd.systemd.units import SERVICE, SOCKET


class FakeSystemctl(Systemctl):
    """Everything succeeds, unless a test says otherwise."""

    def __init__(self, folder: Path) -> None:
        super().__init__({})
        self.calls: list[tuple[str, ...]] = []
        self.is_there = True
        self.failing: set[str] = set()
        self.properties: dict[str, dict[str, str]] = {
            SERVICE: {
                "ActiveState": "active",
                "MainPID": "77",
                "UnitFileState": "enabled",
                "FragmentPath": str(folder / SERVICE),
                "LoadState": "loaded",
                "Result": "success",
                "ExecMainStatus": "0",
            },
            SOCKET: {"ActiveState": "active"},
        }

    def do(self, *arguments: str) -> None:
        self.calls.append(arguments)
        if arguments[0] in self.failing:
            raise ServiceTrouble(f"systemctl {arguments[0]} failed: see journalctl")

    def try_to(self, *arguments: str) -> None:
        self.calls.append(arguments)

    def check(self) -> None:
        if not self.is_there:
            raise NoServiceManager("no systemd")

    def show(self, unit: str, *names: str) -> dict[str, str]:
        return {name: self.properties[unit][name] for name in names}

    @property
    def verbs(self) -> list[str]:
        return [call[0] for call in self.calls]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "systemd" / "user"


@pytest.fixture
def systemctl(folder: Path) -> FakeSystemctl:
    return FakeSystemctl(folder)


@pytest.fixture
def service(folder: Path, systemctl: FakeSystemctl) -> SystemdService:
    return SystemdService(folder, systemctl)


@pytest.fixture
def spec() -> ServiceSpec:
    return ServiceSpec(
        command=("/opt/venv/bin/python", "-P", "-m", "utterd.daemon"),
        environment={},
        socket=Path("/run/user/1000/utterd/utterd.sock"),
        log_file=Path("/home/ann/.local/state/utterd/log/utterd.log"),
    )


class TestInstalling:
    def test_units_are_written_read_enabled_and_started(
        self, service: SystemdService, systemctl: FakeSystemctl, spec: ServiceSpec, folder: Path
    ) -> None:
        service.install(spec)
        assert systemctl.verbs == ["daemon-reload", "enable", "stop", "reset-failed", "start"]
        assert service.status(spec).files == (folder / SERVICE, folder / SOCKET)
        assert service.status(spec).is_current
        assert service.installed_socket() == spec.socket

    def test_again_nothing_is_stopped(
        self, service: SystemdService, systemctl: FakeSystemctl, spec: ServiceSpec
    ) -> None:
        service.install(spec)
        systemctl.calls.clear()
        service.install(spec)
        assert "stop" not in systemctl.verbs

    def test_an_older_unit_is_replaced_and_what_runs_by_it_is_stopped_first(
        self, service: SystemdService, systemctl: FakeSystemctl, spec: ServiceSpec
    ) -> None:
        service.install(spec)
        newer = replace(spec, socket=Path("/run/user/1000/elsewhere.sock"))
        assert not service.status(newer).is_current
        systemctl.calls.clear()
        service.install(newer)
        assert systemctl.verbs.index("daemon-reload") < systemctl.verbs.index("stop") < systemctl.verbs.index("start")
        assert service.installed_socket() == newer.socket

    def test_without_a_systemd_nothing_is_written(
        self, service: SystemdService, systemctl: FakeSystemctl, spec: ServiceSpec, folder: Path
    ) -> None:
        systemctl.is_there = False
        with pytest.raises(NoServiceManager):
            service.install(spec)
        assert not folder.exists()

    def test_a_systemd_that_looks_elsewhere_is_told(
        self, service: SystemdService, systemctl: FakeSystemctl, spec: ServiceSpec, folder: Path
    ) -> None:
        systemctl.properties[SERVICE]["FragmentPath"] = ""
        with pytest.raises(ServiceTrouble, match=f"does not read {folder / SERVICE}, it finds utterd.service nowhere"):
            service.install(spec)

    def test_a_folder_that_cannot_be_written_is_named(
        self, service: SystemdService, spec: ServiceSpec, folder: Path
    ) -> None:
        folder.parent.mkdir()
        folder.touch()
        with pytest.raises(ServiceTrouble, match=f"^cannot write {folder / SOCKET}: "):
            service.install(spec)

    def test_a_daemon_that_does_not_come_up_is_told_with_its_end(
        self, service: SystemdService, systemctl: FakeSystemctl, spec: ServiceSpec
    ) -> None:
        systemctl.failing = {"start"}
        systemctl.properties[SERVICE] |= {"Result": "exit-code", "ExecMainStatus": "4"}
        with pytest.raises(ServiceTrouble, match=r"^the daemon could not be started: it ended with code 4; `utterd"):
            service.install(spec)

    def test_where_the_end_says_nothing_systemctl_does(
        self, service: SystemdService, systemctl: FakeSystemctl, spec: ServiceSpec
    ) -> None:
        systemctl.failing = {"start"}
        with pytest.raises(ServiceTrouble, match=r"^systemctl start failed"):
            service.install(spec)


class TestSteering:
    @pytest.mark.parametrize("verb", [SystemdService.start, SystemdService.stop, SystemdService.restart])
    def test_without_an_installation_every_verb_says_so(
        self, service: SystemdService, systemctl: FakeSystemctl, verb: Callable[[SystemdService], None]
    ) -> None:
        with pytest.raises(NotInstalled):
            verb(service)
        assert systemctl.calls == []

    def test_stopping_closes_the_socket_too(
        self, service: SystemdService, systemctl: FakeSystemctl, spec: ServiceSpec
    ) -> None:
        service.install(spec)
        service.stop()
        assert systemctl.calls[-1] == ("stop", SERVICE, SOCKET)

    def test_restarting_leaves_the_socket_open(
        self, service: SystemdService, systemctl: FakeSystemctl, spec: ServiceSpec
    ) -> None:
        service.install(spec)
        service.restart()
        assert systemctl.calls[-1] == ("restart", SERVICE)

    def test_what_failed_often_may_be_started_again_at_once(
        self, service: SystemdService, systemctl: FakeSystemctl, spec: ServiceSpec
    ) -> None:
        service.install(spec)
        service.start()
        assert systemctl.verbs[-2:] == ["reset-failed", "start"]


class TestStatus:
    @pytest.mark.parametrize(
        ("active", "socket", "state"),
        [
            ("active", "active", ServiceState.RUNNING),
            ("activating", "active", ServiceState.STARTING),
            ("inactive", "active", ServiceState.WAITING),
            ("deactivating", "active", ServiceState.WAITING),
            ("inactive", "inactive", ServiceState.STOPPED),
            ("failed", "active", ServiceState.FAILED),
        ],
    )
    def test_the_state_is_that_of_both_units(
        self,
        service: SystemdService,
        systemctl: FakeSystemctl,
        spec: ServiceSpec,
        active: str,
        socket: str,
        state: ServiceState,
    ) -> None:
        service.install(spec)
        systemctl.properties[SERVICE]["ActiveState"] = active
        systemctl.properties[SOCKET]["ActiveState"] = socket
        assert service.status().state is state

    @pytest.mark.parametrize(
        ("result", "words"),
        [("success", ""), ("watchdog", "it hung"), ("signal", "it was ended by signal 9"), ("of-the-future", "")],
    )
    def test_the_last_end_is_told_in_words(
        self, service: SystemdService, systemctl: FakeSystemctl, spec: ServiceSpec, result: str, words: str
    ) -> None:
        service.install(spec)
        systemctl.properties[SERVICE] |= {"Result": result, "ExecMainStatus": "9"}
        assert service.status().last_end == words

    def test_what_is_not_installed_needs_no_systemd_to_say_so(
        self, service: SystemdService, systemctl: FakeSystemctl
    ) -> None:
        systemctl.is_there = False
        assert service.status().state is ServiceState.ABSENT
        assert service.installed_socket() is None


class TestUninstalling:
    def test_units_and_links_go_and_systemd_is_told(
        self, service: SystemdService, systemctl: FakeSystemctl, spec: ServiceSpec, folder: Path, tmp_path: Path
    ) -> None:
        service.install(spec)
        link = folder / "default.target.wants" / SERVICE  # `enable` makes it
        link.parent.mkdir()
        link.symlink_to(folder / SERVICE)
        systemctl.calls.clear()
        assert set(service.uninstall()) == {folder / SERVICE, folder / SOCKET, link}
        assert list(tmp_path.iterdir()) == []
        assert systemctl.verbs == ["stop", "daemon-reload", "reset-failed"]
        assert service.uninstall() == []

    def test_other_units_of_the_user_stay(self, service: SystemdService, spec: ServiceSpec, folder: Path) -> None:
        service.install(spec)
        (folder / "other.service").touch()
        service.uninstall()
        assert [path.name for path in folder.iterdir()] == ["other.service"]

    def test_without_a_systemd_the_files_go_all_the_same(
        self, service: SystemdService, systemctl: FakeSystemctl, spec: ServiceSpec, folder: Path
    ) -> None:
        service.install(spec)
        systemctl.is_there = False
        assert len(service.uninstall()) == 2
        assert not folder.exists()


def test_the_users_configuration_folder_is_where_systemd_looks(tmp_path: Path) -> None:
    assert unit_folder({"HOME": "/home/ann"}) == Path("/home/ann/.config/systemd/user")
    assert unit_folder({"HOME": "/home/ann", "XDG_CONFIG_HOME": "/c"}) == Path("/c/systemd/user")
    assert unit_folder({"HOME": "/home/ann", "XDG_CONFIG_HOME": "c"}) == Path("/home/ann/.config/systemd/user")


def test_the_manager_is_that_of_this_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_module.os, "environ", {"HOME": str(tmp_path)})
    assert manager().status().state is ServiceState.ABSENT
