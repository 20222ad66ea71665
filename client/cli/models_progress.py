"""How far a model has come: a bar on a terminal; lines, or JSON, for those who read them later."""

import json
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final, Self, TextIO

from utterd.client.cli.exits import complain
from utterd.client.cli.progress import ERASE_LINE, REDRAW_S, WIDTH
from utterd.client.models.sizes import readable_size

LINES_APART_S: Final = 5.0
EVENTS_APART_S: Final = 0.5


class Report(ABC):
    """A `Watcher` that lets through what is worth showing; a context, at whose end nothing of it is in the way."""

    def __init__(self, apart_s: float, clock: Callable[[], float]) -> None:
        self._apart_s = apart_s
        self._clock = clock
        self._file = ""
        self._next_s = 0.0
        self._began_s = 0.0
        self._began_bytes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()

    def moved(self, file: str, present_bytes: int, total_bytes: int) -> None:
        now_s = self._clock()
        if file != self._file:
            self._file, self._began_s, self._began_bytes = file, now_s, present_bytes
        elif now_s < self._next_s and present_bytes < total_bytes:
            return
        self._next_s = now_s + self._apart_s
        self.show(file, present_bytes, total_bytes)

    def waits(self, file: str, reason: str, wait_s: float) -> None:
        self.warns(f"{reason}; trying again in {wait_s:g} s")

    def warns(self, sentence: str) -> None:
        self.clear()
        complain(sentence)

    def bytes_per_s(self, present_bytes: int) -> float:
        """Of the file that is under way; what was here before does not count."""
        took_s = self._clock() - self._began_s
        return (present_bytes - self._began_bytes) / took_s if took_s > 0 else 0.0

    @abstractmethod
    def show(self, file: str, present_bytes: int, total_bytes: int) -> None:
        """Tell it now."""

    def clear(self) -> None:  # noqa: B027  # most have nothing to take away
        """Take away what would be in the way of a line."""


class Bar(Report):
    """On a terminal, drawn over itself."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(REDRAW_S, clock)
        self._stream = stream

    def show(self, file: str, present_bytes: int, total_bytes: int) -> None:
        share = present_bytes / total_bytes if total_bytes else 1.0
        bar = "#" * int(share * WIDTH)
        size = f"{readable_size(present_bytes)} of {readable_size(total_bytes)}"
        pace = f"{readable_size(self.bytes_per_s(present_bytes))}/s"
        self._write(f"{ERASE_LINE}{file}  [{bar:<{WIDTH}}] {share:4.0%}  {size}  {pace}")

    def clear(self) -> None:
        self._write(ERASE_LINE)

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


class Lines(Report):
    """In a log, and wherever nothing can be drawn."""

    def __init__(self, stream: TextIO | None, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(LINES_APART_S, clock)
        self._stream = stream

    def show(self, file: str, present_bytes: int, total_bytes: int) -> None:
        share = present_bytes / total_bytes if total_bytes else 1.0
        print(f"{file}: {share:.0%} of {readable_size(total_bytes)}", file=self._stream, flush=True)


class JsonEvents(Report):
    """One object a line."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(EVENTS_APART_S, clock)
        self._stream = stream

    def show(self, file: str, present_bytes: int, total_bytes: int) -> None:
        self._tell(event="progress", file=file, present_bytes=present_bytes, total_bytes=total_bytes)

    def waits(self, file: str, reason: str, wait_s: float) -> None:
        self._tell(event="waiting", file=file, reason=reason, wait_s=wait_s)

    def warns(self, sentence: str) -> None:
        self._tell(event="warning", message=sentence)

    def _tell(self, **fields: Any) -> None:
        print(json.dumps(fields), file=self._stream, flush=True)


def open_report(*, as_json: bool) -> Report:
    """To this process's own streams."""
    if as_json:
        return JsonEvents(sys.stdout)
    return Bar(sys.stderr) if sys.stderr is not None and sys.stderr.isatty() else Lines(sys.stderr)
