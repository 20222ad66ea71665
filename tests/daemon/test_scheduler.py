"""The queue as it lives: keys, ages, size, and what is in it."""

import pytest
from rig.daemon_fakes import make_utterance
from rig.queueing import Queue, queue_of

from utterd.daemon.scheduler import QueueFull

# Keys


@pytest.mark.parametrize("is_over", [False, True])
def test_the_same_key_again_is_the_earlier_utterance_and_changes_nothing(is_over) -> None:
    queue = Queue()
    first = queue.add("a", key="k")
    if is_over:
        queue.remove(first)
    before = queue.order
    queue.add("a", key="k", placement="now")
    assert (queue.last.added, queue.last.existing_id, queue.dropped) == (False, first, {})
    assert queue.order == before
    assert queue.scheduler.known("a", "k") == first


def test_the_key_of_one_client_is_unknown_to_another() -> None:
    queue = Queue()
    queue.add("a", key="k")
    assert queue.scheduler.known("b", "k") is None
    queue.add("b", key="k")
    assert queue.order == [1, 2]


def test_what_was_refused_leaves_no_key() -> None:
    queue = queue_of(2, limit=1)
    with pytest.raises(QueueFull):
        queue.add("a", key="k")
    assert queue.scheduler.known("a", "k") is None


def test_a_dropped_utterance_keeps_its_key() -> None:
    queue = queue_of(1)
    notification = queue.add(priority="notification", key="k")
    assert queue.dropped == {notification: "discarded"}
    assert queue.scheduler.known("a", "k") == notification


# Ages


def test_what_did_not_sound_in_time_is_dropped_the_head_too() -> None:
    queue = Queue()
    queue.add(at_s=10, max_age_s=2)
    queue.add(at_s=10)
    queue.add(at_s=11, max_age_s=3)
    assert queue.scheduler.next_expiry_s == 12
    assert queue.scheduler.expire(11.9) == []
    assert queue.scheduler.expire(12) == [queue.utterances[1]]
    assert queue.order == [2, 3]
    assert queue.scheduler.next_expiry_s == 14
    assert queue.scheduler.expire(100) == [queue.utterances[3]]
    assert queue.scheduler.next_expiry_s is None


def test_what_sounds_does_not_expire() -> None:
    queue = Queue()
    queue.add(max_age_s=1)
    queue.sound(1)
    assert queue.scheduler.next_expiry_s is None
    assert queue.scheduler.expire(5) == []


# Size


@pytest.mark.parametrize(
    "wish", [{}, {"placement": "next"}, {"priority": "important"}, {"priority": "progress"}, {"group": "g"}]
)
def test_a_full_queue_takes_nothing_and_changes_nothing(wish) -> None:
    queue = queue_of(3, limit=2)
    with pytest.raises(QueueFull, match=r"^2 utterances wait already$") as caught:
        queue.add(**wish)
    assert caught.value.waiting == 2
    assert queue.order == [1, 2, 3]


def test_a_full_queue_can_still_be_interrupted() -> None:
    queue = queue_of(3, limit=2)
    queue.add(placement="now")
    assert queue.order == [4, 2, 3]


def test_a_now_that_would_have_to_wait_is_refused_by_a_full_queue() -> None:
    queue = Queue(limit=0)
    queue.add(priority="important")
    with pytest.raises(QueueFull):
        queue.add(placement="now")


# What is in it


def test_utterances_are_found_and_removed_wherever_they_stand() -> None:
    queue = queue_of(4)
    assert queue.scheduler.find(2) is queue.utterances[2]
    assert [queue.scheduler.position(number) for number in (1, 2, 9)] == [0, 1, None]
    queue.remove(2, 4)
    assert queue.scheduler.find(2) is None
    assert queue.order == [1, 3]


def test_removing_what_is_not_there_removes_nothing() -> None:
    queue = queue_of(2)
    with pytest.raises(ValueError, match="not all of"):
        queue.scheduler.remove(queue.utterances[1], make_utterance(9))
    assert queue.order == [1, 2]


def test_one_clients_utterances_are_told_from_those_of_others() -> None:
    queue = Queue()
    for owner in ("a", "b", "a"):
        queue.add(owner)
    numbered = queue.utterances
    assert queue.scheduler.owned_by("a") == [numbered[1], numbered[3]]


def test_the_queue_may_be_changed_while_it_is_walked_through() -> None:
    queue = queue_of(3)
    for utterance in queue.scheduler:
        queue.scheduler.remove(utterance)
    assert len(queue.scheduler) == 0
