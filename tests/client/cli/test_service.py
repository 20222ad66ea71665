"""`utterd service`, as it is typed; its words are the same on both systems."""

import json
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest
from cli.fake_manager import FakeManager
from fake_daemon import STATUS, FakeDaemon

from utterd.client.cli import main, service_steps, service_view
from utterd.client.cli.exits import CommandError
from utterd.client.cli.service_steps import refuse_sudo
from utterd.config.service import NoServiceManager, ServiceManager, ServiceState, ServiceTrouble, SwitchedOff


@pytest.fixture
def manager(home: Path, monkeypatch: pytest.MonkeyPatch) -> FakeManager:
    fake = FakeManager()
    as_protocol: ServiceManager = fake
    monkeypatch.setattr(service_steps, "find_manager", lambda: as_protocol)
    monkeypatch.setattr(service_steps, "RETRY_PAUSE_S", 0.001)
    return fake


def log_of(home: Path) -> Path:
    (home / "log").mkdir(mode=0o700, exist_ok=True)
    return home / "log" / "utterd.log"


def put_socket_back(daemon: FakeDaemon) -> None:
    """Which the fake one removes at its own end."""
    daemon.socket_path.parent.mkdir()
    daemon.socket_path.touch()


class TestInstall:
    def test_it_is_installed_and_the_daemon_itself_has_answered(
        self, manager: FakeManager, daemon: FakeDaemon, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["service", "install"]) == 0
        assert manager.verbs == ["check", "install"]
        assert daemon.connections == 1
        assert capsys.readouterr().out == (
            "utterd 0.1.0 runs as a service of your session and starts at login (/units/utterd.service)\n"
        )

    def test_its_folders_are_made_before(self, manager: FakeManager, daemon: FakeDaemon, home: Path) -> None:
        main(["service", "install"])
        assert (home / "log").stat().st_mode & 0o777 == 0o700
        assert manager.spec is not None
        assert manager.spec.socket == home / "run" / "utterd.sock"

    def test_a_daemon_of_an_older_version_is_started_anew(self, manager: FakeManager, daemon: FakeDaemon) -> None:
        daemon.status = STATUS | {"version": "0.0.9"}
        assert main(["service", "install"]) == 0
        assert manager.verbs == ["check", "install", "restart"]

    def test_what_goes_with_it_is_set_up_too(
        self,
        manager: FakeManager,
        daemon: FakeDaemon,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        setup = ModuleType("setup")
        setup.install = lambda: ["speech-dispatcher: module utterd"]  # type: ignore[attr-defined]
        setup.uninstall = lambda: ["speech-dispatcher: no module utterd"]  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "utterd.client.bridges.speech_dispatcher.setup", setup)
        hotkeys = ModuleType("hotkeys")
        called: list[list[str]] = []
        hotkeys.make_parser = lambda: type("P", (), {"parse": staticmethod(lambda words: words)})  # type: ignore[attr-defined]
        hotkeys.run = called.append  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "utterd.client.cli.hotkeys", hotkeys)
        assert main(["service", "install", "--speech-dispatcher", "--hotkeys"]) == 0
        assert capsys.readouterr().out.endswith("speech-dispatcher: module utterd\n")
        assert main(["service", "uninstall", "--speech-dispatcher", "--hotkeys"]) == 0
        assert "speech-dispatcher: no module utterd\n" in capsys.readouterr().out
        assert called == [["install"], ["uninstall"]]
        put_socket_back(daemon)

    def test_a_system_that_cannot_is_told_before_anything_is_done(
        self, manager: FakeManager, home: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        manager.trouble["check"] = NoServiceManager("no systemd runs for this user")
        assert main(["service", "install"]) == 4
        assert capsys.readouterr() == ("", "utterd: no systemd runs for this user\n")
        assert list(home.iterdir()) == []

    def test_trouble_comes_with_the_daemons_last_words(
        self, manager: FakeManager, home: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        log_of(home).write_text("one\nutterd: there is no output device 'nul'\n")
        manager.trouble["install"] = ServiceTrouble("the daemon could not be started")
        assert main(["service", "install"]) == 5
        assert capsys.readouterr().err == ("utterd: the daemon could not be started: there is no output device 'nul'\n")

    def test_a_daemon_that_fails_after_its_socket_was_opened_is_told(
        self, manager: FakeManager, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        install = manager.install
        monkeypatch.setattr(
            manager, "install", lambda spec: (install(spec), manager.become(ServiceState.FAILED, last_end="it hung"))
        )
        assert main(["service", "install"]) == 5
        assert (
            capsys.readouterr().err == "utterd: the daemon does not come up: it hung; `utterd service logs` says more\n"
        )

    def test_a_daemon_that_never_answers_is_not_waited_for_forever(
        self, manager: FakeManager, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(service_steps, "ANSWER_TIMEOUT_S", 0.01)
        assert main(["service", "install"]) == 5
        assert "the daemon does not come up: no daemon is listening at" in capsys.readouterr().err


class TestSteering:
    @pytest.fixture(autouse=True)
    def _installed(self, manager: FakeManager, daemon: FakeDaemon, capsys: pytest.CaptureFixture[str]) -> None:
        main(["service", "install"])
        manager.verbs.clear()
        capsys.readouterr()

    def test_started_it_says_where_it_listens(
        self, manager: FakeManager, home: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["service", "start"]) == 0
        assert capsys.readouterr().out == f"utterd 0.1.0 runs and listens at {home}/run/utterd.sock\n"
        assert manager.verbs == ["start"]

    def test_restarted_too(self, manager: FakeManager, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["service", "restart"]) == 0
        assert capsys.readouterr().out == f"utterd 0.1.0 runs anew and listens at {home}/run/utterd.sock\n"
        assert manager.verbs == ["restart"]

    def test_stopped_it_says_until_when(self, manager: FakeManager, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["service", "stop"]) == 0
        assert capsys.readouterr().out == (
            "the service is stopped, until `utterd service start`, `utterd speak` or the next login\n"
        )

    def test_one_that_is_switched_off_is_refused_with_the_way_on(
        self, manager: FakeManager, capsys: pytest.CaptureFixture[str]
    ) -> None:
        manager.trouble["start"] = SwitchedOff("the service is switched off")
        assert main(["service", "start"]) == 4
        assert capsys.readouterr().err == "utterd: the service is switched off\n"

    @pytest.mark.parametrize("action", ["start", "restart"])
    def test_a_service_of_other_places_is_not_taken_for_this_ones(
        self, action: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("UTTERD_SOCKET", "/tmp/elsewhere.sock")
        assert main(["service", action]) == 4
        assert "but here it would be /tmp/elsewhere.sock: mind UTTERD_HOME" in capsys.readouterr().err


@pytest.mark.parametrize("action", ["start", "stop", "restart"])
def test_without_an_installation_the_way_to_one_is_told(
    action: str, manager: FakeManager, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["service", action]) == 4
    assert capsys.readouterr().err == (
        "utterd: utterd is not installed as a service; `utterd service install` does that\n"
    )


class TestStatus:
    def test_what_runs_is_told_with_the_daemons_own_answer(
        self, manager: FakeManager, daemon: FakeDaemon, home: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        main(["service", "install"])
        capsys.readouterr()
        assert main(["service", "status"]) == 0
        assert capsys.readouterr().out.splitlines() == [
            "service  running, starts at login (systemd)",
            "daemon   version 0.1.0, pid 77, up 3724 s",
            f"socket   {home}/run/utterd.sock",
            f"log      {home}/log/utterd.log",
            "file     /units/utterd.service",
        ]

    def test_programs_get_the_same_as_a_document(
        self, manager: FakeManager, daemon: FakeDaemon, home: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        main(["service", "install"])
        capsys.readouterr()
        assert main(["service", "status", "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == {
            "manager": "systemd",
            "state": "running",
            "enabled": True,
            "pid": 77,
            "last_end": None,
            "current": True,
            "socket": f"{home}/run/utterd.sock",
            "log_file": f"{home}/log/utterd.log",
            "files": ["/units/utterd.service"],
            "daemon": {"version": "0.1.0", "uptime_s": 3723.5},
            "other_daemon_pid": None,
        }

    def test_what_waits_is_not_woken_by_the_question(
        self, manager: FakeManager, daemon: FakeDaemon, capsys: pytest.CaptureFixture[str]
    ) -> None:
        manager.become(ServiceState.WAITING, is_enabled=True)
        assert main(["service", "status"]) == 0
        assert daemon.connections == 0
        assert "daemon   sleeps until somebody connects" in capsys.readouterr().out

    def test_one_that_does_not_answer_is_told(
        self, manager: FakeManager, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(service_view, "ANSWER_TIMEOUT_S", 0.05)
        manager.become(ServiceState.RUNNING, pid=77)
        assert main(["service", "status"]) == 0
        assert "daemon   pid 77, does not answer" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("state", "changes", "words"),
        [
            (ServiceState.ABSENT, {}, "service  not installed; `utterd service install` does that"),
            (ServiceState.STOPPED, {"is_enabled": True}, "service  stopped, starts at login (systemd)"),
            (ServiceState.FAILED, {"last_end": "it hung"}, "note     it hung; `utterd service logs` says more"),
            (ServiceState.STOPPED, {}, "service  stopped, does not start at login (systemd)"),
            (ServiceState.STOPPED, {"is_current": False}, "would write other files; it renews them"),
        ],
    )
    def test_what_does_not_run_ends_with_three(
        self,
        manager: FakeManager,
        capsys: pytest.CaptureFixture[str],
        state: ServiceState,
        changes: dict[str, object],
        words: str,
    ) -> None:
        manager.become(state, **changes)
        assert main(["service", "status"]) == 3
        assert words in capsys.readouterr().out


class TestUninstall:
    def test_all_that_it_left_goes_and_settings_stay(
        self, manager: FakeManager, home: Path, capsys: pytest.CaptureFixture[str], daemon: FakeDaemon
    ) -> None:
        main(["service", "install"])
        log_of(home).touch()
        (home / "log" / "utterd.log.1").touch()
        (home / "run" / "utterd.lock").write_text("0\n")
        (home / "config").mkdir()
        (home / "config" / "config.toml").touch()
        capsys.readouterr()
        assert main(["service", "uninstall"]) == 0
        put_socket_back(daemon)
        assert {path.name for path in home.iterdir()} == {"config", "run"}
        assert capsys.readouterr().out.splitlines() == [
            "utterd is no longer a service; removed:",
            "  /units/utterd.service",
            f"  {home}/run",
            f"  {home}/log/utterd.log",
            f"  {home}/log/utterd.log.1",
        ]

    def test_what_was_not_installed_is_said_and_no_failure(
        self, manager: FakeManager, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["service", "uninstall"]) == 0
        assert capsys.readouterr().out == "utterd was not installed as a service\n"


class TestWrongUse:
    def test_a_system_without_services_is_told(
        self, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(service_steps, "find_manager", lambda: None)
        assert main(["service", "status"]) == 4
        assert "services are known on macOS and Linux alone" in capsys.readouterr().err

    def test_sudo_is_refused_by_name(self) -> None:
        with pytest.raises(CommandError, match="the service is to be ann's, not root's; run this without sudo"):
            refuse_sudo({"SUDO_USER": "ann"}, uid=0)
        refuse_sudo({}, uid=0)
        refuse_sudo({"SUDO_USER": "ann"}, uid=1000)

    @pytest.mark.parametrize("action", ["install", "uninstall", "start", "stop", "restart"])
    def test_no_action_is_done_by_sudo(
        self, action: str, manager: FakeManager, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("SUDO_USER", "ann")
        monkeypatch.setattr(os, "getuid", lambda: 0)
        assert main(["service", action]) == 2
        assert manager.verbs == []

    @pytest.mark.parametrize(
        ("words", "sentence"),
        [
            ([], "no action given: say install, uninstall, start, stop, restart, status or logs"),
            (["sart"], "there is no action 'sart'"),
            (["logs", "-n", "many"], "must be a whole number"),
            (["start", "now"], "unrecognized arguments: now"),
        ],
    )
    def test_it_is_one_line_and_two(self, words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["service", *words]) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert sentence in captured.err
        assert captured.err.count("\n") == 1

    @pytest.mark.parametrize("action", ["install", "uninstall", "start", "stop", "restart", "status", "logs"])
    def test_every_action_has_help_with_an_example(self, action: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["service", action, "--help"]) == 0
        assert f"example:\n  utterd service {action}" in capsys.readouterr().out
