"""The helper in C, for desktops that start a process at each press: it takes a few milliseconds, Python a hundred."""

import shlex
import shutil
import subprocess
from collections.abc import Sequence
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

from utterd.client.errors import UtterdError
from utterd.client.hotkeys.bindings import Action
from utterd.client.hotkeys.commands import CommandFor, find_program, installed_command
from utterd.config.paths import find_paths

COMPILERS: Final = ("cc", "gcc", "clang")

COMPILE_TIMEOUT_S: Final = 60.0

READERS: Final[dict[str, Sequence[str]]] = {
    "wl-paste": ("wl-paste", "--primary", "--no-newline"),
    "xclip": ("xclip", "-out", "-selection", "primary"),
}
"""Programs that print the selection quickly."""


class CompilerFailed(UtterdError):
    """The helper could not be compiled; the message has the compiler's first words."""


def helper_path() -> Path:
    """Where the compiled helper is, if it is."""
    return find_paths().state / "bin" / "utterd-key"


def compile_helper(target: Path | None = None) -> Path | None:
    """Compile it; None where there is no compiler.

    Args:
        target: the file to make; `helper_path()` unless given.

    Raises:
        CompilerFailed: there is one, and it fails.
    """
    compiler = next(filter(None, map(shutil.which, COMPILERS)), None)
    if compiler is None:
        return None
    path = target or helper_path()
    new = path.with_name(path.name + ".new")  # never half a helper under the name that keys call
    define = f'-DUTTERD_COMMAND="{_c_string(str(find_program()))}"'
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with as_file(files("utterd.client.hotkeys") / "utterd-key.c") as source:
            command = [compiler, "-std=c99", "-O2", define, "-o", str(new), str(source)]
            run = subprocess.run(command, capture_output=True, text=True, timeout=COMPILE_TIMEOUT_S)
        if run.returncode == 0:
            new.replace(path)
            return path
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CompilerFailed(f"{compiler} cannot compile utterd-key: {error}") from None
    raise CompilerFailed(f"{compiler} cannot compile utterd-key: {run.stderr.strip().partition(chr(10))[0]}")


def remove_helper() -> bool:
    """Was there one?"""
    try:
        helper_path().unlink()
    except FileNotFoundError:
        return False
    return True


def helper_commands(helper: Path, reader: Sequence[str] | None) -> CommandFor:
    """What a desktop runs for each action, with the helper where that will do.

    Args:
        reader: prints the selection; without one `utterd selection` reads it.
    """

    def command(action: Action) -> list[str]:
        if action not in (Action.SPEAK, Action.APPEND):
            return [str(helper), action.value]
        if reader is None:
            return installed_command(action)
        return ["sh", "-c", f"{shlex.join(reader)} | {shlex.join([str(helper), action.value])}"]

    return command


def find_reader(desktop: str) -> Sequence[str] | None:
    """What prints the selection on this desktop without a moment's flicker; None if it is not installed."""
    name = "xclip" if desktop == "gnome" else "wl-paste"  # GNOME shows wl-paste nothing until it opens a window
    return READERS[name] if shutil.which(name) else None


def _c_string(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
