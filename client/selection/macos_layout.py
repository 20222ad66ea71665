"""Which key of a Mac's keyboard has which letter on it, in the layout that is in use.

macOS numbers keys by their place. The letters of the table are those of an American keyboard; the layout itself is
asked for what stands on the others.
"""

import ctypes
from typing import Final

from utterd.client.selection.macos_frameworks import MacFrameworks

KEY_CODES: Final = {
    "a": 0x00, "s": 0x01, "d": 0x02, "f": 0x03, "h": 0x04, "g": 0x05, "z": 0x06, "x": 0x07, "c": 0x08, "v": 0x09,
    "b": 0x0B, "q": 0x0C, "w": 0x0D, "e": 0x0E, "r": 0x0F, "y": 0x10, "t": 0x11, "1": 0x12, "2": 0x13, "3": 0x14,
    "4": 0x15, "6": 0x16, "5": 0x17, "9": 0x19, "7": 0x1A, "minus": 0x1B, "8": 0x1C, "0": 0x1D, "o": 0x1F, "u": 0x20,
    "i": 0x22, "p": 0x23, "l": 0x25, "j": 0x26, "k": 0x28, "comma": 0x2B, "slash": 0x2C, "n": 0x2D, "m": 0x2E,
    "period": 0x2F, "plus": 0x18, "enter": 0x24, "tab": 0x30, "space": 0x31, "backspace": 0x33, "escape": 0x35,
    "home": 0x73, "pageup": 0x74, "delete": 0x75, "end": 0x77, "pagedown": 0x79, "insert": 0x72, "left": 0x7B,
    "right": 0x7C, "down": 0x7D, "up": 0x7E,
    "f1": 0x7A, "f2": 0x78, "f3": 0x63, "f4": 0x76, "f5": 0x60, "f6": 0x61, "f7": 0x62, "f8": 0x64, "f9": 0x65,
    "f10": 0x6D, "f11": 0x67, "f12": 0x6F, "f13": 0x69, "f14": 0x6B, "f15": 0x71, "f16": 0x6A, "f17": 0x40,
    "f18": 0x4F, "f19": 0x50, "f20": 0x5A,
}  # fmt: skip
"""kVK_ of <HIToolbox/Events.h>; `plus` is the key with = and +, `insert` the one with Help. F21 to F24 and Pause are on
no Mac's keyboard."""

_CHARACTERS: Final = {"-": "minus", ",": "comma", "/": "slash", ".": "period", "+": "plus"}

_TYPING_KEYS: Final = range(0x33)
"""Key codes that depend on the layout lie in this range."""

_DISPLAY: Final = 3
"""kUCKeyActionDisplay: what stands on the key."""

_NO_DEAD_KEYS: Final = 1
"""kUCKeyTranslateNoDeadKeysMask."""

_LONGEST: Final = 4


def key_code_of(frameworks: MacFrameworks, key: str) -> int:
    """The code of one of the table's keys, in the layout that is in use.

    Raises:
        KeyError: no Mac's keyboard has it.
    """
    code = KEY_CODES[key]
    return _codes_of_layout(frameworks).get(key, code) if code in _TYPING_KEYS else code


def _codes_of_layout(frameworks: MacFrameworks) -> dict[str, int]:
    """Key → code, for what this layout types; empty where it cannot be asked, as with Japanese input methods."""
    source = frameworks.call("TISCopyCurrentASCIICapableKeyboardLayoutInputSource")
    if not source:
        return {}
    try:
        data = frameworks.call(
            "TISGetInputSourceProperty", source, frameworks.constant("kTISPropertyUnicodeKeyLayoutData")
        )
        if not data:
            return {}
        layout, keyboard = frameworks.call("CFDataGetBytePtr", data), frameworks.call("LMGetKbdType")
        codes: dict[str, int] = {}
        for code in _TYPING_KEYS:
            typed = _typed(frameworks, layout, keyboard, code).lower()
            codes.setdefault(_CHARACTERS.get(typed, typed), code)
        return codes
    finally:
        frameworks.call("CFRelease", source)


def _typed(frameworks: MacFrameworks, layout: int, keyboard: int, code: int) -> str:
    """What the key with this code types alone."""
    dead, length, characters = ctypes.c_uint32(0), ctypes.c_ulong(0), (ctypes.c_uint16 * _LONGEST)()
    failed = frameworks.call(
        "UCKeyTranslate",
        layout,
        code,
        _DISPLAY,
        0,
        keyboard,
        _NO_DEAD_KEYS,
        ctypes.addressof(dead),
        _LONGEST,
        ctypes.addressof(length),
        ctypes.addressof(characters),
    )
    return "" if failed else bytes(characters)[: 2 * length.value].decode("utf-16-le", "replace")
