"""macOS's frameworks through ctypes: C functions with their types, Core Foundation's strings, Objective-C's messages.

What stands for the frameworks gives a function by its name in brackets, each time as an object of its own, so that
types set for one use are not those of another; and by `address` where a global lies. Tests have a stand-in for it.
"""

import ctypes
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

FRAMEWORKS: Final = "/System/Library/Frameworks"

UTF8: Final = 0x0800_0100
"""kCFStringEncodingUTF8."""

Reference = ctypes.c_void_p
"""To an object: of Core Foundation or of Objective-C, which for strings, arrays and data are the same."""


class HotKeyId(ctypes.Structure):
    """EventHotKeyID, which is passed by its value."""

    _fields_ = (("signature", ctypes.c_uint32), ("id", ctypes.c_uint32))


_C_TYPES: Final[dict[str, tuple[Any, list[Any]]]] = {
    # Core Foundation
    "CFRelease": (None, [Reference]),
    "CFGetTypeID": (ctypes.c_ulong, [Reference]),
    "CFStringGetTypeID": (ctypes.c_ulong, []),
    "CFStringCreateWithBytes": (
        Reference,
        [Reference, ctypes.c_char_p, ctypes.c_long, ctypes.c_uint32, ctypes.c_ubyte],
    ),
    "CFStringCreateExternalRepresentation": (Reference, [Reference, Reference, ctypes.c_uint32, ctypes.c_ubyte]),
    "CFDataGetLength": (ctypes.c_long, [Reference]),
    "CFDataGetBytePtr": (Reference, [Reference]),
    "CFDictionaryCreate": (
        Reference,
        [Reference, Reference, Reference, ctypes.c_long, Reference, Reference],
    ),
    # Accessibility
    "AXIsProcessTrustedWithOptions": (ctypes.c_ubyte, [Reference]),
    "AXUIElementCreateSystemWide": (Reference, []),
    "AXUIElementSetMessagingTimeout": (ctypes.c_int32, [Reference, ctypes.c_float]),
    "AXUIElementCopyAttributeValue": (ctypes.c_int32, [Reference, Reference, Reference]),
    "AXUIElementCopyParameterizedAttributeValue": (ctypes.c_int32, [Reference, Reference, Reference, Reference]),
    "AXValueGetValue": (ctypes.c_ubyte, [Reference, ctypes.c_uint32, Reference]),
    # Events
    "CGEventSourceCreate": (Reference, [ctypes.c_int32]),
    "CGEventCreateKeyboardEvent": (Reference, [Reference, ctypes.c_uint16, ctypes.c_bool]),
    "CGEventSetFlags": (None, [Reference, ctypes.c_uint64]),
    "CGEventPost": (None, [ctypes.c_uint32, Reference]),
    # Keyboard layouts
    "TISCopyCurrentASCIICapableKeyboardLayoutInputSource": (Reference, []),
    "TISGetInputSourceProperty": (Reference, [Reference, Reference]),
    "LMGetKbdType": (ctypes.c_ubyte, []),
    "UCKeyTranslate": (
        ctypes.c_int32,
        [
            Reference,
            ctypes.c_uint16,
            ctypes.c_uint16,
            ctypes.c_uint32,
            ctypes.c_uint32,
            ctypes.c_uint32,
            Reference,
            ctypes.c_ulong,
            Reference,
            Reference,
        ],
    ),
    # Hotkeys (Carbon)
    "GetEventDispatcherTarget": (Reference, []),
    "InstallEventHandler": (
        ctypes.c_int32,
        [Reference, Reference, ctypes.c_ulong, Reference, Reference, Reference],
    ),
    "RegisterEventHotKey": (
        ctypes.c_int32,
        [ctypes.c_uint32, ctypes.c_uint32, HotKeyId, Reference, ctypes.c_uint32, Reference],
    ),
    "GetEventParameter": (
        ctypes.c_int32,
        [Reference, ctypes.c_uint32, ctypes.c_uint32, Reference, ctypes.c_ulong, Reference, Reference],
    ),
    # Objective-C
    "objc_getClass": (Reference, [ctypes.c_char_p]),
    "sel_registerName": (Reference, [ctypes.c_char_p]),
    "objc_autoreleasePoolPush": (Reference, []),
    "objc_autoreleasePoolPop": (None, [Reference]),
}
"""Name → (what it returns, what it takes), from Apple's headers."""


class MacFrameworks:
    """What of the frameworks is used here. Not for two threads at once."""

    def __init__(self, library: Any = None) -> None:
        """Args:
        library: what stands for the frameworks; this Mac's own unless given.
        """
        self._library = library if library is not None else _Loaded()

    def call(self, name: str, *arguments: Any) -> Any:
        """One of the C functions in the table above."""
        function = self._library[name]
        function.restype, function.argtypes = _C_TYPES[name]
        return function(*arguments)

    def send(
        self,
        receiver: int | None,
        message: str,
        *arguments: Any,
        takes: Sequence[Any] = (),
        returns: Any = Reference,
    ) -> Any:
        """An Objective-C message.

        Args:
            takes: the types of the arguments.
            returns: the type of what comes back.
        """
        function = self._library["objc_msgSend"]
        function.restype, function.argtypes = returns, [Reference, Reference, *takes]  # never as a variadic function
        return function(receiver, self.call("sel_registerName", message.encode()), *arguments)

    def objc_class(self, name: str) -> int | None:
        reference: int | None = self.call("objc_getClass", name.encode())
        return reference

    def constant(self, name: str) -> int | None:
        """The value of a global that is a reference, like kCFBooleanTrue."""
        return Reference.from_address(self.address(name)).value

    def address(self, name: str) -> int:
        """Of a global: for those that are structures, like kCFTypeDictionaryKeyCallBacks."""
        return int(self._library.address(name))

    @contextmanager
    def string(self, text: str) -> Iterator[int]:
        """A CFString for as long as the block lasts."""
        encoded = text.encode("utf-8", "surrogatepass")
        made = self.call("CFStringCreateWithBytes", None, encoded, len(encoded), UTF8, 0)
        try:
            yield made
        finally:
            self.call("CFRelease", made)

    def text_of(self, reference: int | None) -> str | None:
        """The characters of a CFString; None if the reference is to something else, or to nothing."""
        if not reference or self.call("CFGetTypeID", reference) != self.call("CFStringGetTypeID"):
            return None
        data = self.call("CFStringCreateExternalRepresentation", None, reference, UTF8, ord("?"))
        if not data:
            return None
        try:
            return self.bytes_of(data).decode("utf-8", "replace")
        finally:
            self.call("CFRelease", data)

    def bytes_of(self, data: int) -> bytes:
        """Of a CFData or NSData."""
        length = self.call("CFDataGetLength", data)
        return ctypes.string_at(self.call("CFDataGetBytePtr", data), length) if length else b""

    @contextmanager
    def autorelease_pool(self) -> Iterator[None]:
        """Objects that messages return live until the block ends."""
        pool = self.call("objc_autoreleasePoolPush")
        try:
            yield
        finally:
            self.call("objc_autoreleasePoolPop", pool)


class _Loaded:
    """This Mac's own."""

    def __init__(self) -> None:
        names = ("CoreFoundation", "ApplicationServices", "AppKit", "Carbon")
        paths = [f"{FRAMEWORKS}/{name}.framework/{name}" for name in names]  # in dyld's cache; there are no such files
        self._libraries = [ctypes.CDLL(path) for path in [*paths, "/usr/lib/libobjc.A.dylib"]]

    def __getitem__(self, name: str) -> Any:
        for library in self._libraries:
            with suppress(AttributeError):
                return library[name]
        raise AttributeError(f"macOS has no function {name}")

    def address(self, name: str) -> int:
        for library in self._libraries:
            with suppress(ValueError):
                return ctypes.addressof(ctypes.c_ubyte.in_dll(library, name))
        raise AttributeError(f"macOS has no global {name}")
