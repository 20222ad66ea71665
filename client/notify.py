"""Desktop notifications: for trouble that nobody would see or hear otherwise. Never for what is spoken.

They go through `notify-send` on Linux and `osascript` on macOS. Trouble may come in floods, and from many short-lived
processes (each press of a hotkey is one): what was shown lately is kept in the run folder, as hashes and times.
"""

import fcntl
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from utterd.config.paths import PathError, find_paths, make_private

WINDOW_S: Final = 60.0
"""The same notification is shown once in so long."""

MOST_IN_WINDOW: Final = 5
"""Different ones."""

TIMEOUT_S: Final = 3.0
"""A notification server that is not there holds notify-send for 25 s: D-Bus's own time-out."""

LONGEST_BODY: Final = 400
"""Characters; servers cut longer ones anyhow."""

SHOWN_FILE: Final = "notifications.json"
"""In the run folder: [[hash, seconds since the epoch], …]."""

OSASCRIPT: Final = (
    "osascript",
    *("-e", "on run argv"),
    *("-e", "display notification (item 2 of argv) with title (item 1 of argv)"),
    *("-e", "end run"),
)
"""The words come as arguments: nothing in them is AppleScript."""


def notify(title: str, body: str) -> bool:
    """Show a notification, unless the same was shown within a minute. Waits for the desktop, at most 3 s.

    Returns:
        Whether a user of this desktop can have seen it, now or within the last minute.
    """
    command = command_for(title, body, environ=os.environ, platform=sys.platform)
    if command is None:
        return False
    with _shown_lately() as shown:
        mark = hashlib.sha256(f"{title}\0{body}".encode(errors="replace")).hexdigest()[:16]
        if mark in shown:
            return True
        if len(shown) >= MOST_IN_WINDOW or not _run(command):
            return False
        shown[mark] = time.time()
        return True


def command_for(title: str, body: str, *, environ: Mapping[str, str], platform: str) -> list[str] | None:
    """The program and its arguments; None where there is no desktop to show anything on."""
    title, body = _one_line(title), _one_line(body)[:LONGEST_BODY]
    if platform == "darwin":
        return [*OSASCRIPT, title.lstrip("-"), body]
    if not any(environ.get(name) for name in ("DBUS_SESSION_BUS_ADDRESS", "WAYLAND_DISPLAY", "DISPLAY")):
        return None
    return ["notify-send", "--app-name=utterd", "--", title, _without_markup(body)]


def _one_line(text: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _without_markup(text: str) -> str:
    """Servers read the body as a little HTML, those that do not are rare."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _run(command: list[str]) -> bool:
    try:
        quiet = subprocess.DEVNULL
        return subprocess.run(command, stdin=quiet, stdout=quiet, stderr=quiet, timeout=TIMEOUT_S).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


@contextmanager
def _shown_lately() -> Iterator[dict[str, float]]:
    """Hash → when, of the last minute; what is added in the block is remembered. Two processes take turns.

    Where nothing can be written, nothing is remembered: then it is better to show too much.
    """
    try:
        run = find_paths().run
        make_private(run)
        descriptor = os.open(run / SHOWN_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except (OSError, PathError):
        yield {}
        return
    with os.fdopen(descriptor, "r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        shown = _read_shown(file.read())
        before = dict(shown)
        yield shown
        if shown != before:
            file.seek(0)
            file.truncate()
            json.dump(list(shown.items()), file)


def _read_shown(content: str) -> dict[str, float]:
    now = time.time()
    try:
        return {str(mark): float(at) for mark, at in json.loads(content or "[]") if 0 <= now - float(at) < WINDOW_S}
    except (ValueError, TypeError):
        return {}
