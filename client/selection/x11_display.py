"""A connection to the X server."""

import os
from typing import Any

from Xlib.display import Display
from Xlib.error import DisplayError, XauthError, XNoAuthError

from utterd.client.errors import UtterdError


class NoScreen(UtterdError):
    """The X server cannot be reached; the message says which, and why."""


def open_display(name: str | None = None) -> Display:
    """A connection that says nothing of errors which nobody waits for.

    Args:
        name: `:0`; that of the environment unless given.

    Raises:
        NoScreen: there is no such X server, or it does not let us in.
    """
    name = name or os.environ.get("DISPLAY") or ""
    if not name:
        raise NoScreen("there is no X server: DISPLAY is not set; run this in a desktop session")
    try:
        display = Display(name)
    except (DisplayError, XauthError, XNoAuthError, OSError, OverflowError) as error:
        raise NoScreen(f"cannot reach the X server {name}: {_one_line(error)}") from None
    display.set_error_handler(_ignore)
    return display


def _ignore(error: Any, request: Any) -> None:
    """Of a window that has gone away meanwhile, for example. python-xlib would print it."""


def _one_line(error: Exception) -> str:
    said = getattr(error, "msg", b"") or str(error)
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return " ".join(text.split()) or type(error).__name__
