"""KDE's own service for shortcuts, on an X server of the test's own, where a real key is pressed."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from rig.session_bus import SessionBus
from rig.x11 import Screen
from waiting import wait_until

from utterd.client.hotkeys.bindings import Action, Binding
from utterd.client.hotkeys.commands import CommandFor
from utterd.client.hotkeys.compositors.kde import INTERFACE, PATH, SERVICE, Kde

BINDINGS = [Binding(Action.SPEAK, "ctrl+alt+s"), Binding(Action.STOP, "ctrl+alt+q")]


class Session:
    """A desktop on which kglobalaccel runs."""

    def __init__(self, screen: Screen, home: Path) -> None:
        self._screen = screen
        self._pressed = home / "pressed"
        self._program = home / "a program"
        self._program.write_text(f"#!/bin/sh\necho $1 >> {self._pressed}\n")
        self._program.chmod(0o755)
        self._home = home
        self.start()

    def start(self) -> None:
        environ = {
            **os.environ,
            "XDG_CURRENT_DESKTOP": "KDE",
            "QT_QPA_PLATFORM": "xcb",
            "XDG_RUNTIME_DIR": str(self._home),
        }
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(["kglobalaccel5"], env=environ, stdout=quiet, stderr=quiet)
        wait_until(self._answers, what="kglobalaccel to answer")

    def end(self) -> None:
        """As at logout, which is some time after the last change: it writes its file half a second after it."""
        file = self._home / ".config" / "kglobalshortcutsrc"
        wait_until(lambda: file.exists() and "org.utterd.hotkey" in file.read_text(), what="kglobalaccel to write")
        self.kill()

    def kill(self) -> None:
        self._process.terminate()
        self._process.wait(20)

    def press(self, keys: str) -> None:
        self._screen.press(keys)

    def command(self, action: Action) -> list[str]:
        """Notes that it was run."""
        return [str(self._program), action.value]

    def wait_for(self, *actions: str) -> None:
        """Until these have been run, and no others."""
        wait_until(lambda: self._run() == list(actions), what=f"{actions}, not {self._run()}")

    def _run(self) -> list[str]:
        return self._pressed.read_text().split() if self._pressed.exists() else []

    def _answers(self) -> bool:
        call = ["gdbus", "call", "--session", "-d", SERVICE, "-o", PATH, "-m", f"{INTERFACE}.allMainComponents"]
        return subprocess.run(call, capture_output=True).returncode == 0


@pytest.fixture
def session(screen: Screen, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    if missing := [name for name in ("kglobalaccel5", "kbuildsycoca5", "gdbus") if shutil.which(name) is None]:
        pytest.skip(f"not installed: {', '.join(missing)} (libkf5globalaccel-bin, libkf5service-bin, libglib2.0-bin)")
    with SessionBus() as bus:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus.address)
        running = Session(screen, home)
        yield running
        running.kill()


def test_keys_work_at_once_and_after_the_next_login(session: Session) -> None:
    command: CommandFor = session.command
    assert Kde().install(BINDINGS, command)[-1].startswith("the keys work from now on")
    session.press("ctrl+alt+s")
    session.wait_for("speak")
    session.end()
    session.start()
    session.press("ctrl+alt+q")
    session.wait_for("speak", "stop")


def test_another_key_takes_the_place_of_the_old_one(session: Session) -> None:
    Kde().install(BINDINGS, session.command)
    Kde().install([Binding(Action.SPEAK, "ctrl+alt+z"), BINDINGS[1]], session.command)
    session.press("ctrl+alt+s")
    session.press("ctrl+alt+z")
    session.wait_for("speak")
    session.press("ctrl+alt+q")
    session.wait_for("speak", "stop")


def test_after_uninstalling_they_do_nothing(session: Session) -> None:
    Kde().install(BINDINGS, session.command)
    Kde().uninstall()
    session.press("ctrl+alt+s")
    Kde().install(BINDINGS[1:], session.command)
    session.press("ctrl+alt+q")
    session.wait_for("stop")
