"""A binding's keys in the spellings of Linux desktops."""

from typing import Final

from utterd.client.hotkeys.bindings import Binding

_XKB: Final = {
    "enter": "Return", "tab": "Tab", "escape": "Escape", "backspace": "BackSpace", "insert": "Insert",
    "delete": "Delete", "home": "Home", "end": "End", "pageup": "Page_Up", "pagedown": "Page_Down", "left": "Left",
    "right": "Right", "up": "Up", "down": "Down", "pause": "Pause",
}  # fmt: skip
"""Names of xkbcommon-keysyms.h where they differ from ours by more than the case of an F."""

_QT: Final = {
    "enter": "Return", "escape": "Esc", "insert": "Ins", "delete": "Del", "pageup": "PgUp", "pagedown": "PgDown",
    "plus": "+", "minus": "-", "period": ".", "slash": "/",
}  # fmt: skip
"""QKeySequence's portable names where they are not ours with a capital."""

_SEPARATES_IN_KDE: Final = "comma"
"""The comma stands between the keys of a list in KDE's files, and cannot be quoted."""


def xkb_name(key: str) -> str:
    """Of one of KEYS: the keysym's name, as sway, Hyprland, GNOME and the portal write it."""
    if len(key) > 1 and key[0] == "f" and key[1:].isdigit():
        return key.upper()
    return _XKB.get(key, key)


def portal_trigger(binding: Binding) -> str:
    """`CTRL+ALT+s`, of the Shortcuts Specification of freedesktop.org."""
    names = {"ctrl": "CTRL", "alt": "ALT", "shift": "SHIFT", "super": "LOGO"}
    return "+".join([*(names[modifier] for modifier in binding.modifiers), xkb_name(binding.key)])


def gnome_accelerator(binding: Binding) -> str:
    """`<Control><Alt>s`, as GTK reads it."""
    names = {"ctrl": "<Control>", "alt": "<Alt>", "shift": "<Shift>", "super": "<Super>"}
    return "".join([*(names[modifier] for modifier in binding.modifiers), xkb_name(binding.key)])


def sway_keys(binding: Binding) -> str:
    """`Ctrl+Alt+s`."""
    names = {"ctrl": "Ctrl", "alt": "Alt", "shift": "Shift", "super": "Mod4"}
    return "+".join([*(names[modifier] for modifier in binding.modifiers), xkb_name(binding.key)])


def hyprland_keys(binding: Binding) -> tuple[list[str], str]:
    """(`["CTRL", "ALT"]`, `s`)."""
    return [modifier.upper() for modifier in binding.modifiers], xkb_name(binding.key)


def kde_keys(binding: Binding) -> str | None:
    """`Ctrl+Alt+S`, as Qt writes it portably; None for a key that KDE's files cannot name."""
    if binding.key == _SEPARATES_IN_KDE:
        return None
    names = {"ctrl": "Ctrl", "alt": "Alt", "shift": "Shift", "super": "Meta"}
    return "+".join(
        [*(names[modifier] for modifier in binding.modifiers), _QT.get(binding.key, binding.key.capitalize())]
    )
