"""What a desktop or another program runs when a key is pressed: the installed command, by its absolute path."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from utterd.client.hotkeys.bindings import Action

CommandFor = Callable[[Action], list[str]]
"""From what a key does to the program and its arguments."""

_ARGUMENTS: Final = {
    Action.SPEAK: ["selection", "--toggle"],
    Action.APPEND: ["selection"],
    Action.BACK: ["back", "sentence"],
}


def installed_command(action: Action) -> list[str]:
    """`utterd selection --toggle` and the like. The program's path is absolute: desktops have a PATH of their own."""
    return [str(find_program()), *_ARGUMENTS.get(action, ["hotkeys", "press", action.value])]


def find_program() -> Path:
    """The `utterd` of this installation; by the name that is on the PATH, if that is the same one.

    Such a name, say `~/.local/bin/utterd`, stays when an upgrade puts the installation elsewhere.
    """
    own = Path(sys.executable).with_name("utterd")
    known = shutil.which("utterd")
    return Path(known) if known and _is_same(Path(known), own) else own


def _is_same(known: Path, own: Path) -> bool:
    try:
        return known.samefile(own)
    except OSError:
        return False
