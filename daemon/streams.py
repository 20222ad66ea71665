"""Texts that are still being written: pieces as they come, spoken clause by clause, and what silence means."""

import asyncio
from collections.abc import Callable
from typing import Any

from utterd.daemon.utterance import Utterance

FLUSH_S = 0.7
"""Without new text for so long, what has been written is spoken, complete or not: a language model that is at work
writes several words a second."""


class Streams:
    """Of all open utterances. Belongs to the event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, on_written: Callable[[Utterance], None]) -> None:
        self._loop = loop
        self._on_written = on_written
        self._open: dict[int, Utterance] = {}
        self._timers: dict[int, asyncio.TimerHandle] = {}

    def open(self, utterance: Utterance) -> None:
        self._open[utterance.id] = utterance
        self._wait(utterance)

    def of(self, owner: Any) -> list[Utterance]:
        """Those that came by this connection."""
        return [utterance for utterance in self._open.values() if utterance.owner is owner]

    def write(self, utterance: Utterance, text: str, *, is_last: bool) -> None:
        """More of it, and perhaps its end."""
        utterance.units.append(text)
        utterance.characters += len(text)
        if is_last:
            utterance.units.close()
            self.forget(utterance)
        else:
            self._wait(utterance)
        self._on_written(utterance)

    def forget(self, utterance: Utterance) -> None:
        """It is complete, or over."""
        self._open.pop(utterance.id, None)
        if timer := self._timers.pop(utterance.id, None):
            timer.cancel()

    def _wait(self, utterance: Utterance) -> None:
        if timer := self._timers.pop(utterance.id, None):
            timer.cancel()
        self._timers[utterance.id] = self._loop.call_later(FLUSH_S, self._flush, utterance)

    def _flush(self, utterance: Utterance) -> None:
        self._timers.pop(utterance.id, None)
        if utterance.units.flush():
            self._on_written(utterance)
