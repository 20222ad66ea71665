"""Where a newcomer goes in the queue, and what has to go for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from utterd.daemon.priorities import CANCELS_SPOKEN, CANCELS_WAITING, RANK
from utterd.daemon.utterance import Utterance
from utterd.daemon.wish import Wish

DropReason = Literal["interrupted", "coalesced", "discarded", "expired"]
"""`interrupted`: by a `now`, or cancelled by a priority. `coalesced`: a later one stands for it. `discarded`: a
notification that came while there was something else to say. `expired`: older than its `max_age_s`."""


@dataclass(slots=True, eq=False)
class Place:
    """An utterance in the queue."""

    utterance: Utterance
    wish: Wish
    expires_at_s: float | None = None
    has_begun: bool = False
    """It stands, or has stood, at the head."""

    def is_with(self, other: "Place") -> bool:
        """Of the same group: one message to everybody else. Another priority makes another group."""
        mine, its = self.wish, other.wish
        return bool(mine.group) and (mine.owner_label, mine.group, mine.priority) == (
            its.owner_label,
            its.group,
            its.priority,
        )


def place(queue: Sequence[Place], newcomer: Place) -> tuple[list[Place], list[tuple[Place, DropReason]]]:
    """The new order, and what is not in it any more, the newcomer itself perhaps. Changes nothing.

    Args:
        queue: in the order of speaking; the first is being spoken, or about to be, with what waits of its group.
    """
    is_now = newcomer.wish.placement == "now"
    joins = not is_now and any(newcomer.is_with(other) for other in queue)
    if newcomer.wish.priority == "notification" and not joins and not _is_all_notifications(queue):
        return list(queue), [(newcomer, "discarded")]
    dropped = [(each, reason) for each in queue if (reason := _fate(each, newcomer, queue[0], joins)) is not None]
    gone = {id(each) for each, _ in dropped}
    order = [each for each in queue if id(each) not in gone]
    followers = [each for each in order if is_now and each.is_with(newcomer)]
    if followers:
        order = [each for each in order if not each.is_with(newcomer)]
    inherited = next((each for each, reason in dropped if reason == "coalesced" and _inherits(newcomer, each)), None)
    index = _index(order, newcomer) if inherited is None else _count_before(queue, inherited, gone)
    order[index:index] = [newcomer, *followers]
    return order, dropped


def _is_all_notifications(queue: Sequence[Place]) -> bool:
    return all(each.wish.priority == "notification" for each in queue)


def _fate(other: Place, newcomer: Place, head: Place, joins: bool) -> DropReason | None:
    """Why this one has to go, if it has to."""
    wish = newcomer.wish
    is_owners = other.wish.owner_label == wish.owner_label
    if wish.replaces and is_owners and other.wish.replaces == wish.replaces and not other.has_begun:
        return "coalesced"
    if wish.placement == "now":
        return "interrupted" if other is head and other.wish.priority != "important" else None
    if wish.priority is None or joins:
        return None
    is_ahead = other is head or other.is_with(head)
    if wish.priority == other.wish.priority == "progress" and is_owners and not is_ahead:
        return "coalesced"
    cancels = CANCELS_SPOKEN if is_ahead and head.utterance.has_started else CANCELS_WAITING
    return "interrupted" if other.wish.priority in cancels[wish.priority] else None


def _inherits(newcomer: Place, coalesced: Place) -> bool:
    """It may stand where that one stood. At the back it might never be heard, if the next one comes early enough."""
    mine, its = newcomer.wish, coalesced.wish
    is_same_kind = newcomer.is_with(coalesced) or (mine.priority == its.priority and not mine.group and not its.group)
    return mine.placement == "append" and is_same_kind and not coalesced.has_begun


def _count_before(queue: Sequence[Place], stop: Place, gone: set[int]) -> int:
    return sum(id(other) not in gone for other in queue[: queue.index(stop)])


def _index(order: Sequence[Place], newcomer: Place) -> int:
    """Where it is to be inserted, by its placement, group and rank."""
    wish = newcomer.wish
    if wish.placement == "now":
        return _index_behind(order, RANK["important"])
    if own := [index for index, other in enumerate(order) if other.is_with(newcomer)]:
        return own[-1] + 1
    index = _index_behind(order, RANK["text" if wish.placement == "next" else wish.priority])
    return index if wish.priority is not None else _index_behind_interrupted(order, index)


def _index_behind(order: Sequence[Place], rank: int) -> int:
    """Behind the last one that goes before what comes later in this rank."""
    return max((index for index, other in enumerate(order, 1) if RANK[other.wish.priority] <= rank), default=0)


def _index_behind_interrupted(order: Sequence[Place], index: int) -> int:
    """From there on, behind what has begun, the rest of its group, and a `now` that has to wait."""
    while index < len(order) and (
        order[index].has_begun or order[index].wish.placement == "now" or order[index].is_with(order[index - 1])
    ):
        index += 1
    return index
