"""The selection as macOS's accessibility tells it: of the element that has the keyboard, without touching anything.

Native text fields have AXSelectedText. Web pages answer that with an empty text and have AXSelectedTextMarkerRange.
Some programs, of Electron and Java above all, tell neither; for them there is macos_pasteboard.py.
"""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from utterd.client.selection.macos_frameworks import MacFrameworks, Reference

MESSAGING_TIMEOUT_S: Final = 0.25
"""Of one question to the program in front, whose default is 6 s: a program that hangs is not waited for."""

_SUCCESS: Final = 0
"""kAXErrorSuccess. Of the others none is more than "there is none": no such attribute, no value, no answer in time."""

_CF_RANGE: Final = 4
"""kAXValueCFRangeType."""


class _Range(ctypes.Structure):
    _fields_ = (("location", ctypes.c_long), ("length", ctypes.c_long))


@dataclass(frozen=True, slots=True)
class Told:
    """What the element in front says of its selection."""

    text: str
    is_certain: bool
    """Whether an empty text means that nothing is selected, and not that the program tells nobody."""


def is_permitted(frameworks: MacFrameworks, *, ask: bool) -> bool:
    """Has the person let this process read other programs?

    Args:
        ask: have macOS show its window that leads to the setting, and list us there.
    """
    with frameworks.string("AXTrustedCheckOptionPrompt") as key:
        keys = (Reference * 1)(key)
        values = (Reference * 1)(frameworks.constant("kCFBooleanTrue" if ask else "kCFBooleanFalse"))
        options = frameworks.call(
            "CFDictionaryCreate",
            None,
            ctypes.addressof(keys),
            ctypes.addressof(values),
            1,
            frameworks.address("kCFTypeDictionaryKeyCallBacks"),
            frameworks.address("kCFTypeDictionaryValueCallBacks"),
        )
        try:
            return bool(frameworks.call("AXIsProcessTrustedWithOptions", options))
        finally:
            frameworks.call("CFRelease", options)


def ask_focused_element(frameworks: MacFrameworks) -> Told:
    """The selection of the element that has the keyboard."""
    everywhere = frameworks.call("AXUIElementCreateSystemWide")
    try:
        frameworks.call("AXUIElementSetMessagingTimeout", everywhere, MESSAGING_TIMEOUT_S)
        with _attribute(frameworks, everywhere, "AXFocusedUIElement") as focused:
            return _selection_of(frameworks, focused) if focused else Told("", is_certain=False)
    finally:
        frameworks.call("CFRelease", everywhere)


def _selection_of(frameworks: MacFrameworks, element: int) -> Told:
    with _attribute(frameworks, element, "AXSelectedText") as selected:
        if text := frameworks.text_of(selected):
            return Told(text, is_certain=True)
        is_native = selected is not None
    with _attribute(frameworks, element, "AXSelectedTextMarkerRange") as markers:
        if markers:
            return Told(_text_between(frameworks, element, markers) or "", is_certain=False)
    return Told("", is_certain=is_native and _range_is_empty(frameworks, element))


def _text_between(frameworks: MacFrameworks, element: int, markers: int) -> str | None:
    found = Reference()
    with frameworks.string("AXStringForTextMarkerRange") as name:
        error = frameworks.call(
            "AXUIElementCopyParameterizedAttributeValue", element, name, markers, ctypes.addressof(found)
        )
    if error != _SUCCESS or not found.value:
        return None
    try:
        return frameworks.text_of(found.value)
    finally:
        frameworks.call("CFRelease", found.value)


def _range_is_empty(frameworks: MacFrameworks, element: int) -> bool:
    """A cursor, and nothing selected: told by the place of the selection, which programs do not invent."""
    with _attribute(frameworks, element, "AXSelectedTextRange") as value:
        place = _Range()
        told = value and frameworks.call("AXValueGetValue", value, _CF_RANGE, ctypes.addressof(place))
        return bool(told) and place.length == 0


@contextmanager
def _attribute(frameworks: MacFrameworks, element: int, name: str) -> Iterator[int | None]:
    """A reference to an attribute's value for as long as the block lasts; None where there is none."""
    found = Reference()
    with frameworks.string(name) as attribute:
        error = frameworks.call("AXUIElementCopyAttributeValue", element, attribute, ctypes.addressof(found))
    if error != _SUCCESS or not found.value:
        yield None
        return
    try:
        yield found.value
    finally:
        frameworks.call("CFRelease", found.value)
