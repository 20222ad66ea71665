"""utterd as an application of the desktop: the portal gives shortcuts only to those it knows by a .desktop file."""

from pathlib import Path
from typing import Final

from utterd.client.errors import UtterdError
from utterd.client.hotkeys.commands import find_program
from utterd.client.hotkeys.compositors.desktop_entry import desktop_entry, exec_line
from utterd.client.hotkeys.compositors.folders import data_home

APP_ID: Final = "org.utterd.Utterd"
"""The name of the .desktop file, without its ending; desktops keep the user's choice of keys under it."""


class AppUnknown(UtterdError):
    """The .desktop file cannot be written."""


def desktop_file() -> Path:
    return data_home() / "applications" / f"{APP_ID}.desktop"


def introduce() -> Path:
    """Write the .desktop file, unless the right one is there. It stays: without it the desktop forgets the keys.

    Raises:
        AppUnknown: it cannot be written.
    """
    path = desktop_file()
    wanted = desktop_entry(
        Name="utterd",
        Comment="Speaks selected text",
        Exec=exec_line([str(find_program()), "hotkeys", "run"]),
        Icon="audio-speakers",
        Categories="Utility;Accessibility;",
        NoDisplay="true",
    )
    try:
        if not path.exists() or path.read_text("utf-8") != wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted, "utf-8")
    except OSError as error:
        raise AppUnknown(f"the desktop cannot be told of utterd: {path}: {error.strerror or error}") from error
    return path


def forget() -> bool:
    """Remove the .desktop file; whether there was one."""
    path = desktop_file()
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise AppUnknown(f"{path} cannot be removed: {error.strerror or error}") from error
    return True
