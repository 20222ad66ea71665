"""The selection by way of the clipboard: what lies there is put aside, ⌘C is pressed, the copy read, the rest put back.

For programs that tell accessibility nothing. Needs the same permission, since it presses keys.
"""

import ctypes
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from utterd.client.selection.macos_frameworks import MacFrameworks, Reference

COPY_TIMEOUT_S: Final = 0.3
"""How long a program may take over ⌘C. Where nothing is selected, nothing is copied, and this is waited in vain."""

POLL_S: Final = 0.01
"""Nobody tells when the clipboard changes."""

MOST_BYTES: Final = 64 * 1024 * 1024
"""Of what is put aside. A larger clipboard is not touched."""

TEXT: Final = "public.utf8-plain-text"

TRANSIENT: Final = "org.nspasteboard.TransientType"
"""By agreement of clipboard managers: what has this type is not for their history."""

_COMMAND: Final = 1 << 20
"""kCGEventFlagMaskCommand: alone, whatever modifiers of the hotkey are still held."""

_PRIVATE_STATE: Final = -1
"""kCGEventSourceStatePrivate: a keyboard of our own."""

_SESSION_TAP: Final = 1
"""kCGSessionEventTap."""

_INTEGER: Final = ctypes.c_long
"""NSInteger."""

Item = dict[str, bytes]
"""One thing on the clipboard: the same content in several types."""


class ClipboardTooLarge(Exception):
    """More lies there than can be put aside."""


@dataclass(frozen=True, slots=True)
class Pasteboard:
    """The general pasteboard: what people call the clipboard."""

    frameworks: MacFrameworks
    key_code_of_c: int
    """Of the key with a C on it in this keyboard's layout."""
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def copy_selection(self) -> str:
        """What ⌘C copies as text; empty if it copies nothing. The clipboard is afterwards as it was.

        Raises:
            ClipboardTooLarge: it was not touched.
        """
        with self.frameworks.autorelease_pool():
            board = self.frameworks.send(self.frameworks.objc_class("NSPasteboard"), "generalPasteboard")
            items = self._items(board)
            before = self._change_count(board)
            self._press_command_c()
            after = self._wait_for_change(board, before)
            if after is None:
                return ""
            text = self._text(board)
            if self._change_count(board) == after:  # or else somebody has copied something just now: that stays
                self._put_back(board, items)
            return text

    def _change_count(self, board: int) -> int:
        return int(self.frameworks.send(board, "changeCount", returns=_INTEGER))

    def _wait_for_change(self, board: int, before: int) -> int | None:
        give_up_at = self.clock() + COPY_TIMEOUT_S
        while (count := self._change_count(board)) == before:
            if self.clock() >= give_up_at:
                return None
            self.sleep(POLL_S)
        return count

    def _items(self, board: int) -> list[Item]:
        size = 0
        items: list[Item] = []
        for item in self._array(self.frameworks.send(board, "pasteboardItems")):
            contents: Item = {}
            for kind in self._array(self.frameworks.send(item, "types")):
                data = self.frameworks.send(item, "dataForType:", kind, takes=[Reference])
                name = self.frameworks.text_of(kind)
                if data and name:
                    contents[name] = self.frameworks.bytes_of(data)
                    size += len(contents[name])
                if size > MOST_BYTES:
                    raise ClipboardTooLarge
            items.append(contents)
        return items

    def _array(self, array: int | None) -> list[int]:
        """The elements of an NSArray."""
        count = self.frameworks.send(array, "count", returns=_INTEGER) if array else 0
        return [self.frameworks.send(array, "objectAtIndex:", index, takes=[ctypes.c_ulong]) for index in range(count)]

    def _text(self, board: int) -> str:
        with self.frameworks.string(TEXT) as kind:
            return self.frameworks.text_of(self.frameworks.send(board, "stringForType:", kind, takes=[Reference])) or ""

    def _press_command_c(self) -> None:
        source = self.frameworks.call("CGEventSourceCreate", _PRIVATE_STATE)
        try:
            for is_down in (True, False):
                event = self.frameworks.call("CGEventCreateKeyboardEvent", source, self.key_code_of_c, is_down)
                self.frameworks.call("CGEventSetFlags", event, _COMMAND)
                self.frameworks.call("CGEventPost", _SESSION_TAP, event)
                self.frameworks.call("CFRelease", event)
        finally:
            if source:
                self.frameworks.call("CFRelease", source)

    def _put_back(self, board: int, items: list[Item]) -> None:
        self.frameworks.send(board, "clearContents", returns=_INTEGER)
        if not items:
            return
        made = self.frameworks.send(self.frameworks.objc_class("NSMutableArray"), "array")
        for contents in items:
            item = self.frameworks.send(
                self.frameworks.send(self.frameworks.objc_class("NSPasteboardItem"), "alloc"), "init"
            )
            for kind, data in {**contents, TRANSIENT: b""}.items():
                self._set_data(item, kind, data)
            self.frameworks.send(made, "addObject:", item, takes=[Reference], returns=None)
            self.frameworks.call("CFRelease", item)
        self.frameworks.send(board, "writeObjects:", made, takes=[Reference], returns=ctypes.c_bool)

    def _set_data(self, item: int, kind: str, data: bytes) -> None:
        held = self.frameworks.send(
            self.frameworks.objc_class("NSData"),
            "dataWithBytes:length:",
            data,
            len(data),
            takes=[ctypes.c_char_p, ctypes.c_ulong],
        )
        with self.frameworks.string(kind) as name:
            self.frameworks.send(
                item, "setData:forType:", held, name, takes=[Reference, Reference], returns=ctypes.c_bool
            )
