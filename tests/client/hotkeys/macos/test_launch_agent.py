"""launchctl is played by a program that notes what it is asked."""

import plistlib
from pathlib import Path

import pytest
from rig.launchd_keys import faults

from utterd.client.hotkeys.commands import find_program
from utterd.client.hotkeys.macos import launch_agent
from utterd.client.hotkeys.macos.launch_agent import LABEL, AgentTrouble, agent_file, agent_plist, install, uninstall
from utterd.launchd.job import Job
from utterd.launchd.launchctl import Launchctl


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("UTTERD_HOME", str(tmp_path / "u"))
    monkeypatch.delenv("UTTERD_SOCKET", raising=False)
    return tmp_path


class PlayedLaunchctl:
    """Keeps one job; `answer` is what bootstrap comes to."""

    def __init__(self, folder: Path, answer: int = 0) -> None:
        self._calls, loaded = folder / "calls", folder / "loaded"
        program = folder / "launchctl"
        program.write_text(
            f"""#!/bin/sh
echo "$@" >> {self._calls}
case $1 in
bootstrap) [ {answer} = 0 ] && touch {loaded}; exit {answer} ;;
bootout) [ -e {loaded} ] || exit 3; rm {loaded} ;;
print) [ -e {loaded} ] || exit 113; echo '  state = running' ;;
esac
"""
        )
        program.chmod(0o755)
        self.control = Launchctl(501, str(program))
        self.job = Job(self.control, LABEL, agent_file(), sleep=lambda duration_s: None)

    def calls(self) -> list[str]:
        return [line.split()[0] for line in self._calls.read_text().splitlines()] if self._calls.exists() else []


class TestThePropertyList:
    def test_it_is_one_of_the_session_with_a_screen_and_comes_again_when_it_fails(self) -> None:
        plist = agent_plist(Path("/opt/utterd"), Path("/log/hotkeys.log"), {"UTTERD_SOCKET": "/s"})
        assert plist["ProgramArguments"] == ["/opt/utterd", "hotkeys", "run"]
        assert plist["Label"] == LABEL == "utterd.hotkeys"
        assert plist["ProcessType"] == "Interactive"
        assert plist["LimitLoadToSessionType"] == "Aqua"
        assert plist["KeepAlive"] == {"SuccessfulExit": False}
        assert plist["Umask"] == 0o077
        assert all(isinstance(value, str) for value in plist["EnvironmentVariables"].values())

    def test_the_checker_of_property_lists_finds_no_fault(self) -> None:
        plist = agent_plist(Path("/opt/utterd"), Path("/log/hotkeys.log"), {"UTTERD_SOCKET": "/s"})
        assert faults(plist, agent_file().name) == []

    def test_its_file_has_the_name_of_the_label(self, home: Path) -> None:
        assert agent_file() == home / "Library" / "LaunchAgents" / "utterd.hotkeys.plist"


class TestInstalling:
    def test_the_file_is_written_the_log_folder_made_and_the_job_loaded(self, tmp_path: Path) -> None:
        played = PlayedLaunchctl(tmp_path)
        assert install(played.job, played.control)[0] == f"wrote {agent_file()}"
        plist = plistlib.loads(agent_file().read_bytes())
        assert plist["ProgramArguments"][0] == str(find_program())
        assert plist["EnvironmentVariables"]["UTTERD_HOME"] == str(tmp_path / "u")
        assert Path(plist["StandardErrorPath"]).parent.is_dir()
        assert "bootstrap" in played.calls()

    def test_doing_it_again_leaves_the_running_one_alone(self, tmp_path: Path) -> None:
        played = PlayedLaunchctl(tmp_path)
        install(played.job, played.control)
        before = played.calls()
        install(played.job, played.control)
        assert set(played.calls()[len(before) :]) == {"enable", "print"}

    def test_what_launchd_says_is_passed_on(self, tmp_path: Path) -> None:
        played = PlayedLaunchctl(tmp_path, answer=125)
        with pytest.raises(
            AgentTrouble, match=r"^the hotkeys' agent: macOS runs agents only for a user who is logged in"
        ):
            install(played.job, played.control)


class TestUninstalling:
    def test_it_is_ended_and_its_file_removed(self, tmp_path: Path) -> None:
        played = PlayedLaunchctl(tmp_path)
        install(played.job, played.control)
        assert uninstall(played.job) == [f"removed {agent_file()}"]
        assert not agent_file().exists()
        assert played.calls()[-2:] == ["bootout", "print"]

    def test_where_nothing_was_nobody_is_asked(self, tmp_path: Path) -> None:
        played = PlayedLaunchctl(tmp_path)
        assert uninstall(played.job) == []
        assert played.calls() == []


def test_without_launchctl_it_is_a_sentence(tmp_path: Path) -> None:
    control = Launchctl(501, str(tmp_path / "nothing"))
    with pytest.raises(AgentTrouble, match="launchctl was not found"):
        launch_agent.install(Job(control, LABEL, agent_file()), control)
