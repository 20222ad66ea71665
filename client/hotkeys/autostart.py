"""Starts the agent at login: an entry of the XDG autostart folder.

Not a systemd unit bound to graphical-session.target: only GNOME and KDE reach that target, while every desktop reads
this folder, and systemd makes units of its entries where it runs the session. The entry also inherits the session's
DISPLAY, which a user unit has only where somebody imported it.
"""

import os
import subprocess
from pathlib import Path
from typing import Final

from utterd.client.autostart import detachment
from utterd.client.errors import UtterdError
from utterd.client.hotkeys.commands import find_program
from utterd.client.hotkeys.compositors.desktop_entry import desktop_entry, exec_line

FILE: Final = "utterd-hotkeys.desktop"


class AutostartUnwritable(UtterdError):
    """The entry cannot be written; the message names it and the reason."""


def entry_path() -> Path:
    """Where the entry is, if it is."""
    given = os.environ.get("XDG_CONFIG_HOME", "")
    config = Path(given) if given.startswith("/") else Path.home() / ".config"
    return config / "autostart" / FILE


def agent_command() -> list[str]:
    return [str(find_program()), "hotkeys", "run"]


def add_entry() -> Path:
    """Write it.

    Raises:
        AutostartUnwritable: see there.
    """
    path = entry_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_entry(), "utf-8")
    except OSError as error:
        raise AutostartUnwritable(f"cannot write {path}: {error.strerror or error}") from None
    return path


def remove_entry() -> bool:
    """Was there one?"""
    try:
        entry_path().unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise AutostartUnwritable(f"cannot remove {entry_path()}: {error.strerror or error}") from None
    return True


def _entry() -> str:
    return desktop_entry(
        Name="utterd hotkeys",
        Comment="Keys that have the selected text spoken",
        Exec=exec_line([*_environment(), *agent_command()]),
        NoDisplay="true",
        StartupNotify="false",
    )


def _environment() -> list[str]:
    """What leads the agent to where this user's clients look, if that is not the usual place."""
    names = ("UTTERD_HOME", "UTTERD_SOCKET")
    given = [f"{name}={Path(os.environ[name]).expanduser().absolute()}" for name in names if os.environ.get(name)]
    return ["env", *given] if given else []


def start_agent() -> "subprocess.Popen[bytes]":
    """Start it now, apart from this terminal."""
    quiet = subprocess.DEVNULL
    return subprocess.Popen(agent_command(), stdin=quiet, stdout=quiet, stderr=quiet, cwd="/", **detachment())
