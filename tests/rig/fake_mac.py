"""macOS's frameworks, played: accessibility, events, keyboard layouts and hotkeys.

It stands in for what `MacFrameworks` loads; fake_mac_objects.py has its memory, fake_mac_objc.py its Objective-C.
"""

import ctypes
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rig.fake_mac_objc import FakeObjectiveC

SUCCESS = 0
NO_VALUE = -25212
"""kAXErrorNoValue."""

AMERICAN = dict(zip(range(0x0A), "asdfhgzxcv", strict=True)) | {0x0B: "b", 0x0C: "q", 0x0D: "w", 0x1B: "-", 0x2B: ","}


@dataclass
class Element:
    """A thing on the screen, as accessibility sees it."""

    attributes: dict[str, Any] = field(default_factory=dict)
    markers: dict[Any, str] = field(default_factory=dict)
    """Text between markers of a web page."""


@dataclass
class TextRange:
    """A CFRange in an AXValue."""

    location: int
    length: int


@dataclass
class KeyEvent:
    key_code: int
    is_down: bool
    flags: int = 0


class FakeMac(FakeObjectiveC):
    """One Mac. Tests set it up by its attributes, and look at what became of it."""

    def __init__(self) -> None:
        super().__init__()
        self.is_trusted = True
        self.asked: list[bool] = []
        """Whether the person was shown the way to the setting, at each question."""
        self.focused: Element | None = None
        self.selected_by_program: str | None = None
        """What ⌘C copies in the program in front; None: nothing."""
        self.events: list[KeyEvent] = []
        self.on_copy: Callable[[], None] = lambda: None
        """Called after the program has copied."""
        self.layout: dict[int, str] | None = AMERICAN
        self.hotkeys: dict[int, tuple[int, int]] = {}
        """Id → (key code, modifiers)."""
        self.hotkey_errors: dict[tuple[int, int], int] = {}
        """(key code, modifiers) → what registering them answers."""
        self._handler: Any = None
        self._pressed = 0

    def press(self, identity: int, *, signature: int | None = None) -> None:
        """Somebody presses a hotkey while the application runs."""
        self._pressed = identity
        self._signature = signature if signature is not None else self._own_signature
        event = self._give("event", owned=False)
        self._handler(None, event, None)

    # Accessibility

    def _AXIsProcessTrustedWithOptions(self, options: int) -> int:
        self.asked.append(self._of(options)["AXTrustedCheckOptionPrompt"])
        return int(self.is_trusted)

    def _AXUIElementCreateSystemWide(self) -> int:
        return self._give(Element({"AXFocusedUIElement": self.focused}), owned=True)

    def _AXUIElementSetMessagingTimeout(self, element: int, timeout_s: float) -> int:
        assert 0 < timeout_s < 1
        return SUCCESS

    def _AXUIElementCopyAttributeValue(self, element: int, name: int, result: int) -> int:
        value = self._of(element).attributes.get(self._of(name))
        if value is None:
            return NO_VALUE
        ctypes.c_void_p.from_address(result).value = self._give(value, owned=True)
        return SUCCESS

    def _AXUIElementCopyParameterizedAttributeValue(self, element: int, name: int, value: int, result: int) -> int:
        assert self._of(name) == "AXStringForTextMarkerRange"
        text = self._of(element).markers.get(self._of(value))
        if text is None:
            return NO_VALUE
        ctypes.c_void_p.from_address(result).value = self._give(text, owned=True)
        return SUCCESS

    def _AXValueGetValue(self, value: int, kind: int, result: int) -> int:
        place = self._of(value)
        if kind != 4 or not isinstance(place, TextRange):
            return 0
        pair = (ctypes.c_long * 2).from_address(result)
        pair[0], pair[1] = place.location, place.length
        return 1

    # Events

    def _CGEventSourceCreate(self, state: int) -> int:
        assert state == -1
        return self._give("event source", owned=True)

    def _CGEventCreateKeyboardEvent(self, source: int, key_code: int, is_down: bool) -> int:
        assert self._of(source) == "event source"
        return self._give(KeyEvent(key_code, is_down), owned=True)

    def _CGEventSetFlags(self, event: int, flags: int) -> None:
        self._of(event).flags = flags

    def _CGEventPost(self, tap: int, event: int) -> None:
        assert tap == 1
        self.events.append(self._of(event))
        if self._of(event).is_down and self.selected_by_program is not None:
            self.pasteboard.set([{"public.utf8-plain-text": self.selected_by_program.encode()}])
            self.on_copy()

    # Keyboard layouts

    def _TISCopyCurrentASCIICapableKeyboardLayoutInputSource(self) -> int | None:
        return self._give("input source", owned=True)

    def _TISGetInputSourceProperty(self, source: int, name: int) -> int | None:
        assert self._of(name) == "layout data"
        return self._give(b"a layout", owned=False) if self.layout is not None else None

    def _LMGetKbdType(self) -> int:
        return 40

    def _UCKeyTranslate(
        self, layout: int, code: int, action: int, modifiers: int, keyboard: int, options: int, dead: int, most: int,
        length: int, characters: int,
    ) -> int:  # fmt: skip
        assert (action, modifiers, keyboard, options) == (3, 0, 40, 1)
        assert self.layout is not None
        typed = self.layout.get(code, "").encode("utf-16-le")
        assert len(typed) <= 2 * most
        ctypes.c_ulong.from_address(length).value = len(typed) // 2
        ctypes.memmove(characters, typed, len(typed))
        return 0

    # Hotkeys

    def _GetEventDispatcherTarget(self) -> int:
        return self._give("dispatcher target", owned=False)

    def _InstallEventHandler(self, target: int, handler: Any, count: int, kinds: int, data: None, result: None) -> int:
        assert self._of(target) == "dispatcher target"
        kind = (ctypes.c_uint32 * 2).from_address(kinds)
        assert (count, kind[0].to_bytes(4, "big"), kind[1]) == (1, b"keyb", 5)
        self._handler = handler
        return 0

    def _RegisterEventHotKey(
        self, code: int, modifiers: int, identity: Any, target: int, options: int, result: int
    ) -> int:
        if error := self.hotkey_errors.get((code, modifiers), 0):
            return error
        self.hotkeys[identity.id] = (code, modifiers)
        self._own_signature = identity.signature
        ctypes.c_void_p.from_address(result).value = self._give("hotkey", owned=False)
        return 0

    def _GetEventParameter(
        self, event: int, name: int, kind: int, actual: None, size: int, got: None, result: int
    ) -> int:
        assert (name.to_bytes(4, "big"), kind.to_bytes(4, "big"), size) == (b"----", b"hkid", 8)
        pair = (ctypes.c_uint32 * 2).from_address(result)
        pair[0], pair[1] = self._signature, self._pressed
        return 0
