"""The keys that are ours on an X server: taken, given back, taken anew when the keyboard changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from Xlib import X
from Xlib.error import BadAccess, CatchError

from utterd.client.hotkeys.bindings import Action, Binding
from utterd.client.hotkeys.x11_keys import keycodes_of, lock_masks, mask_of

Place = tuple[int, int]
"""Keycode, and the modifiers that are held, with locks."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Keys that do nothing, and why, as a sentence."""

    binding: Binding
    sentence: str


class Grabs:
    """Passive grabs on the root window: the server tells us alone when one of these keys is pressed."""

    def __init__(self, display: Any, bindings: Sequence[Binding]) -> None:
        self._display = display
        self._root = display.screen().root
        self._places: dict[Binding, frozenset[Place]] = dict.fromkeys(bindings, frozenset())
        """Where each key is; empty if it cannot be had."""
        self._actions: dict[Place, Action] = {}

    def take(self) -> list[Problem]:
        """Grab the keys where they are now, and only there; which of them cannot be had.

        What stays where it was is never let go, not for a moment.
        """
        locks = lock_masks(self._display)
        wanted = {binding: self._find(binding, locks) for binding in self._places}
        for binding, places in self._places.items():
            if places != wanted[binding]:
                self._release(places)
                self._places[binding] = frozenset()
        problems = [self._take(binding, places) for binding, places in wanted.items() if not self._places[binding]]
        self._actions = {place: binding.action for binding, places in self._places.items() for place in places}
        return [problem for problem in problems if problem]

    def action_of(self, keycode: int, state: int) -> Action | None:
        """What a press means; the bits of mouse buttons and layouts do not matter."""
        return self._actions.get((keycode, state & 0xFF))

    def _find(self, binding: Binding, locks: Sequence[int]) -> frozenset[Place]:
        """Where a key is; empty if this keyboard does not have it."""
        mask = mask_of(self._display, binding)
        keycodes = keycodes_of(self._display, binding.key)
        return frozenset((keycode, mask | lock) for keycode in keycodes for lock in locks)

    def _take(self, binding: Binding, places: frozenset[Place]) -> Problem | None:
        if not places:
            return Problem(binding, f"this keyboard has no key {binding.key} for {binding.keys}; {_how(binding)}")
        errors = [self._grab(keycode, modifiers) for keycode, modifiers in places]
        self._display.sync()
        if any(error.get_error() for error in errors):
            # All or nothing: a key that works only while NumLock is on would be worse than one that never does.
            self._release(places)
            return Problem(binding, f"{binding.keys} is taken by another program; {_how(binding)}")
        self._places[binding] = places
        return None

    def _release(self, places: frozenset[Place]) -> None:
        for keycode, modifiers in places:
            self._root.ungrab_key(keycode, modifiers)

    def _grab(self, keycode: int, modifiers: int) -> CatchError:
        error = CatchError(BadAccess)
        self._root.grab_key(keycode, modifiers, False, X.GrabModeAsync, X.GrabModeAsync, onerror=error)
        return error


def _how(binding: Binding) -> str:
    return f"set hotkeys.{binding.action} in config.toml to another key"
