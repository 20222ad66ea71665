"""Hotkeys under X11: real grabs, in this process, until the X server ends."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final

from Xlib import X
from Xlib.error import ConnectionClosedError

from utterd.client.errors import UtterdError
from utterd.client.hotkeys.bindings import Action, Binding
from utterd.client.hotkeys.x11_grabs import Grabs, Problem
from utterd.client.selection.x11_display import open_display

REPEAT_GAP_MS: Final = 1
"""A held key is told as released and pressed again within the same millisecond, or the next. No finger does that."""


class ScreenEnded(UtterdError):
    """The X server has ended, and with it the hotkeys."""


def run(
    bindings: Sequence[Binding],
    on_action: Callable[[Action], None],
    on_problem: Callable[[str], None] = lambda sentence: None,
    on_ready: Callable[[], None] = lambda: None,
) -> None:
    """Call `on_action` for each press, until the X server ends.

    Args:
        on_problem: called with a sentence for each key that cannot be had; the others work.
        on_ready: called once when the keys work.

    Raises:
        NoScreen: there is no X server.
        UtterdError: no key at all can be had.
        ScreenEnded: it has ended.
    """
    display = open_display()
    keys = Keys(display, bindings)
    try:
        problems = keys.take()
        for problem in problems:
            on_problem(problem.sentence)
        if len(problems) == len(bindings):
            raise UtterdError("no hotkey can be had; is another `utterd hotkeys run` at work?")
        on_ready()
        while True:
            event = display.next_event()
            if event.type == X.MappingNotify:
                for problem in keys.remap(event):
                    on_problem(problem.sentence)
            elif action := keys.pressed(event):
                on_action(action)
    except ConnectionClosedError:
        raise ScreenEnded("the X server has ended, and the hotkeys with it") from None
    finally:
        with suppress(ConnectionClosedError):
            display.close()


class Keys:
    """Events of one X server → actions."""

    def __init__(self, display: Any, bindings: Sequence[Binding]) -> None:
        self._display = display
        self._grabs = Grabs(display, bindings)
        self._problems: list[Problem] = []
        self._released = (0, 0)
        """Keycode and time (ms of the server) of the last release."""

    def take(self) -> list[Problem]:
        """Grab the keys; what cannot be had, and has not been told before."""
        problems = self._grabs.take()
        new = [problem for problem in problems if problem not in self._problems]
        self._problems = problems
        return new

    def remap(self, event: Any) -> list[Problem]:
        """The keyboard has another layout, or is another one. As `take`."""
        if event.request == X.MappingPointer:
            return []
        self._display.refresh_keyboard_mapping(event)
        return self.take()

    def pressed(self, event: Any) -> Action | None:
        """What is to be done, if this is a press of one of the keys, and not the repetition of one that is held."""
        if event.type == X.KeyRelease:
            self._released = (event.detail, event.time)
        if event.type != X.KeyPress or self._is_repetition(event):
            return None
        return self._grabs.action_of(event.detail, event.state)

    def _is_repetition(self, event: Any) -> bool:
        keycode, time_ms = self._released
        return bool(event.detail == keycode and 0 <= event.time - time_ms <= REPEAT_GAP_MS)
