"""kglobalaccel, KDE's service for shortcuts, is played on a real bus: it reads .desktop files when it is told to."""

import configparser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rig.dbus_service import DBusService, Refused
from rig.session_bus import SessionBus

from utterd.client.hotkeys.bindings import Action, Binding
from utterd.client.hotkeys.compositors import kde
from utterd.client.hotkeys.compositors.kde import INTERFACE, SERVICE, Kde

BINDINGS = [Binding(Action.SPEAK, "ctrl+alt+s"), Binding(Action.STOP, "super+f9")]


def command(action: Action) -> list[str]:
    return ["/opt/utter d/utterd", action.value]


class KGlobalAccel:
    """Reads a .desktop file when an action of it is first registered, as the real one of KDE 5.103 does.

    It keeps what it has read until all keys of the file are unregistered, and a moment longer.
    """

    def __init__(self, address: str, applications: Path) -> None:
        self._applications = applications
        self.keys: dict[tuple[str, str], str] = {}
        self.components: set[str] = set()
        self.forgets = True
        self._questions = 0
        self._service = DBusService(address, SERVICE)
        for member in ("doRegister", "unregister", "getComponent"):
            self._service.methods[(INTERFACE, member)] = getattr(self, f"_{member}")
        self._service.start()

    def close(self) -> None:
        self._service.close()

    def _doRegister(self, sender: str, path: str, action: list[str]) -> tuple[str, tuple[Any, ...]]:
        component, name, *_ = action
        file = self._applications / component
        if component not in self.components and file.exists():
            self.keys[component, "_launch"] = read_entry(file)["X-KDE-Shortcuts"]
        self.components.add(component)
        self.keys.setdefault((component, name), "")
        return "", ()

    def _unregister(self, sender: str, path: str, component: str, name: str) -> tuple[str, tuple[Any, ...]]:
        return "b", (self.keys.pop((component, name), None) is not None,)

    def _getComponent(self, sender: str, path: str, component: str) -> tuple[str, tuple[Any, ...]]:
        self._questions += 1
        is_empty = not any(known == component for known, _ in self.keys)
        if is_empty and self.forgets and self._questions > 1:
            self.components.discard(component)
        if component not in self.components:
            raise Refused("org.kde.kglobalaccel.NoSuchComponent")
        return "o", ("/component/x",)


def read_entry(file: Path) -> dict[str, str]:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(file)
    return dict(parser["Desktop Entry"])


@pytest.fixture
def folder(home: Path) -> Path:
    return home / ".local" / "share" / "applications"


@pytest.fixture
def session(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[KGlobalAccel]:
    """A KDE session."""
    with SessionBus() as bus:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus.address)
        service = KGlobalAccel(bus.address, folder)
        yield service
        service.close()


class TestFiles:
    def test_each_key_is_a_desktop_file_as_kde_makes_them(self, folder: Path) -> None:
        Kde().install(BINDINGS, command)
        assert sorted(path.name for path in folder.iterdir()) == [
            "org.utterd.hotkey-speak.desktop",
            "org.utterd.hotkey-stop.desktop",
        ]
        assert read_entry(folder / "org.utterd.hotkey-speak.desktop") == {
            "Type": "Application",
            "Name": "utterd: Speak the selected text, or stop",
            "Exec": '"/opt/utter d/utterd" speak',
            "NoDisplay": "true",
            "StartupNotify": "false",
            "X-KDE-GlobalAccel-CommandShortcut": "true",
            "X-KDE-Shortcuts": "Ctrl+Alt+S",
        }

    def test_outside_of_a_session_they_wait_for_the_next_login(self) -> None:
        assert Kde().install(BINDINGS, command)[-1].startswith("the keys work from the next login on;")

    def test_a_key_without_a_name_in_kdes_files_is_told_and_left_out(self, folder: Path) -> None:
        done = Kde().install([*BINDINGS, Binding(Action.BACK, "ctrl+comma")], command)
        assert done[0] == "KDE's files cannot name the key comma: bind ctrl+comma in System Settings"
        assert not (folder / "org.utterd.hotkey-back.desktop").exists()

    def test_uninstalling_leaves_nothing(self, folder: Path) -> None:
        Kde().install(BINDINGS, command)
        assert Kde().uninstall() == [f"removed 2 files org.utterd.hotkey-*.desktop from {folder}"]
        assert list(folder.iterdir()) == []
        assert Kde().uninstall() == []

    def test_the_snippet_shows_each_file_and_where_it_belongs(self, folder: Path) -> None:
        text = Kde().snippet(BINDINGS, command)
        assert text.startswith(f"# {folder}/org.utterd.hotkey-speak.desktop\n[Desktop Entry]\nType=Application\n")
        assert "X-KDE-Shortcuts=Meta+F9\n" in text


class TestARunningSession:
    def test_keys_work_at_once(self, session: KGlobalAccel) -> None:
        assert Kde().install(BINDINGS, command)[-1].startswith("the keys work from now on;")
        assert session.keys == {
            ("org.utterd.hotkey-speak.desktop", "_launch"): "Ctrl+Alt+S",
            ("org.utterd.hotkey-stop.desktop", "_launch"): "Meta+F9",
        }

    def test_another_key_takes_the_place_of_the_old_one(self, session: KGlobalAccel) -> None:
        Kde().install(BINDINGS, command)
        Kde().install([Binding(Action.SPEAK, "ctrl+alt+z")], command)
        assert session.keys == {("org.utterd.hotkey-speak.desktop", "_launch"): "Ctrl+Alt+Z"}

    def test_another_command_is_read_at_once(self, session: KGlobalAccel) -> None:
        Kde().install(BINDINGS, command)
        assert Kde().install(BINDINGS, lambda action: ["/other", action.value])[-1].startswith("the keys work from now")
        assert session.keys["org.utterd.hotkey-speak.desktop", "_launch"] == "Ctrl+Alt+S"

    def test_a_service_that_does_not_forget_has_them_from_the_next_login_on(
        self, session: KGlobalAccel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(kde, "FORGET_POLL_S", 0.01)
        monkeypatch.setattr(kde, "FORGET_TIMEOUT_S", 0.02)
        Kde().install(BINDINGS, command)
        session.forgets = False
        done = Kde().install([Binding(Action.SPEAK, "ctrl+alt+z")], command)
        assert done[-1].startswith("the keys work from the next login on")

    def test_doing_it_again_leaves_a_key_that_was_changed_in_system_settings(self, session: KGlobalAccel) -> None:
        Kde().install(BINDINGS, command)
        session.keys["org.utterd.hotkey-speak.desktop", "_launch"] = "F12"
        Kde().install(BINDINGS, command)
        assert session.keys["org.utterd.hotkey-speak.desktop", "_launch"] == "F12"

    def test_uninstalling_frees_the_keys(self, session: KGlobalAccel) -> None:
        Kde().install(BINDINGS, command)
        Kde().uninstall()
        assert session.keys == {}


def test_it_is_running_where_the_desktop_is_kde(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not Kde().is_running()
    monkeypatch.setenv("XDG_CURRENT_DESKTOP", "KDE")
    assert Kde().is_running()
