"""Events that wait until their sound has passed the device's buffer: told when it is heard, or never if it is not."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _Due:
    at_ns: int
    """CLOCK_MONOTONIC, when it is heard."""
    audio_frames: int
    """On the utterance's sample clock, as the stages have it now."""
    tell: Callable[[], None]


class Hearing:
    """Of all utterances. Belongs to the event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._due: dict[int, deque[_Due]] = {}
        self._timers: dict[int, asyncio.TimerHandle] = {}

    def expect(self, utterance_id: int, at_ns: int, audio_frames: int, tell: Callable[[], None]) -> None:
        """Call `tell` then; in the order in which they were expected."""
        self._due.setdefault(utterance_id, deque()).append(_Due(at_ns, audio_frames, tell))
        if utterance_id not in self._timers:
            self._wait(utterance_id)

    def tell_all(self, utterance_id: int) -> None:
        """It has been heard to its end."""
        self.settle(utterance_id, None)

    def settle(self, utterance_id: int, audio_frames: int | None) -> None:
        """It has been heard so far, and no further: tell what lies before that, forget the rest. None: all of it."""
        self._stop(utterance_id)
        for each in self._due.pop(utterance_id, ()):
            if audio_frames is None or each.audio_frames < audio_frames:
                each.tell()

    def forget(self, utterance_id: int) -> None:
        """Nothing of it will be heard any more."""
        self._stop(utterance_id)
        self._due.pop(utterance_id, None)

    def forget_all(self) -> None:
        """What was on its way through the device died with it."""
        for utterance_id in list(self._due):
            self.forget(utterance_id)

    def _wait(self, utterance_id: int) -> None:
        delay_s = max(0.0, (self._due[utterance_id][0].at_ns - time.monotonic_ns()) / 1e9)
        self._timers[utterance_id] = self._loop.call_later(delay_s, self._tell_due, utterance_id)

    def _tell_due(self, utterance_id: int) -> None:
        self._timers.pop(utterance_id, None)
        due = self._due.get(utterance_id)
        if due:
            due.popleft().tell()
        while due and due[0].at_ns <= time.monotonic_ns():
            due.popleft().tell()
        if due and self._due.get(utterance_id) is due:
            self._wait(utterance_id)
        elif due is not None and not due:
            self._due.pop(utterance_id, None)

    def _stop(self, utterance_id: int) -> None:
        if timer := self._timers.pop(utterance_id, None):
            timer.cancel()
