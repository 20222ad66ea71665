"""Which manager runs services here, and what it is to run."""

import sys
from pathlib import Path

import pytest

from utterd.client.service import LOG_TO_FILE, describe_service, find_manager
from utterd.config.paths import find_paths
from utterd.launchd.service import LaunchdService
from utterd.systemd.service import SystemdService


def test_each_system_has_its_own_manager() -> None:
    assert isinstance(find_manager("darwin"), LaunchdService)
    assert isinstance(find_manager("linux"), SystemdService)
    assert find_manager("freebsd14") is None


def test_the_daemon_is_run_by_this_very_python_and_logs_into_its_file(home: Path) -> None:
    spec = describe_service(find_paths())
    assert spec.command == (sys.executable, "-P", "-m", "utterd.daemon", LOG_TO_FILE)
    assert spec.log_file == home / "log" / "utterd.log"
    assert spec.socket == home / "run" / "utterd.sock"


def test_it_finds_the_places_that_this_shell_finds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    places = {"XDG_DATA_HOME": "/data", "XDG_STATE_HOME": "/state"}
    environ = {"UTTERD_HOME": "here", "UTTERD_SPEECH__SPEED": "1.3", "PATH": "/bin", **places}
    spec = describe_service(find_paths(environ), environ)
    assert spec.environment == {"UTTERD_HOME": str(tmp_path / "here"), **places}
    assert spec.socket == tmp_path / "here" / "run" / "utterd.sock"


def test_where_nothing_is_set_nothing_is_passed_on() -> None:
    environ = {"HOME": "/home/ann", "XDG_RUNTIME_DIR": "/run/user/1000"}
    assert describe_service(find_paths(environ), environ).environment == {}


def test_it_says_which_folders_its_code_is_read_from() -> None:
    code = describe_service(find_paths({"HOME": "/home/ann"}), {}).code
    assert Path(sys.prefix) in code
    assert any((folder / "service.py").exists() for folder in code)
