"""`utterd service` from end to end on macOS: the command, the agent, and a launchd of the test's own."""

from pathlib import Path

import pytest
from fake_daemon import FakeDaemon
from rig.fake_launchd import FakeLaunchd

from utterd.client.cli import main, service_steps
from utterd.client.service import find_manager
from utterd.launchd.agent import LABEL, agent_file


@pytest.fixture
def launchd(home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeLaunchd:
    fake = FakeLaunchd(tmp_path)
    for name, value in fake.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOME", str(home / "ann"))
    monkeypatch.setattr(service_steps, "find_manager", lambda: find_manager("darwin"))
    return fake


def test_from_install_to_uninstall(
    launchd: FakeLaunchd, daemon: FakeDaemon, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = agent_file(home / "ann")
    assert main(["service", "status"]) == 3
    assert capsys.readouterr().out.startswith("service  not installed; `utterd service install` does that\n")

    assert main(["service", "install"]) == 0
    assert capsys.readouterr().out == (f"utterd 0.1.0 runs as a service of your session and starts at login ({file})\n")
    assert main(["service", "status"]) == 0
    assert capsys.readouterr().out.splitlines()[:2] == [
        "service  running, starts at login (launchd)",
        "daemon   version 0.1.0, pid 4001, up 3724 s",
    ]

    launchd.set_job(LABEL, pid=None, last_exit=0)
    assert main(["service", "status"]) == 0
    assert "service  waiting, starts at login (launchd)" in capsys.readouterr().out

    assert main(["service", "start"]) == 0
    assert main(["service", "restart"]) == 0
    assert main(["service", "stop"]) == 0
    assert launchd.state["jobs"] == {}
    assert main(["service", "status"]) == 3

    capsys.readouterr()
    assert main(["service", "uninstall"]) == 0
    assert not file.exists()
    assert str(file) in capsys.readouterr().out
    daemon.socket_path.parent.mkdir()
    daemon.socket_path.touch()  # which the fake one removes at its own end


def test_over_ssh_alone_it_is_refused_and_nothing_done(
    launchd: FakeLaunchd, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    launchd.set(has_screen=False)
    assert main(["service", "install"]) == 4
    assert "logged in at the screen, not over ssh alone" in capsys.readouterr().err
    assert list(home.iterdir()) == []
