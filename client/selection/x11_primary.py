"""The PRIMARY selection of X11, asked of its owner by the rules of ICCCM 2, in pieces too (INCR).

The owner is another program, which may be slow, gone, or hung: each wait for it has an end.
"""

import select
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from types import TracebackType
from typing import Any, Final, Self

from Xlib import X, Xatom
from Xlib.error import ConnectionClosedError

from utterd.client.selection import SelectionUnavailable
from utterd.client.selection.x11_display import NoScreen, open_display

ANSWER_TIMEOUT_S: Final = 1.0
"""For each answer of the owner: to the request, and for each piece of a big selection."""

WHOLE_TIMEOUT_S: Final = 10.0
"""For all pieces together."""

MOST_BYTES: Final = 16 * 1024 * 1024
"""The protocol takes no longer message."""

_NOT_TEXT: Final = "what is selected is not text"
_HANGS: Final = "the program with the selected text does not answer"
_TOO_LONG: Final = "the selected text is too long to be spoken"


class PrimaryReader:
    """A connection to the X server, kept so that a read costs 2 ms. A context manager; for one thread at a time."""

    def __init__(self, display_name: str | None = None) -> None:
        """
        Raises:
            SelectionUnavailable: there is no X server.
        """
        try:
            self._display = open_display(display_name)
        except NoScreen as error:
            raise SelectionUnavailable(str(error)) from None
        root = self._display.screen().root
        self._window = root.create_window(-1, -1, 1, 1, 0, 0, window_class=X.InputOnly, event_mask=X.PropertyChangeMask)
        atom = self._display.intern_atom
        self._utf8, self._incr, self._property = atom("UTF8_STRING"), atom("INCR"), atom("UTTERD_SELECTION")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        with suppress(ConnectionClosedError):
            self._display.close()

    def read(self) -> str:
        """What is selected; empty if nothing is.

        Raises:
            SelectionUnavailable: its owner does not answer, or what is selected is not text; the X server is gone.
        """
        try:
            if self._display.get_selection_owner(Xatom.PRIMARY) == X.NONE:
                return ""
            for target, encoding in ((self._utf8, "utf-8"), (Xatom.STRING, "latin-1")):
                if (data := self._convert(target)) is not None:
                    return data.decode(encoding, "replace").rstrip("\0")
        except ConnectionClosedError:
            raise SelectionUnavailable("the X server has ended") from None
        raise SelectionUnavailable(_NOT_TEXT)

    def _convert(self, target: int) -> bytes | None:
        """The selection in this form; None if its owner does not have it so."""
        self._forget_events()
        self._window.delete_property(self._property)
        self._window.convert_selection(Xatom.PRIMARY, target, self._property, X.CurrentTime)
        deadline = time.monotonic() + WHOLE_TIMEOUT_S
        answer = self._wait(lambda event: event.type == X.SelectionNotify and event.target == target, deadline)
        if answer.property == X.NONE:
            return None
        value = self._window.get_full_property(self._property, X.AnyPropertyType)
        if value is not None and value.property_type == self._incr:
            return _joined(self._pieces(deadline))
        return None if (data := _bytes_of(value)) is None else _joined([data])

    def _pieces(self, deadline: float) -> Iterator[bytes]:
        """Each is laid into the property when the one before has been taken out of it; the last one is empty."""
        while True:
            self._forget_events()  # the arrival of the piece that is about to be deleted
            self._window.delete_property(self._property)
            self._wait(self._is_new_piece, deadline)
            value = self._window.get_full_property(self._property, X.AnyPropertyType)
            if not (piece := _bytes_of(value)):
                self._window.delete_property(self._property)
                return
            yield piece

    def _is_new_piece(self, event: Any) -> bool:
        return bool(
            event.type == X.PropertyNotify and event.atom == self._property and event.state == X.PropertyNewValue
        )

    def _wait(self, is_wanted: Callable[[Any], bool], deadline: float) -> Any:
        """The event that is wanted.

        Raises:
            SelectionUnavailable: it does not come in time.
        """
        until = min(deadline, time.monotonic() + ANSWER_TIMEOUT_S)
        while True:
            while self._display.pending_events():  # also sends what has been asked for
                event = self._display.next_event()
                if is_wanted(event):
                    return event
            left_s = until - time.monotonic()
            if left_s <= 0 or not select.select([self._display], [], [], left_s)[0]:
                raise SelectionUnavailable(_HANGS)

    def _forget_events(self) -> None:
        """Those of an earlier request, whose answer came too late."""
        while self._display.pending_events():
            self._display.next_event()


def _joined(pieces: Iterable[bytes]) -> bytes:
    whole = bytearray()
    for piece in pieces:
        whole += piece
        if len(whole) > MOST_BYTES:
            raise SelectionUnavailable(_TOO_LONG)
    return bytes(whole)


def _bytes_of(value: Any) -> bytes | None:
    """Of a property, if it is there and made of bytes."""
    return bytes(value.value) if value is not None and value.format == 8 else None
