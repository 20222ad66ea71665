"""An owner of PRIMARY that behaves badly on order, as programs do."""

import threading
from types import TracebackType
from typing import Self

from Xlib import X, Xatom, display
from Xlib.protocol import event


class Owner:
    """Owns PRIMARY of a screen, in a thread, and answers by its manner.

    hang: never answers. refuse: has it in no form. picture: has it in a form that is no text. latin: only as STRING.
    unfinished: begins to hand it over in pieces, and then hangs. dies: as unfinished, but its window goes away.
    """

    def __init__(self, screen: str, manner: str, text: str = "") -> None:
        self._manner = manner
        self._text = text
        self.asked: list[int] = []
        """Targets."""
        self._display = display.Display(screen)
        self._window = self._display.screen().root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)
        self._utf8 = self._display.intern_atom("UTF8_STRING")
        self._incr = self._display.intern_atom("INCR")
        self._end = self._display.intern_atom("TEST_END")
        self._window.set_selection_owner(Xatom.PRIMARY, X.CurrentTime)
        self._display.sync()
        self._screen = screen
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        other = display.Display(self._screen)
        ending = event.ClientMessage(window=self._window, client_type=self._end, data=(8, b"\0" * 20))
        other.send_event(self._window, ending)
        other.sync()
        self._thread.join()
        other.close()
        self._display.close()

    def _serve(self) -> None:
        while (happened := self._display.next_event()).type != X.ClientMessage:
            if happened.type == X.SelectionRequest:
                self.asked.append(happened.target)
                self._answer(happened)

    def _answer(self, request: event.SelectionRequest) -> None:
        if self._manner == "hang":
            return
        given = request.property
        if self._manner in ("unfinished", "dies"):
            request.requestor.change_property(given, self._incr, 32, [1_000_000])
        elif self._manner == "picture":
            request.requestor.change_property(given, Xatom.PIXMAP, 32, [7])
        elif self._manner == "latin" and request.target == Xatom.STRING:
            request.requestor.change_property(given, Xatom.STRING, 8, self._text.encode("latin-1"))
        else:
            given = X.NONE
        notify = event.SelectionNotify(
            time=request.time,
            requestor=request.requestor,
            selection=request.selection,
            target=request.target,
            property=given,
        )
        request.requestor.send_event(notify)
        self._display.flush()
