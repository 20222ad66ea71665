"""A queue that a test fills in one line: utterances are named by their ids."""

import itertools
from typing import Any

from rig.daemon_fakes import make_utterance

from utterd.client.messages import Started
from utterd.daemon.scheduler import Change, Scheduler
from utterd.daemon.utterance import Utterance
from utterd.daemon.wish import Wish


class Queue:
    """A Scheduler and the utterances that were offered to it, numbered from 1."""

    def __init__(self, *, limit: int = 10) -> None:
        self.scheduler = Scheduler(limit=limit)
        self.utterances: dict[int, Utterance] = {}
        self.last = Change(added=False)
        self._ids = itertools.count(1)

    def add(self, owner: str = "a", *, at_s: float = 0.0, **wish: Any) -> int:
        """Offer a new one; its id. What came of it is in `last`."""
        utterance = make_utterance(next(self._ids))
        self.utterances[utterance.id] = utterance
        self.last = self.scheduler.add(utterance, Wish(owner_label=owner, **wish), at_s)
        return utterance.id

    def sound(self, number: int) -> None:
        """Its first frame is heard."""
        self.utterances[number].happen(Started(utterance=number, t_ms=0, audio_ms=0))

    def remove(self, *numbers: int) -> None:
        self.scheduler.remove(*(self.utterances[number] for number in numbers))

    @property
    def order(self) -> list[int]:
        return [utterance.id for utterance in self.scheduler]

    @property
    def dropped(self) -> dict[int, str]:
        """By the latest `add`, with the reasons."""
        return {utterance.id: reason for utterance, reason in self.last.dropped}


def queue_of(count: int, *, limit: int = 10) -> Queue:
    """Plain utterances of client `a`."""
    queue = Queue(limit=limit)
    for _ in range(count):
        queue.add()
    return queue
