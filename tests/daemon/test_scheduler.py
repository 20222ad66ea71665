"""Who speaks next: append, next, now, and a queue that is full."""

import pytest
from rig.daemon_fakes import make_utterance

from utterd.client.messages import Placement
from utterd.daemon.scheduler import QueueFull, Scheduler
from utterd.daemon.utterance import Utterance

A, B, C = (make_utterance(number) for number in (1, 2, 3))


def queue_of(*utterances: Utterance, limit: int = 10) -> Scheduler:
    queue = Scheduler(limit=limit)
    for utterance in utterances:
        queue.add(utterance)
    return queue


@pytest.mark.parametrize(
    ("placement", "order", "replaced"),
    [("append", [A, B, C], None), ("next", [A, C, B], None), ("now", [C, B], A)],
)
def test_a_placement_decides_the_order(placement: Placement, order: list[Utterance], replaced: Utterance) -> None:
    queue = queue_of(A, B)
    assert queue.add(C, placement) is replaced
    assert list(queue) == order
    assert queue.head is order[0]
    assert len(queue) == len(order)


@pytest.mark.parametrize("placement", ["append", "next", "now"])
def test_in_an_empty_queue_every_placement_is_the_head(placement: Placement) -> None:
    queue = queue_of()
    assert queue.head is None
    assert queue.add(A, placement) is None
    assert queue.head is A


@pytest.mark.parametrize("placement", ["append", "next"])
def test_a_full_queue_takes_nothing_and_changes_nothing(placement: Placement) -> None:
    queue = queue_of(A, B, limit=2)
    with pytest.raises(QueueFull):
        queue.add(C, placement)
    assert list(queue) == [A, B]


def test_a_full_queue_can_still_be_interrupted() -> None:
    queue = queue_of(A, B, limit=2)
    assert queue.add(C, "now") is A
    assert list(queue) == [C, B]


def test_an_utterance_is_found_and_removed_wherever_it_stands() -> None:
    queue = queue_of(A, B, C)
    assert queue.find(2) is B
    queue.remove(B)
    assert queue.find(2) is None
    assert list(queue) == [A, C]


def test_the_queue_may_be_changed_while_it_is_walked_through() -> None:
    queue = queue_of(A, B, C)
    for utterance in queue:
        queue.remove(utterance)
    assert len(queue) == 0
