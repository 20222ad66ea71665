"""Memory of a Mac that is played: objects behind references, with counts, and C functions that mind their types.

Every call is checked against the types that were declared for it, and every object that is given out to be released
has to be released once: `leaks()` tells of those that were not.
"""

import ctypes
import itertools
from collections.abc import Callable
from typing import Any

GLOBALS = {"kCFBooleanTrue": True, "kCFBooleanFalse": False, "kTISPropertyUnicodeKeyLayoutData": "layout data"}


class FakeObjects:
    """What a library of a Mac is at bottom: functions by name, and Core Foundation's objects."""

    def __init__(self) -> None:
        self._numbers = itertools.count(0x1_0000_0000, 16)  # as on a Mac, not to be kept in an int
        self._objects: dict[int, Any] = {}
        self._counts: dict[int, int] = {}
        self._kept: list[Any] = []
        self._pools = 0

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
