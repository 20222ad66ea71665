"""Starting a daemon: with real processes that come up well or badly."""

import fcntl
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from fake_daemon import WAIT_S, FakeDaemon

from utterd.client import autostart, service
from utterd.client.autostart import READY, daemon_command, detachment, ensure_daemon
from utterd.client.endpoint import connect
from utterd.client.errors import DaemonUnavailable
from utterd.config.paths import Paths, find_paths, make_private
from utterd.config.service import NoServiceManager, ServiceTrouble, SwitchedOff

TROUBLED = Path(__file__).parent / "troubled_daemon.py"


class Launcher:
    """Starts troubled daemons in place of real ones, and ends them with the test."""

    def __init__(self) -> None:
        self.order = "good"
        self.afterwards: Callable[[], object] = lambda: None
        self.calls: list[dict[str, Any]] = []
        self.commands: list[list[str]] = []
        self.processes: list[subprocess.Popen[bytes]] = []

    def __call__(self, command: list[str], **options: Any) -> "subprocess.Popen[bytes]":
        self.commands.append(command)
        self.calls.append(options)
        arguments = command[command.index("--ready-fd") :]
        process = subprocess.Popen([sys.executable, str(TROUBLED), self.order, *arguments], **options)
        self.processes.append(process)
        self.afterwards()
        return process


@pytest.fixture
def launcher() -> Iterator[Launcher]:
    launcher = Launcher()
    yield launcher
    for process in launcher.processes:
        process.kill()
        process.wait(WAIT_S)
    autostart._started.clear()


@pytest.fixture
def paths(home: Path) -> Paths:
    return find_paths()


def test_a_daemon_is_started_and_listens(paths: Paths, launcher: Launcher) -> None:
    ensure_daemon(paths, launch=launcher)
    connect(paths.socket).close()
    assert launcher.commands[0][:4] == [sys.executable, "-P", "-m", "utterd.daemon"]


def test_what_it_prints_goes_to_a_private_log(paths: Paths, launcher: Launcher) -> None:
    ensure_daemon(paths, launch=launcher)
    assert "order good, session True" in paths.log_file.read_text()
    assert stat.S_IMODE(paths.log_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(paths.log_file.parent.stat().st_mode) == 0o700


def test_it_finds_the_same_places_from_any_folder(
    home: Path, launcher: Launcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(home.parent)
    monkeypatch.setenv("UTTERD_HOME", home.name)
    ensure_daemon(find_paths(), launch=launcher)
    assert launcher.calls[0]["cwd"] == "/"
    assert launcher.calls[0]["env"]["UTTERD_HOME"] == str(home)
    assert launcher.calls[0]["env"]["UTTERD_SOCKET"] == str(home / "run" / "utterd.sock")


def test_a_daemon_that_runs_is_left_alone(daemon: FakeDaemon, paths: Paths, launcher: Launcher) -> None:
    ensure_daemon(paths, launch=launcher)
    assert launcher.commands == []


def test_its_complaint_is_passed_on(paths: Paths, launcher: Launcher) -> None:
    launcher.order = "complain"
    with pytest.raises(DaemonUnavailable, match=r"^the model is broken: run `utterd doctor` – now$"):
        ensure_daemon(paths, launch=launcher)


def test_a_silent_death_is_reported_with_the_log(paths: Paths, launcher: Launcher) -> None:
    launcher.order = "crash"
    with pytest.raises(DaemonUnavailable, match=rf"ended with code 7; see {paths.log_file}"):
        ensure_daemon(paths, launch=launcher)


def test_a_daemon_that_never_gets_ready_is_not_waited_for_forever(
    paths: Paths, launcher: Launcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(autostart, "START_TIMEOUT_S", 0.05)
    launcher.order = "mute"
    with pytest.raises(DaemonUnavailable, match="did not listen within"):
        ensure_daemon(paths, launch=launcher)


def test_whoever_loses_the_race_against_another_daemon_connects_to_it(paths: Paths, launcher: Launcher) -> None:
    launcher.order = "rival"
    with ExitStack() as stack:
        rival = FakeDaemon(paths.socket)
        launcher.afterwards = lambda: stack.enter_context(rival)
        ensure_daemon(paths, launch=launcher)
        rival.wait_for_hang_up()


def test_a_rival_that_never_listens_is_reported(
    paths: Paths, launcher: Launcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(autostart, "RIVAL_TIMEOUT_S", 0.05)
    launcher.order = "rival"
    with pytest.raises(DaemonUnavailable, match="another daemon runs already"):
        ensure_daemon(paths, launch=launcher)


def test_a_rival_that_was_about_to_end_is_followed(paths: Paths, launcher: Launcher) -> None:
    make_private(paths.run)
    with paths.lock.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        launcher.order = "rival"

        def end() -> None:
            launcher.order = "good"
            lock.close()

        launcher.afterwards = end
        ensure_daemon(paths, launch=launcher)
    connect(paths.socket).close()
    assert len(launcher.commands) == 2


def test_two_clients_at_once_start_one_daemon(paths: Paths, launcher: Launcher) -> None:
    threads = [threading.Thread(target=ensure_daemon, args=(paths,), kwargs={"launch": launcher}) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_S)
    assert len(launcher.processes) == 1


def test_a_folder_that_cannot_be_made_is_named(home: Path, launcher: Launcher, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "file").touch()
    monkeypatch.setenv("UTTERD_HOME", str(home / "file"))
    with pytest.raises(DaemonUnavailable, match="cannot use the folder"):
        ensure_daemon(find_paths(), launch=launcher)


def test_a_python_that_cannot_be_run_is_named(paths: Paths) -> None:
    def launch(command: list[str], **options: Any) -> "subprocess.Popen[bytes]":
        raise FileNotFoundError(2, "No such file or directory", command[0])

    with pytest.raises(DaemonUnavailable, match=f"cannot start the daemon.*{sys.executable}"):
        ensure_daemon(paths, launch=launch)


class FakeService:
    """An installed service that listens at `socket` once it is started."""

    def __init__(self, socket: Path, trouble: ServiceTrouble | None = None) -> None:
        self.starts = 0
        self._socket = socket
        self._trouble = trouble

    def installed_socket(self) -> Path:
        return self._socket

    def start(self) -> None:
        self.starts += 1
        if self._trouble is not None:
            raise self._trouble


@pytest.mark.parametrize(
    ("trouble", "is_ours"),
    [(None, False), (NoServiceManager("no systemd"), True), (SwitchedOff("switched off"), True)],
)
def test_an_installed_service_is_started_and_no_daemon_beside_it(
    paths: Paths,
    launcher: Launcher,
    monkeypatch: pytest.MonkeyPatch,
    trouble: ServiceTrouble | None,
    is_ours: bool,
) -> None:
    installed = FakeService(paths.socket, trouble)
    monkeypatch.setattr(service, "find_manager", lambda: installed)
    ensure_daemon(paths, launch=launcher)
    assert installed.starts == 1
    assert bool(launcher.commands) is is_ours


def test_a_service_of_other_places_is_left_alone(
    paths: Paths, launcher: Launcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = FakeService(Path("/run/user/1000/utterd/utterd.sock"))
    monkeypatch.setattr(service, "find_manager", lambda: installed)
    ensure_daemon(paths, launch=launcher)
    assert installed.starts == 0
    assert len(launcher.commands) == 1


def test_a_service_that_does_not_come_up_is_told_in_its_own_words(
    paths: Paths, launcher: Launcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = FakeService(paths.socket, ServiceTrouble("it ended with code 2"))
    monkeypatch.setattr(service, "find_manager", lambda: installed)
    with pytest.raises(DaemonUnavailable, match=r"^it ended with code 2$"):
        ensure_daemon(paths, launch=launcher)
    assert launcher.commands == []


def test_where_services_are_not_known_a_daemon_is_started(
    paths: Paths, launcher: Launcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "find_manager", lambda: None)
    ensure_daemon(paths, launch=launcher)
    assert len(launcher.commands) == 1


def test_on_macos_the_login_session_is_never_left() -> None:
    assert detachment("darwin") == {"process_group": 0}
    assert detachment("linux") == {"start_new_session": True}


def test_the_daemon_never_imports_from_the_users_folder() -> None:
    assert "-P" in daemon_command()
    assert READY == "ready"
    assert os.path.isabs(daemon_command()[0])
