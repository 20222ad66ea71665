"""The real xdg-desktop-portal, on a bus of its own, before a desktop that is played.

The portal is what programs talk to; it asks the desktop's own part, its back end, which shows dialogs and takes keys.
Debian 12 has version 1.16: of before programs had to register themselves. The bus starts it when it is called for.
"""

import os
import shutil
import signal
import tempfile
from pathlib import Path
from typing import Any, Self

import pytest
from jeepney import message_bus
from jeepney.io.blocking import open_dbus_connection
from rig.dbus_service import DBusService, variant
from rig.session_bus import SessionBus
from waiting import wait_until

PROGRAM = Path("/usr/libexec/xdg-desktop-portal")
NAME = "org.freedesktop.portal.Desktop"
BACK_END = "org.freedesktop.impl.portal.desktop.utterd"
PATH = "/org/freedesktop/portal/desktop"
SHORTCUTS = "org.freedesktop.impl.portal.GlobalShortcuts"

DESCRIPTION = f"""[portal]
DBusName={BACK_END}
Interfaces={SHORTCUTS}
UseIn=utterd
"""


class RealPortal:
    """Runs from the beginning to the end of a `with` block."""

    def __init__(self, *, answer: int = 0) -> None:
        """Args:
        answer: the back end's to BindShortcuts: 0 success, 1 cancelled by the person, 2 other.
        """
        if not PROGRAM.exists():
            pytest.skip("xdg-desktop-portal is not installed; run tests/rig/install.sh")
        self._answer = answer
        self.sessions: list[str] = []
        self.bound: list[tuple[str, dict[str, Any]]] = []

    @property
    def address(self) -> str:
        """Of the bus."""
        return self._bus.address

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="utterd-portal-", dir="/tmp"))
        (self._folder / "utterd.portal").write_text(DESCRIPTION)
        self._bus = SessionBus([self._service()]).__enter__()
        self._desktop = DBusService(self.address, BACK_END)
        for member in ("CreateSession", "BindShortcuts", "ListShortcuts"):
            self._desktop.methods[(SHORTCUTS, member)] = getattr(self, f"_{member}")
        self._desktop.methods[("org.freedesktop.DBus.Properties", "GetAll")] = self._properties
        self._desktop.start()
        return self

    def __exit__(self, *_: object) -> None:
        pid = self._pid()
        self._bus.kill()  # first: or whoever listens would have the portal started again
        if pid:
            os.kill(pid, signal.SIGKILL)
        self._desktop.close()
        self._bus.__exit__()
        shutil.rmtree(self._folder, ignore_errors=True)

    def press(self, shortcut: str) -> None:
        """Somebody presses the keys."""
        wait_until(lambda: self.sessions, what="a session")
        for member in ("Activated", "Deactivated"):
            self._desktop.emit(PATH, SHORTCUTS, member, "osta{sv}", (self.sessions[-1], shortcut, 4711, {}))

    def kill(self) -> None:
        """End the portal as a crash would."""
        pid = self._pid()
        assert pid
        os.kill(pid, signal.SIGKILL)

    def _pid(self) -> int | None:
        """None if it does not run."""
        with open_dbus_connection(bus=self.address) as connection:
            reply = connection.send_and_get_reply(message_bus.GetConnectionUnixProcessID(NAME), timeout=10)
        return reply.body[0] if isinstance(reply.body[0], int) else None

    def _service(self) -> str:
        """Has the bus start the portal, in the environment of a desktop of its own."""
        environment = {
            "XDG_DESKTOP_PORTAL_DIR": self._folder,
            "XDG_CURRENT_DESKTOP": "utterd",
            "XDG_RUNTIME_DIR": self._folder,
            "HOME": self._folder,
            "GIO_USE_VFS": "local",
        }
        assignments = " ".join(f"{name}={value}" for name, value in environment.items())
        return f"[D-BUS Service]\nName={NAME}\nExec=/usr/bin/env {assignments} {PROGRAM}\n"

    def _properties(self, sender: str, path: str, interface: str) -> tuple[str, tuple[Any, ...]]:
        return "a{sv}", ({"version": variant("u", 1)},)

    def _CreateSession(
        self, sender: str, path: str, request: str, session: str, application: str, options: Any
    ) -> tuple[str, tuple[Any, ...]]:
        self.sessions.append(session)
        return "ua{sv}", (0, {})

    def _BindShortcuts(
        self, sender: str, path: str, request: str, session: str, shortcuts: Any, window: str, options: Any
    ) -> tuple[str, tuple[Any, ...]]:
        self.bound = shortcuts
        return "ua{sv}", (self._answer, {"shortcuts": variant("a(sa{sv})", self._told())})

    def _ListShortcuts(self, sender: str, path: str, request: str, session: str) -> tuple[str, tuple[Any, ...]]:
        return "ua{sv}", (0, {"shortcuts": variant("a(sa{sv})", self._told())})

    def _told(self) -> list[tuple[str, dict[str, Any]]]:
        return [
            (name, {"description": properties["description"], "trigger_description": variant("s", "a key")})
            for name, properties in self.bound
        ]
