"""GNOME: custom keyboard shortcuts, as its Settings show them, made with gsettings."""

import ast
import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from typing import Final

from utterd.client.hotkeys.bindings import Binding
from utterd.client.hotkeys.commands import CommandFor, installed_command
from utterd.client.hotkeys.compositors.blocks import ConfigurationUnwritable
from utterd.client.hotkeys.compositors.keys import gnome_accelerator

LIST_SCHEMA: Final = "org.gnome.settings-daemon.plugins.media-keys"
LIST_KEY: Final = "custom-keybindings"
ENTRY_SCHEMA: Final = "org.gnome.settings-daemon.plugins.media-keys.custom-keybinding"
FOLDER: Final = "/org/gnome/settings-daemon/plugins/media-keys/custom-keybindings/"
OWN_PREFIX: Final = f"{FOLDER}utterd-"

TIMEOUT_S: Final = 10.0


class Gnome:
    """See `Compositor`."""

    def is_running(self) -> bool:
        return "GNOME" in os.environ.get("XDG_CURRENT_DESKTOP", "").split(":")

    def snippet(self, bindings: Sequence[Binding], command: CommandFor = installed_command) -> str:
        lines = []
        for binding in bindings:
            for key, value in _entry(binding, command).items():
                lines.append(shlex.join(["gsettings", "set", f"{ENTRY_SCHEMA}:{_path(binding)}", key, _text(value)]))
        paths = ", ".join(_text(_path(binding)) for binding in bindings)
        lines.append(
            f"# then, with the paths of shortcuts of yours before these, if `gsettings get` shows any:\n# {paths}"
        )
        lines.append(shlex.join(["gsettings", "set", LIST_SCHEMA, LIST_KEY, f"[{paths}]"]))
        return "".join(f"{line}\n" for line in lines)

    def install(self, bindings: Sequence[Binding], command: CommandFor = installed_command) -> list[str]:
        listed = _listed()
        others = [path for path in listed if not path.startswith(OWN_PREFIX)]
        done = list(_conflicts(bindings, others))
        for binding in bindings:
            for key, value in _entry(binding, command).items():
                _gsettings("set", f"{ENTRY_SCHEMA}:{_path(binding)}", key, _text(value))
        wanted = [_path(binding) for binding in bindings]
        if listed != (new := [*others, *wanted]):  # last: GNOME reads an entry when its path is listed
            _set_list(new)
        _forget(path for path in listed if path.startswith(OWN_PREFIX) and path not in wanted)
        return [*done, f"bound {len(wanted)} keys; they stand in Settings, Keyboard, under Custom Shortcuts"]

    def uninstall(self) -> list[str]:
        listed = _listed() if _is_installed() else []
        ours = [path for path in listed if path.startswith(OWN_PREFIX)]
        if not ours:
            return []
        _set_list([path for path in listed if path not in ours])
        _forget(ours)
        return [f"removed {len(ours)} custom shortcuts"]


def _is_installed() -> bool:
    """Are there settings of GNOME's on this system at all?"""
    if shutil.which("gsettings") is None:
        return False
    return subprocess.run(["gsettings", "list-keys", LIST_SCHEMA], capture_output=True).returncode == 0


def _path(binding: Binding) -> str:
    return f"{OWN_PREFIX}{binding.action}/"


def _entry(binding: Binding, command: CommandFor) -> dict[str, str]:
    return {
        "name": f"utterd: {binding.action.description}",
        "command": shlex.join(command(binding.action)),
        "binding": gnome_accelerator(binding),
    }


def _conflicts(bindings: Sequence[Binding], others: Sequence[str]) -> Iterator[str]:
    """Keys that a custom shortcut of the person's has already."""
    taken = {_get_text(path, "binding").casefold(): path for path in others}
    for binding in bindings:
        if path := taken.get(gnome_accelerator(binding).casefold()):
            name = _get_text(path, "name")
            yield f"{binding.keys} is also the key of your own shortcut {name!r}: change one of the two"


def _listed() -> list[str]:
    return _parse_list(_gsettings("get", LIST_SCHEMA, LIST_KEY))


def _set_list(paths: Sequence[str]) -> None:
    _gsettings("set", LIST_SCHEMA, LIST_KEY, f"[{', '.join(_text(path) for path in paths)}]")


def _forget(paths: Iterator[str] | Sequence[str]) -> None:
    for path in paths:
        _gsettings("reset-recursively", f"{ENTRY_SCHEMA}:{path}")


def _get_text(path: str, key: str) -> str:
    value = ast.literal_eval(_gsettings("get", f"{ENTRY_SCHEMA}:{path}", key))
    return value if isinstance(value, str) else ""


def _parse_list(printed: str) -> list[str]:
    """`['/a/', '/b/']` or `@as []`: GVariant's text form, which is Python's but for the type."""
    try:
        value = ast.literal_eval(printed.removeprefix("@as").strip())
    except (ValueError, SyntaxError):
        value = None
    if not isinstance(value, list) or not all(isinstance(path, str) for path in value):
        raise ConfigurationUnwritable(f"gsettings tells the custom shortcuts in a form that is not known: {printed!r}")
    return value


def _text(value: str) -> str:
    """A string in GVariant's text form."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _gsettings(*arguments: str) -> str:
    try:
        done = subprocess.run(["gsettings", *arguments], capture_output=True, text=True, timeout=TIMEOUT_S)
    except FileNotFoundError:
        raise ConfigurationUnwritable("the program gsettings is missing; it belongs to GLib (libglib2.0-bin)") from None
    except subprocess.TimeoutExpired:
        raise ConfigurationUnwritable(f"gsettings does not answer within {TIMEOUT_S:g} s") from None
    if done.returncode != 0:
        reason = done.stderr.strip() or f"it ends with code {done.returncode}"
        raise ConfigurationUnwritable(f"gsettings cannot change GNOME's shortcuts: {reason}")
    return done.stdout.strip()
