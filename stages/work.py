"""What a stage is, as a function: chunks in, chunks out, no I/O. `worker.py` gives it a process to live in."""

from collections.abc import Callable, Iterator
from typing import Any, Protocol

from utterd.stages.chunks import Chunk
from utterd.stages.reports import Report

Reporter = Callable[[Report], None]
"""Sends a report to the daemon; only on the main thread."""


class ChunkFailed(Exception):
    """A stage cannot process this chunk; its message may be shown to people, so it never holds spoken text."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        """An ErrorCode value."""


class ChunkInterrupted(Exception):
    """The work in hand was aborted by `Stage.interrupt`."""


class Stage(Protocol):
    """One kind of work: g2p or inference."""

    def process(self, chunk: Any, report: Reporter) -> Iterator[Chunk]:
        """The chunks made from this one, lazily. Raises ChunkFailed, or ChunkInterrupted after `interrupt`."""

    def resume(self, chunk: Any, sent: Chunk | None) -> Any:
        """The chunk to process in place of `chunk` after an interruption, when `sent` was the last one made of it."""

    def interrupt(self) -> None:
        """Abort `process` where it stands, from any thread; without work in hand, nothing."""
