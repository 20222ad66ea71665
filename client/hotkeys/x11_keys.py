"""From `ctrl+alt+s` to what an X server grabs: keycodes and modifier masks of the keyboard that is there now."""

from collections.abc import Iterator
from itertools import combinations
from typing import Any, Final

from Xlib import XK, X

from utterd.client.hotkeys.bindings import Binding

KEYSYMS: Final = {
    "space": "space", "enter": "Return", "tab": "Tab", "escape": "Escape", "backspace": "BackSpace",
    "insert": "Insert", "delete": "Delete", "home": "Home", "end": "End", "pageup": "Prior", "pagedown": "Next",
    "left": "Left", "right": "Right", "up": "Up", "down": "Down", "pause": "Pause", "plus": "plus",
    "minus": "minus", "comma": "comma", "period": "period", "slash": "slash",
    **{f"f{number}": f"F{number}" for number in range(1, 25)},
}  # fmt: skip
"""Our names of keys → X's; letters and digits have the same."""

US_ROWS: Final = {10: "1234567890", 24: "qwertyuiop", 38: "asdfghjkl", 52: "zxcvbnm"}
"""Keycode of the first key of each row (evdev's numbers, which every X server on Linux has) → its keys, US."""

US_PLACES: Final = {
    **{key: row + place for row, keys in US_ROWS.items() for place, key in enumerate(keys)},
    **{f"f{number}": 178 + number for number in range(13, 25)},  # where layouts have other names for them
}
"""Key → its keycode."""

_FIXED_MODIFIERS: Final = {"ctrl": X.ControlMask, "shift": X.ShiftMask}
_MAPPED_MODIFIERS: Final = {
    "alt": (("Alt_L", "Alt_R"), X.Mod1Mask),
    "super": (("Super_L", "Super_R"), X.Mod4Mask),
}
"""Keysyms that have the modifier, and the mask it has nearly everywhere, should no key have it."""

MODIFIERS_MASK: Final = X.ShiftMask | X.ControlMask | X.Mod1Mask | X.Mod4Mask
"""Without the locks, and without the bits of layouts and buttons."""


def keycodes_of(display: Any, key: str) -> list[int]:
    """Where this key is: by what is printed on it in the first layout that has it, else by its place on a US keyboard.

    Several if the keyboard has it twice; none if it does not have it at all.
    """
    keysym = XK.string_to_keysym(KEYSYMS.get(key, key))
    found = list(display.keysym_to_keycodes(keysym))
    if found:
        first = min(index for _, index in found)
        return sorted({keycode for keycode, index in found if index == first})
    return [US_PLACES[key]] if key in US_PLACES else []


def mask_of(display: Any, binding: Binding) -> int:
    """Of the modifiers that have to be held."""
    mask = 0
    for name in binding.modifiers:
        if name in _FIXED_MODIFIERS:
            mask |= _FIXED_MODIFIERS[name]
        else:
            keysyms, usual = _MAPPED_MODIFIERS[name]
            mask |= next(filter(None, (_modifier_with(display, keysym) for keysym in keysyms)), usual)
    return mask


def lock_masks(display: Any) -> list[int]:
    """Every combination of CapsLock, NumLock and ScrollLock, none of them among it: a key works with any lock on."""
    modifiers = {X.LockMask, _modifier_with(display, "Num_Lock"), _modifier_with(display, "Scroll_Lock")} - {0}
    return [sum(chosen) for count in range(len(modifiers) + 1) for chosen in combinations(sorted(modifiers), count)]


def _modifier_with(display: Any, keysym_name: str) -> int:
    """The mask of the modifier that this key sets; 0 if it sets none."""
    keysym = XK.string_to_keysym(keysym_name)
    codes = {keycode for keycode, _ in display.keysym_to_keycodes(keysym)}
    return next((mask for mask, keycodes in _modifier_map(display) if codes & set(keycodes)), 0)


def _modifier_map(display: Any) -> Iterator[tuple[int, list[int]]]:
    for index, keycodes in enumerate(display.get_modifier_mapping()):
        yield 1 << index, [keycode for keycode in keycodes if keycode]
