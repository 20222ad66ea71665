"""The default on macOS: a Quick Action for each key, in ~/Library/Services. No permission is needed for it.

macOS hands the selected text over itself, so nothing has to be read from other programs. The key is written where
System Settings writes it, into the preferences of pbs, which keeps the Services menu.
"""

import os
import plistlib
import shlex
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from utterd.client.errors import UtterdError
from utterd.client.hotkeys.bindings import Action, Binding
from utterd.client.hotkeys.commands import CommandFor, installed_command
from utterd.client.hotkeys.macos.workflow import document, info_plist
from utterd.config.service import ServiceTrouble, write_whole

TITLES: Final = {
    Action.SPEAK: "Speak or Stop with utterd",
    Action.APPEND: "Speak Later with utterd",
    Action.PAUSE: "Pause or Resume utterd",
    Action.BACK: "Repeat the Sentence with utterd",
    Action.FASTER: "Faster with utterd",
    Action.SLOWER: "Slower with utterd",
    Action.STOP: "Stop utterd",
}
"""What the Services menu shows."""

_TAKE_TEXT: Final = frozenset({Action.SPEAK, Action.APPEND})

PBS: Final = "/System/Library/CoreServices/pbs"
DOMAIN: Final = "pbs"
STATUS: Final = "NSServicesStatus"

TIMEOUT_S: Final = 20.0

_MODIFIERS: Final = {"super": "@", "ctrl": "^", "alt": "~", "shift": "$"}

_FUNCTION_KEYS: Final = {
    "up": 0xF700, "down": 0xF701, "left": 0xF702, "right": 0xF703, "insert": 0xF727, "delete": 0xF728, "home": 0xF729,
    "end": 0xF72B, "pageup": 0xF72C, "pagedown": 0xF72D, "pause": 0xF730,
    **{f"f{number}": 0xF703 + number for number in range(1, 25)},
}  # fmt: skip
"""NSUpArrowFunctionKey and its like, of <AppKit/NSEvent.h>."""

_CHARACTERS: Final = {
    "space": " ", "enter": "\r", "tab": "\t", "escape": "\x1b", "backspace": "\x08", "plus": "+", "minus": "-",
    "comma": ",", "period": ".", "slash": "/",
    **{name: chr(code) for name, code in _FUNCTION_KEYS.items()},
}  # fmt: skip

Run = Callable[[Sequence[str], bytes], bytes]
"""Runs a program of macOS with this on its standard input; what it printed."""


class QuickActionTrouble(UtterdError):
    """macOS's own tools, or the folder of services, cannot be used; the message says which and why."""


def run_program(command: Sequence[str], standard_input: bytes) -> bytes:
    """Raises:
    QuickActionTrouble: it is missing, fails, or does not come back.
    """
    try:
        done = subprocess.run(command, input=standard_input, capture_output=True, timeout=TIMEOUT_S)
    except FileNotFoundError:
        raise QuickActionTrouble(f"{command[0]} was not found; is this macOS?") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise QuickActionTrouble(f"{command[0]} cannot be run: {error}") from error
    if done.returncode != 0:
        reason = done.stderr.decode("utf-8", "replace").strip() or f"code {done.returncode}"
        raise QuickActionTrouble(f"{' '.join(command[:2])} failed: {reason}")
    return done.stdout


def install(bindings: Sequence[Binding], command: CommandFor | None = None, *, run: Run = run_program) -> list[str]:
    """Make a Quick Action for each binding, and no other of ours; what was done and is left to do, a sentence each.

    Args:
        command: what the keys run; for those that take text it reads standard input. The installed command if absent.

    Raises:
        QuickActionTrouble: see there.
    """
    wanted = {binding.action for binding in bindings}
    _remove_bundles([action for action in Action if action not in wanted])
    for binding in bindings:
        _write_bundle(binding.action, shlex.join((command or services_command)(binding.action)))
    _set_keys({binding.action: key_equivalent(binding) for binding in bindings}, run)
    _tell_macos(run)
    return [
        f"wrote {len(bindings)} Quick Actions into {services_folder()}",
        "the keys stand in System Settings, Keyboard, Keyboard Shortcuts, Services, and can be changed there",
        "programs that run now see them when they are started anew; if a key does nothing then, log out and in once",
    ]


def uninstall(*, run: Run = run_program) -> list[str]:
    """Remove all of ours; what was done, and nothing if there was nothing.

    Raises:
        QuickActionTrouble: see there.
    """
    removed = _remove_bundles(list(Action))
    if not removed:
        return []
    _set_keys({}, run)
    _tell_macos(run)
    return [f"removed {removed} Quick Actions from {services_folder()}"]


def services_folder() -> Path:
    return Path(os.environ.get("HOME", "~")).expanduser() / "Library" / "Services"


def bundle_path(action: Action) -> Path:
    return services_folder() / f"{TITLES[action]}.workflow"


def services_command(action: Action) -> list[str]:
    """As `installed_command`; text comes on standard input."""
    source = ["--source", "stdin"] if action in _TAKE_TEXT else []
    return [*installed_command(action), *source]


def key_equivalent(binding: Binding) -> str:
    """`^~s`: modifiers, then the character that the key types, or the one that AppKit has for it."""
    modifiers = [_MODIFIERS[name] for name in binding.modifiers]
    return "".join([*modifiers, _CHARACTERS.get(binding.key, binding.key)])


def status_name(action: Action) -> str:
    """Under which the preferences of pbs have a service: bundle, title and message."""
    return f"(null) - {TITLES[action]} - runWorkflowAsService"


def _write_bundle(action: Action, command: str) -> None:
    contents, title, takes_text = bundle_path(action) / "Contents", TITLES[action], action in _TAKE_TEXT
    try:
        write_whole(contents / "Info.plist", plistlib.dumps(info_plist(title, takes_text=takes_text)))
        write_whole(
            contents / "document.wflow", plistlib.dumps(document(title, f"exec {command}", takes_text=takes_text))
        )
    except ServiceTrouble as trouble:
        raise QuickActionTrouble(str(trouble)) from trouble


def _remove_bundles(actions: Sequence[Action]) -> int:
    present = [path for action in actions if (path := bundle_path(action)).is_dir()]
    for path in present:
        try:
            shutil.rmtree(path)
        except OSError as error:
            raise QuickActionTrouble(f"cannot remove {path}: {error.strerror or error}") from error
    return len(present)


def _set_keys(keys: dict[Action, str], run: Run) -> None:
    """Have these keys, and no others of ours, among what the person has set for services."""
    try:
        preferences: dict[str, Any] = plistlib.loads(run(["defaults", "export", DOMAIN, "-"], b""))
        status = dict(preferences.get(STATUS, {}))
    except (ValueError, TypeError, AttributeError) as error:  # of plistlib: every kind of damage is a ValueError
        raise QuickActionTrouble(f"the preferences of {DOMAIN} cannot be read: {error}") from error
    ours = {status_name(action): _service_status(key) for action, key in keys.items()}
    others = {name: value for name, value in status.items() if name not in map(status_name, Action)}
    if (new := {**others, **ours}) != status:
        run(["defaults", "import", DOMAIN, "-"], plistlib.dumps({**preferences, STATUS: new}))


def _service_status(key: str) -> dict[str, Any]:
    return {
        "enabled_context_menu": True,  # before macOS 14; the two modes say the same since
        "enabled_services_menu": True,
        "key_equivalent": key,
        "presentation_modes": {"ContextMenu": True, "ServicesMenu": True},
    }


def _tell_macos(run: Run) -> None:
    """Have the Services menu read anew."""
    for option in ("-flush", "-update"):
        run([PBS, option], b"")
