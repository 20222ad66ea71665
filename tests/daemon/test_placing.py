"""Where a newcomer goes: append, next, now, groups, and one that stands for another."""

import pytest
from rig.queueing import Queue, queue_of

# Placements


@pytest.mark.parametrize(
    ("placement", "order", "dropped"),
    [("append", [1, 2, 3], {}), ("next", [1, 3, 2], {}), ("now", [3, 2], {1: "interrupted"})],
)
def test_a_placement_decides_the_order(placement, order, dropped) -> None:
    queue = queue_of(2)
    queue.add(placement=placement)
    assert queue.order == order
    assert queue.dropped == dropped
    assert queue.last.added
    assert queue.scheduler.head is queue.utterances[order[0]]
    assert len(queue.scheduler) == len(order)


@pytest.mark.parametrize("placement", ["append", "next", "now"])
def test_in_an_empty_queue_every_placement_is_the_head(placement) -> None:
    queue = Queue()
    assert queue.scheduler.head is None
    queue.add(placement=placement)
    assert queue.order == [1]
    assert queue.dropped == {}


def test_a_now_waits_behind_everything_important_and_drops_nothing() -> None:
    queue = Queue()
    for wish in ({"priority": "important"}, {"priority": "message"}, {"priority": "important"}, {"placement": "now"}):
        queue.add(**wish)
    assert queue.order == [1, 3, 4, 2]
    assert queue.dropped == {}


def test_next_goes_behind_what_was_interrupted_and_what_could_not_interrupt() -> None:
    queue = queue_of(2)
    queue.add(priority="important")
    assert queue.order == [3, 1, 2]
    queue.add(placement="now")
    assert queue.order == [3, 4, 1, 2]
    queue.add(placement="next")
    assert queue.order == [3, 4, 1, 5, 2]


# Groups


def test_a_member_goes_behind_the_last_of_its_group_even_as_next() -> None:
    queue = queue_of(1)
    queue.add(group="g")
    queue.add()
    queue.add(group="g")
    queue.add(group="g", placement="next")
    assert queue.order == [1, 2, 4, 5, 3]


def test_next_does_not_come_between_a_group_that_has_begun() -> None:
    queue = Queue()
    for wish in ({"group": "g"}, {"group": "g"}, {}, {"placement": "next"}):
        queue.add(**wish)
    assert queue.order == [1, 2, 4, 3]


def test_next_goes_before_a_group_that_has_not_begun() -> None:
    queue = queue_of(1)
    for wish in ({"group": "g"}, {"group": "g"}, {"placement": "next"}):
        queue.add(**wish)
    assert queue.order == [1, 4, 2, 3]


def test_a_group_that_is_interrupted_goes_on_together() -> None:
    queue = Queue()
    for wish in ({"group": "g"}, {"group": "g"}, {"priority": "important"}, {"placement": "next"}):
        queue.add(**wish)
    assert queue.order == [3, 1, 2, 4]


def test_a_now_drops_the_head_and_leaves_the_rest_of_its_group() -> None:
    queue = Queue()
    for wish in ({"group": "g"}, {"group": "g"}, {"placement": "now"}):
        queue.add(**wish)
    assert queue.order == [3, 2]
    assert queue.dropped == {1: "interrupted"}


def test_a_now_brings_along_what_waits_of_its_own_group() -> None:
    queue = queue_of(2)
    for wish in ({"group": "g"}, {"group": "g"}, {"group": "g", "placement": "now"}):
        queue.add(**wish)
    assert queue.order == [5, 3, 4, 2]


def test_a_group_belongs_to_one_client_and_one_priority() -> None:
    queue = queue_of(1)
    queue.add("a", group="g")
    queue.add("b", group="g")
    queue.add("a", group="g", priority="message")
    queue.add("a", group="g")
    assert queue.order == [4, 1, 2, 5, 3]


# Coalescing


def test_a_later_one_with_the_same_label_takes_the_place_of_the_one_that_waits() -> None:
    queue = queue_of(1)
    for wish in ({"replaces": "mail"}, {}, {"replaces": "mail"}):
        queue.add(**wish)
    assert queue.order == [1, 4, 3]
    assert queue.dropped == {2: "coalesced"}


def test_the_place_that_is_left_is_that_of_the_same_kind() -> None:
    queue = queue_of(1)
    for wish in ({"replaces": "job"}, {"priority": "progress"}):
        queue.add(**wish)
    queue.add("b", priority="progress")
    queue.add(replaces="job", priority="progress")
    assert queue.order == [1, 5, 4]
    assert queue.dropped == {2: "coalesced", 3: "coalesced"}


def test_a_placement_decides_where_the_later_one_goes() -> None:
    queue = queue_of(2)
    queue.add(replaces="mail")
    queue.add(replaces="mail", placement="next")
    assert queue.order == [1, 4, 2]
    assert queue.dropped == {3: "coalesced"}


def test_a_group_of_its_own_decides_where_the_later_one_goes() -> None:
    queue = queue_of(1)
    for wish in ({"replaces": "mail"}, {}, {"replaces": "mail", "group": "g"}):
        queue.add(**wish)
    assert queue.order == [1, 3, 4]


def test_what_has_begun_is_not_replaced() -> None:
    queue = Queue()
    queue.add(replaces="mail")
    queue.add(priority="important")
    queue.add(replaces="mail")
    assert queue.order == [2, 1, 3]
    assert queue.dropped == {}


def test_labels_of_two_clients_have_nothing_to_do_with_each_other() -> None:
    queue = queue_of(1)
    queue.add("a", replaces="mail")
    queue.add("b", replaces="mail")
    assert queue.order == [1, 2, 3]


def test_a_full_queue_takes_a_replacement() -> None:
    queue = queue_of(1, limit=1)
    queue.add(replaces="mail")
    queue.add(replaces="mail")
    assert queue.order == [1, 3]
