"""The text that is selected in the program in front, whatever the desktop."""

import os
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, Final, Literal, get_args

from utterd.client.errors import UtterdError

Source = Literal["auto", "x11", "wayland", "macos", "stdin"]
"""Where a selection is read. `auto` finds out what this session has. `stdin`: handed over there."""

SOURCES: Final[tuple[Source, ...]] = get_args(Source)


class SelectionUnavailable(UtterdError):
    """The selection cannot be read: a tool or a permission is missing, or its owner does not answer.

    The message is one sentence for people, with what to do; it may be spoken aloud.
    """


def read_selection(source: str = "auto") -> str:
    """The selected text; empty if nothing is selected.

    Args:
        source: one of SOURCES.

    Raises:
        SelectionUnavailable: it cannot be read here.
    """
    names = [source] if source != "auto" else list(_sources_of(sys.platform, os.environ))
    problems: list[SelectionUnavailable] = []
    for back_end in _usable([_back_end(name) for name in names]):
        try:
            return str(back_end.read())
        except SelectionUnavailable as problem:
            problems.append(problem)
    raise problems[0] if problems else SelectionUnavailable(_NO_SCREEN)


def find_source() -> str:
    """The one of SOURCES that would be asked first. Reads nothing.

    Raises:
        SelectionUnavailable: none could be asked.
    """
    names = list(_sources_of(sys.platform, os.environ))
    if not names:
        raise SelectionUnavailable(_NO_SCREEN)
    usable = next((name for name in names if _back_end(name).is_available()), None)
    if usable is None:
        tools = " or ".join({"wayland": "wl-clipboard", "x11": "xclip"}.get(name, name) for name in names)
        raise SelectionUnavailable(f"nothing here can read what is selected; install {tools} with your package manager")
    return usable


_NO_SCREEN: Final = (
    "there is no screen to read a selection from, as neither DISPLAY nor WAYLAND_DISPLAY is set; "
    "run this in a desktop session"
)


def _usable(back_ends: list[Any]) -> list[Any]:
    """Those that can be asked; if that is none, all: they know what is missing."""
    return [back_end for back_end in back_ends if back_end.is_available()] or back_ends


def _sources_of(platform: str, environ: Mapping[str, str]) -> Iterator[str]:
    """Where this session's selection may be, the likeliest first."""
    if platform == "darwin":
        yield "macos"
        return
    if environ.get("WAYLAND_DISPLAY"):
        yield "wayland"
    if environ.get("DISPLAY"):  # under Wayland that of XWayland: compositors keep the two selections the same
        yield "x11"


def _back_end(name: str) -> Any:
    """A module with `is_available() -> bool` and `read() -> str`."""
    return import_module(f"utterd.client.selection.{name}")
