"""SSIP's rules, one test each, as the queue keeps them."""

import pytest
from rig.queueing import Queue

from utterd.client.messages import Priority

LOWER: list[Priority] = ["message", "text", "notification", "progress"]


def queue_of(*priorities: Priority | None) -> Queue:
    """Utterances 1, 2, 3 … of one client each, in the order they came; the first sounds before the second comes."""
    queue = Queue()
    for number, priority in enumerate(priorities, 1):
        queue.add(f"client {number}", priority=priority)
        if number == 1:
            queue.sound(1)
    return queue


# important


@pytest.mark.parametrize("spoken", LOWER)
def test_important_cancels_what_is_being_spoken_and_is_said_instead(spoken) -> None:
    queue = queue_of(spoken, "important")
    assert queue.order == [2]
    assert queue.dropped == {1: "interrupted"}


@pytest.mark.parametrize("later", ["important", *LOWER, None])
def test_important_is_never_interrupted_by_another_priority(later) -> None:
    queue = queue_of("important", later)
    assert queue.order[0] == 1
    assert 1 not in queue.dropped


def test_several_important_are_said_in_the_order_they_came() -> None:
    assert queue_of("important", "message", "important", "important").order == [1, 3, 4, 2]


@pytest.mark.parametrize("waiting", ["message", "text"])
def test_important_puts_off_waiting_messages_and_texts(waiting) -> None:
    queue = queue_of("important", waiting, "important")
    assert queue.order == [1, 3, 2]
    assert queue.dropped == {}


def test_important_cancels_a_notification() -> None:
    assert queue_of("notification", "important").dropped == {1: "interrupted"}


@pytest.mark.parametrize("head", ["message", "text"])
def test_important_puts_off_a_head_that_nobody_has_heard_of_yet(head) -> None:
    queue = Queue()
    queue.add(priority=head)
    queue.add(priority="important")
    assert queue.order == [2, 1]
    assert queue.dropped == {}


# message


def test_messages_do_not_interrupt_themselves_and_are_said_in_the_order_they_came() -> None:
    assert queue_of("message", "message", "message").order == [1, 2, 3]


@pytest.mark.parametrize("spoken", ["text", "notification", "progress"])
def test_a_message_cancels_lower_priorities_being_spoken(spoken) -> None:
    queue = queue_of(spoken, "message")
    assert queue.order == [2]
    assert queue.dropped == {1: "interrupted"}


def test_a_message_cancels_waiting_texts() -> None:
    queue = queue_of("important", "text", "message")
    assert queue.order == [1, 3]
    assert queue.dropped == {2: "interrupted"}


def test_a_message_waits_for_important_and_earlier_messages() -> None:
    assert queue_of("important", "message", "message").order == [1, 2, 3]


# text


def test_a_text_waits_for_important_and_messages() -> None:
    assert queue_of("important", "message", "text").order == [1, 2, 3]


def test_of_several_texts_only_the_latest_is_said() -> None:
    queue = queue_of("text", "text")
    assert queue.order == [2]
    assert queue.dropped == {1: "interrupted"}


def test_a_text_cancels_a_text_that_waits() -> None:
    queue = queue_of("message", "text", "text")
    assert queue.order == [1, 3]
    assert queue.dropped == {2: "interrupted"}


@pytest.mark.parametrize("spoken", ["notification", "progress"])
def test_a_text_cancels_lower_priorities_being_spoken(spoken) -> None:
    queue = queue_of(spoken, "text")
    assert queue.order == [2]
    assert queue.dropped == {1: "interrupted"}


# notification


@pytest.mark.parametrize("spoken", ["important", "message", "text", "progress", None])
def test_a_notification_is_dropped_while_anything_else_is_spoken(spoken) -> None:
    queue = queue_of(spoken, "notification")
    assert queue.order == [1]
    assert queue.dropped == {2: "discarded"}
    assert not queue.last.added


def test_a_notification_is_dropped_if_anything_else_waits() -> None:
    queue = queue_of("notification", None, "notification")
    assert queue.order == [1, 2]
    assert queue.dropped == {3: "discarded"}


def test_of_several_notifications_only_the_last_is_said() -> None:
    queue = queue_of("notification", "notification")
    assert queue.order == [2]
    assert queue.dropped == {1: "interrupted"}


# progress


def test_progress_does_not_interrupt_progress() -> None:
    queue = Queue()
    assert [queue.add(priority="progress"), queue.add(priority="progress")] == queue.order
    assert queue.dropped == {}


def test_of_the_progress_that_could_not_be_said_at_once_only_the_latest_is_kept() -> None:
    queue = Queue()
    for _ in range(3):
        queue.add(priority="progress")
    assert queue.order == [1, 3]
    assert queue.dropped == {2: "coalesced"}


@pytest.mark.parametrize("spoken", ["important", "message", "text", None])
def test_the_last_progress_is_said_though_others_speak_meanwhile(spoken) -> None:
    queue = queue_of(spoken, "progress")
    for later in ("important", "message", "text", None):
        queue.add(priority=later)
        assert 2 not in queue.dropped
    assert queue.order[-1] == 2


def test_a_progress_that_nobody_has_heard_of_yet_is_said_after_what_goes_before_it() -> None:
    queue = Queue()
    queue.add(priority="progress")
    for later in ("message", None, "text"):
        queue.add(priority=later)
    assert queue.order == [2, 4, 1, 3]


def test_what_comes_for_a_progress_that_was_interrupted_unheard_comes_last() -> None:
    queue = Queue()
    for wish in ({"priority": "progress"}, {}, {"priority": "important"}, {"priority": "progress"}):
        queue.add(**wish)
    assert queue.order == [3, 2, 4]
    assert queue.dropped == {1: "coalesced"}


def test_every_client_has_a_series_of_its_own() -> None:
    queue = queue_of(None)
    for owner in ("b", "c", "b"):
        queue.add(owner, priority="progress")
    assert queue.order == [1, 4, 3]
    assert queue.dropped == {2: "coalesced"}


# An utterance without a priority


@pytest.mark.parametrize("priority", ["important", "message", "text"])
def test_the_upper_three_go_before_a_plain_utterance_which_stays(priority) -> None:
    queue = queue_of(None, None, priority)
    assert queue.order == [3, 1, 2]
    assert queue.dropped == {}


@pytest.mark.parametrize("spoken", ["important", *LOWER])
def test_a_plain_utterance_interrupts_no_priority_by_itself(spoken) -> None:
    queue = queue_of(spoken, None)
    assert queue.order == [1, 2]
    assert queue.dropped == {}


def test_a_plain_utterance_is_said_before_waiting_progress() -> None:
    assert queue_of("progress", "progress", None).order == [1, 3, 2]


# A group is SSIP's block


def test_a_group_that_is_being_spoken_is_cancelled_as_a_whole() -> None:
    queue = Queue()
    for _ in range(2):
        queue.add(priority="message", group="g")
    queue.sound(1)
    queue.add(priority="message")
    queue.add(priority="important")
    assert queue.order == [4, 3]
    assert queue.dropped == {1: "interrupted", 2: "interrupted"}


@pytest.mark.parametrize("priority", ["text", "notification", "progress"])
def test_within_a_group_nothing_cancels_anything(priority) -> None:
    queue = Queue()
    for _ in range(3):
        queue.add(priority=priority, group="g")
    assert queue.order == [1, 2, 3]
    assert queue.dropped == {}
