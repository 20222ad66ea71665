"""The selection of X11: what is marked with the mouse or the keyboard, without a copy (PRIMARY)."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Final

from utterd.client.selection import SelectionUnavailable

TOOLS: Final[tuple[Sequence[str], ...]] = (
    ("xclip", "-out", "-selection", "primary", "-target", "UTF8_STRING"),
    ("xsel", "--output", "--primary"),
)
"""Programs that read it where python-xlib is missing."""

TOOL_TIMEOUT_S: Final = 2.0


def is_available() -> bool:
    """Is there an X server, and something to ask it with?"""
    return bool(os.environ.get("DISPLAY")) and (_has_library() or _find_tool() is not None)


def read() -> str:
    """The selected text; empty if nothing is selected.

    Raises:
        SelectionUnavailable: it cannot be read.
    """
    if not os.environ.get("DISPLAY"):
        raise SelectionUnavailable("there is no X server: DISPLAY is not set; run this in a desktop session")
    if _has_library():
        from utterd.client.selection.x11_primary import PrimaryReader

        with PrimaryReader() as reader:
            return reader.read()
    if (tool := _find_tool()) is None:
        raise SelectionUnavailable("the selection cannot be read; install the package xclip")
    return _read_by(tool)


def _has_library() -> bool:
    return find_spec("Xlib") is not None


def _find_tool() -> Sequence[str] | None:
    return next((tool for tool in TOOLS if shutil.which(tool[0])), None)


def _read_by(tool: Sequence[str]) -> str:
    try:
        run = subprocess.run(tool, stdin=subprocess.DEVNULL, capture_output=True, timeout=TOOL_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        raise SelectionUnavailable("the program with the selected text does not answer") from None
    except OSError as error:
        raise SelectionUnavailable(f"{tool[0]} cannot be run: {error.strerror or error}") from None
    complaint = run.stderr.decode("utf-8", "replace").strip()
    if run.returncode != 0 and "display" in complaint.lower():
        raise SelectionUnavailable(f"{tool[0]} cannot reach the X server {os.environ['DISPLAY']}")
    return run.stdout.decode("utf-8", "replace")  # xclip also ends with 1 where nothing is selected
