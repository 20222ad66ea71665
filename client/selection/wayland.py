"""The primary selection of a Wayland session, through wl-paste of the package wl-clipboard.

A program without a window may read it only where the compositor offers a data-control protocol: sway, Hyprland, KDE
and most others do, GNOME does not. There XWayland is the way, since GNOME keeps the two selections the same.
"""

import os
import shutil
import subprocess
from typing import Final

from utterd.client.selection import SelectionUnavailable
from utterd.client.selection.wayland_globals import offered_interfaces

DATA_CONTROL: Final = frozenset({"ext_data_control_manager_v1", "zwlr_data_control_manager_v1"})
"""Either lets a program in the background read selections."""

PRIMARY_SELECTION: Final = frozenset(
    {"zwp_primary_selection_device_manager_v1", "gtk_primary_selection_device_manager"}
)
"""What a window needs to read it, and wl-paste opens one for a moment if it must."""

TIMEOUT_S: Final = 2.0
"""The text comes from the program that owns the selection, and that one may hang. wl-paste itself takes 10 ms."""

_NOTHING: Final = ("nothing is copied", "no selection", "no suitable type of content copied")
"""What wl-paste says, with exit code 1, where nothing is selected, or no text."""

_INSTALLERS: Final = {
    "apt-get": "sudo apt install",
    "dnf": "sudo dnf install",
    "pacman": "sudo pacman -S",
    "zypper": "sudo zypper install",
    "apk": "sudo apk add",
    "xbps-install": "sudo xbps-install",
}
"""The program of a package manager → how it installs; the package has the same name with all of them."""


def is_available() -> bool:
    """Is there a compositor that has a primary selection, and wl-paste to read it?"""
    try:
        offered = offered_interfaces()
    except OSError:
        return False
    return shutil.which("wl-paste") is not None and bool(offered & (DATA_CONTROL | PRIMARY_SELECTION))


def read() -> str:
    """The selected text; empty if nothing, or no text, is selected.

    Raises:
        SelectionUnavailable: see its own docstring.
    """
    try:
        offered = offered_interfaces()
    except OSError as error:
        reason = error.strerror or str(error)
        raise SelectionUnavailable(f"the Wayland session does not answer: {reason}") from error
    if not offered & DATA_CONTROL:
        _check_that_a_window_may_ask(offered)
    if shutil.which("wl-paste") is None:
        raise SelectionUnavailable(
            f"wl-paste is missing, and without it a selection cannot be read on Wayland; {_how_to_install()}"
        )
    return _paste()


def _check_that_a_window_may_ask(offered: frozenset[str]) -> None:
    if os.environ.get("DISPLAY"):  # read_selection asks XWayland next; wl-paste would take the focus for a moment
        raise SelectionUnavailable(
            "this desktop shows the selection to programs only through XWayland, and that does not answer; "
            "give utterd the text itself"
        )
    if not offered & PRIMARY_SELECTION:
        raise SelectionUnavailable("this desktop has no selection that a program could read; give utterd the text")


def _paste() -> str:
    command = ["wl-paste", "--primary", "--no-newline", "--type", "text"]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        raise SelectionUnavailable(
            "the program in which the text is selected does not hand it over; select it again and retry"
        ) from None
    except OSError as error:
        raise SelectionUnavailable(f"wl-paste cannot be run: {error.strerror}") from error
    if done.returncode == 0:
        return done.stdout.decode("utf-8", "replace")
    complaint = done.stderr.decode("utf-8", "replace").strip()
    if complaint.casefold().startswith(_NOTHING):
        return ""
    raise SelectionUnavailable(f"wl-paste cannot read the selection: {complaint or 'it does not say why'}")


def _how_to_install() -> str:
    found = (command for program, command in _INSTALLERS.items() if shutil.which(program))
    return f"install it with: {next(found, 'your package manager:')} wl-clipboard"
