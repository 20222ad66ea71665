"""The agent: waits for keys, and does what they ask for; in the foreground, until the desktop session ends."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, Final

from utterd.client.cli.exits import complain
from utterd.client.errors import UtterdError
from utterd.client.hotkeys.actions import Performer
from utterd.client.hotkeys.bindings import Action, Binding
from utterd.client.selection import SelectionUnavailable, read_selection

WAYS: Final = ("x11", "portal", "carbon")
"""How keys reach a program: grabs of X11, the GlobalShortcuts portal of Wayland desktops, hotkeys of macOS."""


class NoHotkeys(UtterdError):
    """This desktop lets no program have keys; the message says what else there is."""


def find_way(platform: str = sys.platform, environ: Mapping[str, str] | None = None) -> str:
    """One of WAYS, for this session.

    Raises:
        NoHotkeys: it has none.
    """
    env = os.environ if environ is None else environ
    if platform == "darwin":
        return "carbon"
    if env.get("WAYLAND_DISPLAY"):
        from utterd.client.hotkeys import portal

        if portal.is_available():
            return "portal"
        raise NoHotkeys("this Wayland desktop gives no keys to programs; bind them with `utterd hotkeys install`")
    if env.get("DISPLAY"):
        return "x11"
    raise NoHotkeys("there is no desktop here: neither DISPLAY nor WAYLAND_DISPLAY is set; run this in a session")


def run(
    bindings: Sequence[Binding], *, way: str | None = None, on_ready: Callable[[str], None] = lambda way: None
) -> None:
    """Serve keys for as long as the desktop lasts.

    Args:
        way: one of WAYS; that of this session unless given.
        on_ready: called with it when the keys work, where that can be told.

    Raises:
        UtterdError: this desktop has no keys for us, or has ended.
    """
    if not bindings:
        raise NoHotkeys("every hotkey is empty in config.toml: there is nothing to do")
    chosen = way or find_way()
    with ExitStack() as stack:
        performer = stack.enter_context(Performer(read=_reader(chosen, stack)))
        performer.connect()
        _serve(chosen, bindings, performer.perform, lambda: on_ready(chosen))


def _serve(
    way: str, bindings: Sequence[Binding], on_action: Callable[[Action], None], on_ready: Callable[[], None]
) -> None:
    if way == "x11":
        from utterd.client.hotkeys import x11

        x11.run(bindings, on_action, on_problem=show_problem, on_ready=on_ready)
    elif way == "portal":
        from utterd.client.hotkeys import portal

        portal.run(bindings, on_action, on_problem=show_problem, on_ready=on_ready)
    else:
        from utterd.client.hotkeys.macos import carbon

        carbon.run(bindings, on_action, on_problem=show_problem, on_ready=on_ready)


def show_problem(sentence: str) -> None:
    """In words, and where the agent was started without a terminal, as a notification."""
    complain(sentence)
    from utterd.client.notify import notify

    notify("utterd hotkeys", sentence)


def _reader(way: str, stack: ExitStack) -> Callable[[], str]:
    """Reads the selection; under X11 in this very process, over a connection that is kept."""
    if way != "x11":
        return read_selection
    reader = _KeptReader()
    stack.callback(reader.close)
    return reader.read


class _KeptReader:
    """A PrimaryReader that is made when it is first needed, and anew after it has failed."""

    def __init__(self) -> None:
        self._reader: Any = None

    def read(self) -> str:
        if self._reader is None:
            from utterd.client.selection.x11_primary import PrimaryReader

            self._reader = PrimaryReader()
        try:
            return str(self._reader.read())
        except SelectionUnavailable:
            self.close()
            raise

    def close(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None
