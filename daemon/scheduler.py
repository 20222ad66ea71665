"""Which utterance speaks now, and which next. No I/O, no clock: whoever calls says what time it is."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from utterd.daemon.placing import DropReason, Place, place
from utterd.daemon.recent_keys import RecentKeys
from utterd.daemon.utterance import Utterance
from utterd.daemon.wish import Wish


class QueueFull(Exception):
    """As many utterances wait as the settings allow."""

    def __init__(self, waiting: int) -> None:
        super().__init__(f"{waiting} utterances wait already")
        self.waiting = waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What came of adding an utterance. The new order is that of the scheduler."""

    added: bool
    """It is in the queue. If not: it is among the dropped, or its key is an earlier one's."""
    existing_id: int | None = None
    """The utterance that had the same key; nothing was changed. `find` says whether it is still in the queue."""
    dropped: list[tuple[Utterance, DropReason]] = field(default_factory=list)
    """In the order of speaking; they are out of the queue."""


class Scheduler:
    """The queue of one lane. Its head is the one being spoken.

    An `add` can put another one in front of the head without dropping that: it is to go on, later, where it was.
    """

    def __init__(self, *, limit: int) -> None:
        """`limit`: so many may wait, the head not counted."""
        self._limit = limit
        self._queue: list[Place] = []
        self._keys = RecentKeys()

    def __repr__(self) -> str:
        return f"<Scheduler {list(self)}>"

    def __iter__(self) -> Iterator[Utterance]:
        """In the order of speaking, the head first; the place in this order is the position that clients are told."""
        return iter([each.utterance for each in self._queue])

    def __len__(self) -> int:
        return len(self._queue)

    @property
    def head(self) -> Utterance | None:
        """The one being spoken, or about to be."""
        return self._queue[0].utterance if self._queue else None

    def find(self, utterance_id: int) -> Utterance | None:
        return next((utterance for utterance in self if utterance.id == utterance_id), None)

    def position(self, utterance_id: int) -> int | None:
        """0 is being spoken; None: it is not in the queue."""
        return next((index for index, utterance in enumerate(self) if utterance.id == utterance_id), None)

    def owned_by(self, owner_label: str) -> list[Utterance]:
        """What one client has in the queue, the head included if it is the client's."""
        return [each.utterance for each in self._queue if each.wish.owner_label == owner_label]

    def known(self, owner_label: str, key: str) -> int | None:
        """The id of the client's utterance with this key: in the queue, or recently over."""
        return self._keys.find(owner_label, key)

    def add(self, utterance: Utterance, wish: Wish, now_s: float) -> Change:
        """Queue it as it wishes.

        Placed `now` it drops the head alone, whose group speaks on behind it; an `important` head it drops not, and
        waits behind what is `important`. An utterance that is coalesced leaves its place to its successor, unless that
        is placed elsewhere. A group that is in the queue already is joined at its end, `next` or not.

        Args:
            now_s: when it was received, on the clock of `expire`.

        Raises:
            QueueFull: nothing was changed.
        """
        existing_id = self.known(wish.owner_label, wish.key)
        if existing_id is not None:
            return Change(added=False, existing_id=existing_id)
        newcomer = Place(utterance, wish, None if wish.max_age_s is None else now_s + wish.max_age_s)
        order, dropped = place(self._queue, newcomer)
        if len(order) > self._limit + 1:
            raise QueueFull(len(self._queue) - 1)
        self._keys.begin(wish.owner_label, wish.key, utterance.id)
        self._become(order)
        for each, _ in dropped:
            self._keys.end(each.wish.owner_label, each.wish.key)
        return Change(
            added=all(each is not newcomer for each, _ in dropped),
            dropped=[(each.utterance, reason) for each, reason in dropped],
        )

    def remove(self, *utterances: Utterance) -> None:
        """Take them out, wherever they stand.

        Raises:
            ValueError: one of them is not in the queue; nothing was changed.
        """
        gone = {utterance.id for utterance in utterances}
        doomed = [each for each in self._queue if each.utterance.id in gone]
        if len(doomed) != len(gone):
            raise ValueError(f"not all of {utterances} are in {self}")
        self._take_out(doomed)

    def expire(self, now_s: float) -> list[Utterance]:
        """Drop what has not begun to sound in time, the head too; what was dropped."""
        expired = [each for each in self._queue if (at_s := _expiry_s(each)) is not None and at_s <= now_s]
        self._take_out(expired)
        return [each.utterance for each in expired]

    @property
    def next_expiry_s(self) -> float | None:
        """When `expire` is worth calling; changes with the queue, and as utterances begin to sound."""
        return min((at_s for each in self._queue if (at_s := _expiry_s(each)) is not None), default=None)

    def _take_out(self, doomed: list[Place]) -> None:
        gone = {id(each) for each in doomed}
        self._become([each for each in self._queue if id(each) not in gone])
        for each in doomed:
            self._keys.end(each.wish.owner_label, each.wish.key)

    def _become(self, order: list[Place]) -> None:
        self._queue = order
        if order:
            order[0].has_begun = True


def _expiry_s(each: Place) -> float | None:
    """None: it never expires, or not any more."""
    return None if each.utterance.has_started else each.expires_at_s
