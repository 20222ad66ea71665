"""What install does in which session, with stand-ins for the desktops; and that uninstall takes it back."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from utterd.client import hotkeys
from utterd.client.hotkeys import autostart, compositors, helper, instance
from utterd.client.hotkeys.bindings import Action, default_bindings
from utterd.client.hotkeys.commands import installed_command
from utterd.client.hotkeys.helper import CompilerFailed
from utterd.client.hotkeys.install import NotInstallable, install, uninstall


class Desktop:
    def __init__(self, *, is_running: bool) -> None:
        self._is_running = is_running
        self.command = None

    def is_running(self) -> bool:
        return self._is_running

    def install(self, bindings, command=installed_command) -> list[str]:
        assert bindings == default_bindings()
        self.command = command
        return ["bound the keys"]

    def uninstall(self) -> list[str]:
        return ["unbound the keys"] if self.command else []


@pytest.fixture
def session(home, monkeypatch):
    """A Linux session without a screen; the agents that were started in it."""
    started: list[list[str]] = []
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "xdg"))
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(autostart, "start_agent", lambda: started.append(autostart.agent_command()))
    monkeypatch.setattr(compositors, "COMPOSITORS", {})
    set_portal(monkeypatch, False)
    return started


def set_portal(monkeypatch, is_available: bool) -> None:
    portal = SimpleNamespace(is_available=lambda: is_available)
    monkeypatch.setitem(sys.modules, "utterd.client.hotkeys.portal", portal)
    monkeypatch.setattr(hotkeys, "portal", portal, raising=False)


@pytest.fixture
def sway(session, monkeypatch):
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-1")
    desktops = {"gnome": Desktop(is_running=False), "sway": Desktop(is_running=True)}
    monkeypatch.setattr(compositors, "COMPOSITORS", desktops)
    monkeypatch.setattr(helper, "find_reader", lambda desktop: [f"read-on-{desktop}"])
    return desktops["sway"]


class TestUnderX11:
    def test_an_agent_is_started_now_and_at_login(self, session, monkeypatch):
        monkeypatch.setenv("DISPLAY", ":0")
        done = install(default_bindings())
        assert done == [
            f"wrote {autostart.entry_path()}: the hotkeys are served from the next login on",
            "started the agent: they are served from now on, too",
        ]
        assert session == [autostart.agent_command()]

    def test_not_a_second_one(self, session, monkeypatch):
        monkeypatch.setenv("DISPLAY", ":0")
        with instance.only_agent(":0"):
            assert len(install(default_bindings())) == 1
        assert session == []

    def test_nor_where_there_is_no_screen_or_nobody_wants_it(self, session, monkeypatch):
        assert len(install(default_bindings())) == 1
        monkeypatch.setenv("DISPLAY", ":0")
        assert len(install(default_bindings(), start=False)) == 1
        assert session == []


class TestUnderWayland:
    def test_the_desktop_binds_the_keys_to_the_helper(self, session, sway, monkeypatch):
        monkeypatch.setattr(helper, "compile_helper", lambda: Path("/k"))
        assert install(default_bindings()) == ["compiled /k", "bound the keys"]
        assert sway.command(Action.STOP) == ["/k", "stop"]
        assert sway.command(Action.SPEAK) == ["sh", "-c", "read-on-sway | /k speak"]
        assert not autostart.entry_path().exists()

    def test_or_to_the_python_command(self, session, sway, monkeypatch):
        monkeypatch.setattr(helper, "compile_helper", lambda: None)
        assert install(default_bindings())[0].startswith("there is no C compiler: ")
        assert sway.command is installed_command

    def test_or_to_that_where_the_compiler_fails(self, session, sway, monkeypatch):
        def fail():
            raise CompilerFailed("cc cannot compile utterd-key: no header")

        monkeypatch.setattr(helper, "compile_helper", fail)
        assert install(default_bindings())[0].startswith("cc cannot compile utterd-key: no header; ")
        assert sway.command is installed_command

    def test_an_unknown_desktop_with_a_portal_has_an_agent(self, session, monkeypatch):
        monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-1")
        set_portal(monkeypatch, True)
        assert install(default_bindings())[0].startswith("wrote ")
        assert session

    def test_one_without_says_what_can_be_done(self, session, monkeypatch):
        monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-1")
        with pytest.raises(NotInstallable, match="see `utterd hotkeys show`"):
            install(default_bindings())

    def test_whoever_wants_an_agent_has_one(self, session, sway):
        assert install(default_bindings(), agent=True, start=False)[0].startswith("wrote ")
        assert sway.command is None


class TestOnAMac:
    @pytest.fixture
    def macos(self, session, monkeypatch):
        from utterd.client.hotkeys.macos import launch_agent, quick_action

        monkeypatch.setattr(sys, "platform", "darwin")
        monkeypatch.setattr(quick_action, "install", lambda bindings: ["wrote Quick Actions"])
        monkeypatch.setattr(quick_action, "uninstall", lambda: ["removed Quick Actions"])
        monkeypatch.setattr(launch_agent, "install", lambda: ["wrote an agent"])
        monkeypatch.setattr(launch_agent, "uninstall", lambda: ["removed an agent"])

    def test_quick_actions_do_it_or_an_agent(self, macos):
        assert install(default_bindings()) == ["wrote Quick Actions"]
        assert install(default_bindings(), agent=True) == ["wrote an agent"]

    def test_both_are_taken_back(self, macos):
        assert uninstall() == ["removed an agent", "removed Quick Actions"]


class TestUninstall:
    def test_nothing_is_nothing(self, session):
        assert uninstall() == []

    def test_all_is_taken_back(self, session, sway, monkeypatch):
        monkeypatch.setattr(helper, "find_program", lambda: Path("/opt/utterd"))
        ended: list[int] = []
        monkeypatch.setattr(instance, "end_agents", lambda: ended or [4711])
        install(default_bindings())
        install(default_bindings(), agent=True, start=False)
        done = uninstall()
        assert done[:3] == [
            "ended the agent (process 4711)",
            f"removed {autostart.entry_path()}",
            "unbound the keys",
        ]
        assert not autostart.entry_path().exists()
        assert not helper.helper_path().exists()
