"""Objective-C of a Mac that is played: messages to the pasteboard, to an application, and to what they hand out."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rig.fake_mac_objects import FakeObjects


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


class FakeObjectiveC(FakeObjects):
    """A message is a method of this class, by the names of the receiver's class and of the message."""

    def __init__(self) -> None:
        super().__init__()
        self.pasteboard = Pasteboard()
        self.has_screen = True
        self.policy: int | None = None
        self.while_running: Callable[[], None] = lambda: None
        """What happens while the application runs."""

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
