"""The table of an utterance's life, line by line."""

import itertools

import pytest
from rig.daemon_fakes import Listener, make_utterance

from utterd.client.messages import Cancelled, Event, Failed, Finished, Paused, Resumed, Started, Word
from utterd.daemon.utterance import TRANSITIONS, State
from utterd.stages.chunks import Dropped

STARTED = Started(utterance=1, t_ms=1.0, audio_ms=0.0)
FINISHED = Finished(utterance=1, t_ms=2.0, audio_ms=1.0, underruns=0, dropped=[])
CANCELLED = Cancelled(utterance=1, t_ms=2.0, audio_ms=1.0, reason="stopped")
FAILED = Failed(utterance=1, t_ms=2.0, audio_ms=1.0, code="stage_crashed", message="it died")
PAUSED = Paused(utterance=1, t_ms=2.0, audio_ms=1.0)
RESUMED = Resumed(utterance=1, t_ms=2.0, audio_ms=1.0)
WORD = Word(utterance=1, t_ms=2.0, audio_ms=1.0, char_start=0, char_end=4)
EVENTS: list[Event] = [STARTED, WORD, PAUSED, RESUMED, FINISHED, CANCELLED, FAILED]

ALLOWED = [
    (State.QUEUED, STARTED, State.SPEAKING),
    (State.QUEUED, FINISHED, State.FINISHED),
    (State.QUEUED, CANCELLED, State.CANCELLED),
    (State.QUEUED, FAILED, State.FAILED),
    (State.QUEUED, PAUSED, State.PAUSED),
    (State.PAUSED, STARTED, State.PAUSED),
    (State.PAUSED, WORD, State.PAUSED),
    (State.PAUSED, FINISHED, State.FINISHED),
    (State.PAUSED, CANCELLED, State.CANCELLED),
    (State.PAUSED, FAILED, State.FAILED),
    (State.PAUSED, RESUMED, State.QUEUED),
    (State.SPEAKING, WORD, State.SPEAKING),
    (State.SPEAKING, PAUSED, State.PAUSED),
    (State.SPEAKING, FINISHED, State.FINISHED),
    (State.SPEAKING, CANCELLED, State.CANCELLED),
    (State.SPEAKING, FAILED, State.FAILED),
]
REFUSED = [
    (state, event)
    for state, event in itertools.product(State, EVENTS)
    if (state, event) not in [(before, allowed) for before, allowed, _ in ALLOWED]
]


@pytest.mark.parametrize(("before", "event", "after"), ALLOWED, ids=lambda value: getattr(value, "name", None))
def test_an_event_of_the_table_changes_the_state_and_is_told(before: State, event: Event, after: State) -> None:
    listener = Listener()
    utterance = make_utterance(listener=listener, state=before)
    utterance.happen(event)
    assert utterance.state is after
    assert listener.events == [event]


@pytest.mark.parametrize(("before", "event"), REFUSED, ids=lambda value: getattr(value, "name", None))
def test_any_other_event_is_a_bug_and_told_to_nobody(before: State, event: Event) -> None:
    listener = Listener()
    utterance = make_utterance(listener=listener, state=before)
    with pytest.raises(KeyError):
        utterance.happen(event)
    assert utterance.state is before
    assert listener.events == []


@pytest.mark.parametrize("state", State)
def test_only_finished_cancelled_and_failed_are_ends(state: State) -> None:
    utterance = make_utterance(state=state)
    assert utterance.is_over == (state in (State.FINISHED, State.CANCELLED, State.FAILED))
    assert utterance.is_over == (TRANSITIONS[state] == {})


def test_it_has_started_as_soon_as_that_was_told() -> None:
    utterance = make_utterance()
    assert not utterance.has_started
    utterance.happen(STARTED)
    assert utterance.has_started


def test_its_repr_shows_the_state_and_never_the_text() -> None:
    assert repr(make_utterance(7, "a secret")) == "<Utterance 7 QUEUED 8 characters>"


def test_drops_are_listed_in_the_order_of_the_text() -> None:
    utterance = make_utterance()
    late, early = (Dropped(char_start=n, char_end=n + 1, reason="symbol") for n in (9, 1))
    utterance.dropped[3] = (late,)
    utterance.dropped[0] = (early,)
    assert utterance.dropped_in_order() == [early, late]


def test_a_unit_that_is_read_twice_reports_its_drops_once() -> None:
    utterance = make_utterance()
    drop = Dropped(char_start=0, char_end=1, reason="symbol")
    for _ in range(2):
        utterance.dropped[0] = (drop,)
    assert utterance.dropped_in_order() == [drop]


def test_frames_and_nanoseconds_become_milliseconds() -> None:
    utterance = make_utterance(audio_frames=2_400)
    assert utterance.audio_ms == 100.0
    assert utterance.since_received_ms(2_500_000) == 2.5


def test_after_a_pause_it_is_where_it_was() -> None:
    utterance = make_utterance()
    for event, after in ((STARTED, State.SPEAKING), (PAUSED, State.PAUSED), (RESUMED, State.SPEAKING)):
        utterance.happen(event)
        assert utterance.state is after
