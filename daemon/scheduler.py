"""Which utterance speaks now, and which next. No I/O, no clock."""

from collections.abc import Iterator

from utterd.client.messages import Placement
from utterd.daemon.utterance import Utterance


class QueueFull(Exception):
    """As many utterances wait as the settings allow."""


class Scheduler:
    """The queue of one lane. Its head is the one being spoken."""

    def __init__(self, *, limit: int) -> None:
        self._limit = limit
        self._queue: list[Utterance] = []

    def __repr__(self) -> str:
        return f"<Scheduler {self._queue}>"

    def __iter__(self) -> Iterator[Utterance]:
        """In the order of speaking, the head first."""
        return iter(list(self._queue))

    def __len__(self) -> int:
        return len(self._queue)

    @property
    def head(self) -> Utterance | None:
        """The one being spoken, or about to be."""
        return self._queue[0] if self._queue else None

    def find(self, utterance_id: int) -> Utterance | None:
        return next((utterance for utterance in self._queue if utterance.id == utterance_id), None)

    def add(self, utterance: Utterance, placement: Placement = "append") -> Utterance | None:
        """Queue it; the utterance that it takes the place of, if there is one (`now`): it is out of the queue.

        Raises:
            QueueFull: nothing was changed.
        """
        if len(self._queue) >= self._limit and placement != "now":  # that one takes a place that is taken
            raise QueueFull
        if placement == "append" or not self._queue:
            self._queue.append(utterance)
        elif placement == "next":
            self._queue.insert(1, utterance)
        else:
            replaced = self._queue[0]
            self._queue[0] = utterance
            return replaced
        return None

    def remove(self, utterance: Utterance) -> None:
        """Take it out, wherever it stands."""
        self._queue.remove(utterance)
