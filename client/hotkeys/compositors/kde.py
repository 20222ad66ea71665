"""KDE Plasma: a .desktop file for each key, with X-KDE-Shortcuts, as its own "Add Command" makes them.

The file alone is enough from the next login on. To have it now, kglobalaccel is told to read it, the way its settings
do: by registering an action without a name, and taking that one back.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from utterd.client.hotkeys.bindings import Action, Binding
from utterd.client.hotkeys.commands import CommandFor, installed_command
from utterd.client.hotkeys.compositors.blocks import read, remove, write
from utterd.client.hotkeys.compositors.desktop_entry import desktop_entry, exec_line
from utterd.client.hotkeys.compositors.folders import data_home
from utterd.client.hotkeys.compositors.keys import kde_keys

SERVICE: Final = "org.kde.kglobalaccel"
PATH: Final = "/kglobalaccel"
INTERFACE: Final = "org.kde.KGlobalAccel"
LAUNCH: Final = "_launch"
"""The name that kglobalaccel gives to starting a .desktop file."""

TIMEOUT_S: Final = 5.0

FORGET_TIMEOUT_S: Final = 3.0
FORGET_POLL_S: Final = 0.1

_CACHE_BUILDERS: Final = ("kbuildsycoca6", "kbuildsycoca5")
"""Bring KDE's index of .desktop files up to date; by itself it notices a new one a little later."""


class Kde:
    """See `Compositor`."""

    def is_running(self) -> bool:
        return "KDE" in os.environ.get("XDG_CURRENT_DESKTOP", "").split(":")

    def snippet(self, bindings: Sequence[Binding], command: CommandFor = installed_command) -> str:
        return "\n".join(
            f"# {_file(binding.action)}\n{_entry(binding, command, keys)}"
            for binding in bindings
            if (keys := kde_keys(binding))
        )

    def install(self, bindings: Sequence[Binding], command: CommandFor = installed_command) -> list[str]:
        done = []
        wanted: dict[Action, str] = {}
        for binding in bindings:
            if keys := kde_keys(binding):
                wanted[binding.action] = _entry(binding, command, keys)
            else:
                done.append(f"KDE's files cannot name the key {binding.key}: bind {binding.keys} in System Settings")
        self._remove([action for action in Action if action not in wanted])
        changed = [action for action, entry in wanted.items() if read(_file(action)) != entry]
        _unregister([action for action in changed if _file(action).exists()])
        for action in changed:
            write(_file(action), wanted[action])
        _build_cache()
        are_read = [_wait_until_forgotten(action) and _register(action) for action in changed]
        done.append(f"wrote {len(wanted)} files org.utterd.hotkey-*.desktop into {_folder()}")
        when = "work from now on" if all(are_read) else "work from the next login on"
        done.append(f"the keys {when}; they stand in System Settings, Keyboard, Shortcuts, under Custom Commands")
        return done

    def uninstall(self) -> list[str]:
        removed = self._remove(list(Action))
        if removed:
            _build_cache()
        return [f"removed {removed} files org.utterd.hotkey-*.desktop from {_folder()}"] if removed else []

    def _remove(self, actions: Sequence[Action]) -> int:
        present = [action for action in actions if _file(action).exists()]
        _unregister(present)
        return sum(remove(_file(action)) for action in present)


def _folder() -> Path:
    return data_home() / "applications"


def _name(action: Action) -> str:
    return f"org.utterd.hotkey-{action}.desktop"


def _file(action: Action) -> Path:
    return _folder() / _name(action)


def _entry(binding: Binding, command: CommandFor, keys: str) -> str:
    return desktop_entry(
        Name=f"utterd: {binding.action.description}",
        Exec=exec_line(command(binding.action)),
        NoDisplay="true",
        StartupNotify="false",
        X_KDE_GlobalAccel_CommandShortcut="true",
        X_KDE_Shortcuts=keys,
    )


def _build_cache() -> None:
    if program := next(filter(None, map(shutil.which, _CACHE_BUILDERS)), None):
        subprocess.run([program], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)


def _register(action: Action) -> bool:
    """Have kglobalaccel read the file of this action now; whether it did."""
    name = _name(action)
    friendly = f"utterd: {action.description}"
    made = _call("doRegister", "as", ([name, "", friendly, ""],))
    return made and _call("unregister", "ss", (name, ""))


def _wait_until_forgotten(action: Action) -> bool:
    """Until kglobalaccel has dropped what it had read of this action before, if anything; whether it has.

    It does so half a second after the last key of a file was unregistered, and reads no file that it still knows.
    """
    for _ in range(round(FORGET_TIMEOUT_S / FORGET_POLL_S)):
        if not _call("getComponent", "s", (_name(action),)):
            return True
        time.sleep(FORGET_POLL_S)
    return False


def _unregister(actions: Sequence[Action]) -> None:
    """Have kglobalaccel forget their keys, those that the person chose in System Settings too."""
    for action in actions:
        _call("unregister", "ss", (_name(action), LAUNCH))


def _call(method: str, signature: str, body: tuple[Any, ...]) -> bool:
    """Whether kglobalaccel answered; outside of a KDE session nobody does."""
    try:
        from jeepney import DBusAddress, MessageType, new_method_call
        from jeepney.io.blocking import open_dbus_connection
    except ImportError:
        return False
    address = DBusAddress(PATH, bus_name=SERVICE, interface=INTERFACE)
    try:
        with open_dbus_connection(bus="SESSION") as connection:
            reply = connection.send_and_get_reply(new_method_call(address, method, signature, body), timeout=TIMEOUT_S)
    except (OSError, KeyError, EOFError, ValueError):  # TimeoutError is an OSError; the others are a bus that is none
        return False
    return reply.header.message_type is not MessageType.error
