"""How far it is, on stderr: bars on a terminal, elsewhere one line a step."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol, TextIO

Advance = Callable[[], None]
"""One more of the step's parts is done."""


class Progress(Protocol):
    """Told of every step."""

    def step(self, title: str, total: int) -> AbstractContextManager[Advance]:
        """From its beginning to its end.

        Args:
            title: what is being done, such as "measuring voices".
            total: how many parts it has, each of which calls what this gives.
        """

    def say(self, line: str) -> None:
        """Something worth knowing that is no step."""


class Lines:
    """For logs and pipes."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    @contextmanager
    def step(self, title: str, total: int) -> Iterator[Advance]:
        began = time.monotonic()
        yield _nothing
        self.say(f"{title}: done ({time.monotonic() - began:.1f} s)")

    def say(self, line: str) -> None:
        print(line, file=self._stream, flush=True)


class Bars:
    """For people. Needs `rich`."""

    def __init__(self, bars: Any) -> None:
        self._bars = bars
        """A started rich.progress.Progress."""

    @contextmanager
    def step(self, title: str, total: int) -> Iterator[Advance]:
        task = self._bars.add_task(title, total=total)
        yield lambda: self._bars.advance(task)
        self._bars.update(task, completed=total)

    def say(self, line: str) -> None:
        self._bars.console.print(line, markup=False, highlight=False)


@contextmanager
def shown_progress(stream: TextIO | None = None) -> Iterator[Progress]:
    """Bars if `stream` (stderr unless given) is a terminal and `rich` is installed, else lines."""
    stream = sys.stderr if stream is None else stream
    if not stream.isatty():
        yield Lines(stream)
        return
    try:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
    except ModuleNotFoundError:
        yield Lines(stream)
        return
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(file=stream)) as bars:
        yield Bars(bars)


def _nothing() -> None:
    """A line says only that a step has ended."""
