"""The verbs of the service on macOS, against a launchd of the test's own."""

import os
import plistlib
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from rig.fake_launchd import FakeLaunchd
from rig.launchd_keys import faults

from utterd.config.service import (
    NoServiceManager,
    NotInstalled,
    ServiceManager,
    ServiceSpec,
    ServiceState,
    ServiceTrouble,
    SwitchedOff,
)
from utterd.launchd.agent import LABEL, agent_file
from utterd.launchd.job import Job
from utterd.launchd.launchctl import Launchctl
from utterd.launchd.service import LaunchdService, manager


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    return home


@pytest.fixture
def launchd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeLaunchd:
    folder = tmp_path / "launchd"
    folder.mkdir()
    fake = FakeLaunchd(folder)
    for name, value in fake.environ.items():
        monkeypatch.setenv(name, value)
    return fake


@pytest.fixture
def service(home: Path, launchd: FakeLaunchd) -> ServiceManager:
    launchctl = Launchctl(os.getuid())
    return LaunchdService(home, launchctl, Job(launchctl, LABEL, agent_file(home), sleep=lambda _: None))


@pytest.fixture
def spec(home: Path) -> ServiceSpec:
    return ServiceSpec(
        command=("/opt/venv/bin/python", "-P", "-m", "utterd.daemon"),
        environment={},
        socket=home / "run" / "utterd.sock",
        log_file=home / "log" / "utterd.log",
    )


def files_of(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


class TestInstalling:
    def test_it_is_described_enabled_and_started(
        self, service: ServiceManager, spec: ServiceSpec, launchd: FakeLaunchd, home: Path
    ) -> None:
        launchd.set(disabled=[LABEL])
        service.install(spec)
        status = service.status(spec)
        assert status.state is ServiceState.RUNNING
        assert (status.manager, status.is_enabled, status.is_current, status.pid) == ("launchd", True, True, 4001)
        assert (status.socket, status.files) == (spec.socket, (agent_file(home),))
        assert launchd.commands == ["bootout", "enable", "bootstrap"]

    def test_its_file_is_as_launchd_wants_it(self, service: ServiceManager, spec: ServiceSpec, home: Path) -> None:
        service.install(spec)
        path = agent_file(home)
        assert faults(plistlib.loads(path.read_bytes()), path.name) == []
        assert stat.S_IMODE(path.stat().st_mode) == 0o644
        assert files_of(path.parent) == [path.name]

    def test_the_folder_of_its_log_is_made_first(self, service: ServiceManager, spec: ServiceSpec) -> None:
        service.install(spec)
        assert stat.S_IMODE(spec.log_file.parent.stat().st_mode) == 0o700
        assert service.status().last_end == ""

    def test_again_it_changes_nothing(self, service: ServiceManager, spec: ServiceSpec, launchd: FakeLaunchd) -> None:
        service.install(spec)
        service.install(spec)
        assert service.status().pid == 4001
        assert launchd.commands == ["bootout", "enable", "bootstrap", "enable"]

    def test_an_older_description_is_replaced_and_loaded_anew(
        self, service: ServiceManager, spec: ServiceSpec, launchd: FakeLaunchd
    ) -> None:
        service.install(spec)
        newer = replace(spec, command=("/opt/new/bin/python", "-m", "utterd.daemon"))
        assert not service.status(newer).is_current
        launchd.set(looks_while_ending=3, bootout_code=36)
        service.install(newer)
        assert service.status(newer).is_current
        assert service.status().pid == 4002
        assert launchd.commands[-3:] == ["bootout", "enable", "bootstrap"]

    def test_a_file_that_counts_as_downloaded_is_written_anew(
        self, service: ServiceManager, spec: ServiceSpec, launchd: FakeLaunchd, home: Path
    ) -> None:
        service.install(spec)
        inode = agent_file(home).stat().st_ino
        launchd.quarantine(agent_file(home))
        assert "counts as downloaded" in service.status().last_end
        service.install(spec)
        assert agent_file(home).stat().st_ino != inode  # the mark hung on the old one

    def test_code_that_macos_guards_is_refused_before_anything_is_written(
        self, service: ServiceManager, spec: ServiceSpec, home: Path
    ) -> None:
        with pytest.raises(ServiceTrouble, match="macOS lets no service read"):
            service.install(replace(spec, code=(home / "Documents" / "utterd" / ".venv",)))
        assert files_of(home) == []

    def test_nobody_at_the_screen_is_refused_before_anything_is_written(
        self, service: ServiceManager, spec: ServiceSpec, launchd: FakeLaunchd, home: Path
    ) -> None:
        launchd.set(has_screen=False)
        with pytest.raises(NoServiceManager):
            service.install(spec)
        assert files_of(home) == []

    def test_a_folder_that_cannot_be_made_is_named(
        self, service: ServiceManager, spec: ServiceSpec, home: Path
    ) -> None:
        (home / "log").touch()
        with pytest.raises(ServiceTrouble, match=str(home / "log")):
            service.install(spec)


class TestSteering:
    def test_without_an_installation_every_verb_says_so(self, service: ServiceManager) -> None:
        for verb in (service.start, service.stop, service.restart):
            with pytest.raises(NotInstalled, match="`utterd service install`"):
                verb()
        assert service.status().state is ServiceState.ABSENT
        assert service.installed_socket() is None

    def test_stopped_it_is_not_loaded_and_started_it_is(
        self, service: ServiceManager, spec: ServiceSpec, launchd: FakeLaunchd
    ) -> None:
        service.install(spec)
        service.stop()
        assert service.status().state is ServiceState.STOPPED
        assert launchd.state["jobs"] == {}
        service.stop()
        service.start()
        assert (service.status().state, service.status().pid) == (ServiceState.RUNNING, 4002)
        service.start()
        assert service.status().pid == 4002

    def test_a_daemon_that_has_ended_well_waits_for_a_client_and_can_be_started(
        self, service: ServiceManager, spec: ServiceSpec, launchd: FakeLaunchd
    ) -> None:
        service.install(spec)
        launchd.set_job(LABEL, pid=None, last_exit=0)
        assert service.status().state is ServiceState.WAITING
        service.start()
        assert service.status().pid == 4002

    def test_one_that_has_failed_is_told_with_its_code(
        self, service: ServiceManager, spec: ServiceSpec, launchd: FakeLaunchd
    ) -> None:
        service.install(spec)
        launchd.set_job(LABEL, pid=None, last_exit=2)
        assert service.status().state is ServiceState.FAILED
        assert service.status().last_end == "it ended with code 2"

    def test_a_log_folder_that_went_away_is_made_by_the_next_start(
        self, service: ServiceManager, spec: ServiceSpec, launchd: FakeLaunchd
    ) -> None:
        service.install(spec)
        service.stop()
        spec.log_file.parent.rmdir()
        service.start()
        assert service.status().state is ServiceState.RUNNING

    def test_at_login_without_a_log_folder_the_reason_is_told(
        self, service: ServiceManager, spec: ServiceSpec, launchd: FakeLaunchd, home: Path
    ) -> None:
        service.install(spec)
        service.stop()
        spec.log_file.parent.rmdir()
        Launchctl(os.getuid()).bootstrap(agent_file(home))  # as launchd does then, with no help of ours
        assert service.status().state is ServiceState.FAILED
        assert "no folder for its log; `utterd service restart`" in service.status().last_end
        service.restart()
        assert service.status().state is ServiceState.RUNNING

    def test_restarted_it_is_another_process_of_the_same_job(
        self, service: ServiceManager, spec: ServiceSpec, launchd: FakeLaunchd
    ) -> None:
        service.install(spec)
        service.restart()
        assert service.status().pid == 4002
        assert ["kickstart", "-k", f"gui/{os.getuid()}/{LABEL}"] in launchd.state["calls"]
        assert launchd.commands[-1] == "kickstart"

    def test_a_stopped_one_is_restarted_too(self, service: ServiceManager, spec: ServiceSpec) -> None:
        service.install(spec)
        service.stop()
        service.restart()
        assert service.status().pid == 4002

    def test_one_that_is_switched_off_is_not_started_but_installed(
        self, service: ServiceManager, spec: ServiceSpec, launchd: FakeLaunchd
    ) -> None:
        service.install(spec)
        service.stop()
        launchd.set(disabled=[LABEL])
        assert not service.status().is_enabled
        with pytest.raises(SwitchedOff, match="`utterd service install` switches it on"):
            service.start()
        service.install(spec)
        assert service.status().is_enabled


class TestUninstalling:
    def test_nothing_is_left(
        self, service: ServiceManager, spec: ServiceSpec, launchd: FakeLaunchd, home: Path
    ) -> None:
        service.install(spec)
        spec.socket.touch()  # launchd leaves it
        assert service.uninstall() == [agent_file(home), spec.socket]
        assert launchd.state["jobs"] == {}
        assert files_of(home) == []
        assert service.uninstall() == []

    def test_without_anybody_at_the_screen_the_files_go_all_the_same(
        self, service: ServiceManager, spec: ServiceSpec, launchd: FakeLaunchd, home: Path
    ) -> None:
        service.install(spec)
        launchd.set(has_screen=False)
        service.uninstall()
        assert files_of(home) == []


def test_the_manager_is_that_of_this_user(home: Path, launchd: FakeLaunchd) -> None:
    assert manager().status().state is ServiceState.ABSENT
    assert manager().installed_socket() is None
