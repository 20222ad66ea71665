"""macOS's frameworks, played: objects with reference counts, accessibility, the pasteboard, events and hotkeys.

It stands in for what `MacFrameworks` loads. Every call is checked against the types that were declared for it, and
every object that is given out to be released has to be released once: `leaks()` tells of those that were not.
"""

import ctypes
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

SUCCESS = 0
NO_VALUE = -25212
"""kAXErrorNoValue."""

GLOBALS = {"kCFBooleanTrue": True, "kCFBooleanFalse": False, "kTISPropertyUnicodeKeyLayoutData": "layout data"}

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
class Pasteboard:
    items: list[dict[str, bytes]] = field(default_factory=list)
    count: int = 1

    def set(self, items: list[dict[str, bytes]]) -> None:
        self.items = items
        self.count += 1


@dataclass
class PasteboardItem:
    contents: dict[str, bytes] = field(default_factory=dict)


@dataclass
class KeyEvent:
    key_code: int
    is_down: bool
    flags: int = 0


class FakeMac:
    """One Mac. Tests set it up by its attributes, and look at what became of it."""

    def __init__(self) -> None:
        self.is_trusted = True
        self.asked: list[bool] = []
        """Whether the person was shown the way to the setting, at each question."""
        self.focused: Element | None = None
        self.pasteboard = Pasteboard()
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
        self.has_screen = True
        self.policy: int | None = None
        self.while_running: Callable[[], None] = lambda: None
        """What happens while the application runs."""
        self._numbers = itertools.count(0x1_0000_0000, 16)  # as on a Mac, not to be kept in an int
        self._objects: dict[int, Any] = {}
        self._counts: dict[int, int] = {}
        self._kept: list[Any] = []
        self._pools = 0
        self._handler: Any = None
        self._pressed = 0

    def __getitem__(self, name: str) -> "_Function":
        return _Function(name, getattr(self, f"_{name}"))

    def address(self, name: str) -> int:
        value = GLOBALS.get(name, name)
        holder = ctypes.c_void_p(self._give(value, owned=False))
        self._kept.append(holder)
        return ctypes.addressof(holder)

    def leaks(self) -> list[Any]:
        """What was given out to be released, and was not."""
        assert self._pools == 0, "an autorelease pool is left open"
        return [self._objects[number] for number, count in self._counts.items() if count]

    def press(self, identity: int, *, signature: int | None = None) -> None:
        """Somebody presses a hotkey while the application runs."""
        self._pressed = identity
        self._signature = signature if signature is not None else self._own_signature
        event = self._give("event", owned=False)
        self._handler(None, event, None)

    def _give(self, value: Any, *, owned: bool) -> int:
        number = next(self._numbers)
        self._objects[number] = value
        if owned:
            self._counts[number] = 1
        return number

    def _of(self, number: int | None) -> Any:
        assert number, "a reference to nothing"
        assert self._counts.get(number, 1) > 0, f"used after its release: {self._objects[number]!r}"
        return self._objects[number]

    # Core Foundation

    def _CFRelease(self, number: int) -> None:
        assert self._counts.get(number, 0) > 0, f"released too often: {self._objects[number]!r}"
        self._counts[number] -= 1

    def _CFGetTypeID(self, number: int) -> int:
        return 7 if isinstance(self._of(number), str) else 99

    def _CFStringGetTypeID(self) -> int:
        return 7

    def _CFStringCreateWithBytes(self, allocator: None, data: bytes, length: int, encoding: int, external: int) -> int:
        assert encoding == 0x0800_0100
        return self._give(data[:length].decode(), owned=True)

    def _CFStringCreateExternalRepresentation(self, allocator: None, text: int, encoding: int, loss: int) -> int:
        return self._give(self._of(text).encode(), owned=True)

    def _CFDataGetLength(self, data: int) -> int:
        return len(self._of(data))

    def _CFDataGetBytePtr(self, data: int) -> int:
        buffer = ctypes.create_string_buffer(self._of(data))
        self._kept.append(buffer)
        return ctypes.addressof(buffer)

    def _CFDictionaryCreate(self, allocator: None, keys: int, values: int, count: int, a: int, b: int) -> int:
        assert (self._of(_reference_at(a)), self._of(_reference_at(b))) == (
            "kCFTypeDictionaryKeyCallBacks",
            "kCFTypeDictionaryValueCallBacks",
        )
        pairs = {
            self._of(_reference_at(keys + 8 * index)): self._of(_reference_at(values + 8 * index))
            for index in range(count)
        }
        return self._give(pairs, owned=True)

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

    # Objective-C

    def _objc_getClass(self, name: bytes) -> int:
        return self._give(f"class {name.decode()}", owned=False)

    def _sel_registerName(self, name: bytes) -> int:
        return self._give(name.decode(), owned=False)

    def _objc_autoreleasePoolPush(self) -> int:
        self._pools += 1
        return self._give("pool", owned=False)

    def _objc_autoreleasePoolPop(self, pool: int) -> None:
        assert self._of(pool) == "pool"
        self._pools -= 1

    def _objc_msgSend(self, receiver: int, selector: int, *arguments: Any) -> Any:
        target, message = self._of(receiver), self._of(selector)
        kind = target if isinstance(target, str) else type(target).__name__
        return getattr(self, f"_send_{kind.replace('class ', '')}_{message.replace(':', '_')}")(target, *arguments)

    def _autoreleased(self, value: Any) -> int:
        assert self._pools, f"{value!r} would never be released: there is no autorelease pool"
        return self._give(value, owned=False)

    def _send_NSApplication_sharedApplication(self, target: str) -> int | None:
        return self._give("the application", owned=False) if self.has_screen else None

    def __getattr__(self, name: str) -> Any:
        if name == "_send_the application_setActivationPolicy_":
            return self._set_policy
        if name == "_send_the application_run":
            return lambda target: self.while_running()
        raise AttributeError(f"the Mac of the test has no {name}")

    def _set_policy(self, target: str, policy: int) -> bool:
        self.policy = policy
        return True

    def _send_NSPasteboard_generalPasteboard(self, target: str) -> int:
        return self._autoreleased(self.pasteboard)

    def _send_Pasteboard_changeCount(self, board: Pasteboard) -> int:
        return board.count

    def _send_Pasteboard_pasteboardItems(self, board: Pasteboard) -> int:
        return self._autoreleased([PasteboardItem(dict(contents)) for contents in board.items])

    def _send_Pasteboard_stringForType_(self, board: Pasteboard, kind: int) -> int | None:
        found = [item[self._of(kind)] for item in board.items if self._of(kind) in item]
        return self._autoreleased(found[0].decode()) if found else None

    def _send_Pasteboard_clearContents(self, board: Pasteboard) -> int:
        board.set([])
        return board.count

    def _send_Pasteboard_writeObjects_(self, board: Pasteboard, array: int) -> bool:
        board.items = [item.contents for item in self._of(array)]
        return True

    def _send_list_count(self, array: list[Any]) -> int:
        return len(array)

    def _send_list_objectAtIndex_(self, array: list[Any], index: int) -> int:
        return self._autoreleased(array[index])

    def _send_list_addObject_(self, array: list[Any], item: int) -> None:
        array.append(self._of(item))

    def _send_NSMutableArray_array(self, target: str) -> int:
        return self._autoreleased([])

    def _send_NSPasteboardItem_alloc(self, target: str) -> int:
        return self._give(PasteboardItem(), owned=True)

    def _send_PasteboardItem_init(self, item: PasteboardItem) -> int:
        return next(number for number, known in self._objects.items() if known is item)

    def _send_PasteboardItem_types(self, item: PasteboardItem) -> int:
        return self._autoreleased(list(item.contents))

    def _send_PasteboardItem_dataForType_(self, item: PasteboardItem, kind: int) -> int | None:
        return self._autoreleased(item.contents[self._of(kind)])

    def _send_PasteboardItem_setData_forType_(self, item: PasteboardItem, data: int, kind: int) -> bool:
        item.contents[self._of(kind)] = self._of(data)
        return True

    def _send_NSData_dataWithBytes_length_(self, target: str, data: bytes, length: int) -> int:
        return self._autoreleased(data[:length])


class _Function:
    """A C function as ctypes gives it: its types have to be declared, and its arguments have to be of them."""

    def __init__(self, name: str, function: Callable[..., Any]) -> None:
        self._name = name
        self._function = function
        self.restype: Any = ctypes.c_int
        self.argtypes: list[Any] | None = None

    def __call__(self, *arguments: Any) -> Any:
        assert self.argtypes is not None, f"{self._name}: the types of its arguments are not declared"
        assert len(arguments) == len(self.argtypes), f"{self._name} takes {len(self.argtypes)} arguments"
        for argument, kind in zip(arguments, self.argtypes, strict=True):
            kind.from_param(argument)
        result = self._function(*arguments)
        if result is not None and self.restype is not None:
            self.restype(result)
        assert not (self.restype is None and result is not None), f"{self._name}: what it returns is not declared"
        return result


def _reference_at(address: int) -> int | None:
    return ctypes.c_void_p.from_address(address).value
