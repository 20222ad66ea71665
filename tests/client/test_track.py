"""What became of an utterance, by history."""

import pytest
from message_samples import SAMPLES

from utterd.client.errors import ProtocolError, UtteranceCancelled, UtteranceFailed
from utterd.client.messages import (
    EVENTS,
    TERMINAL_EVENTS,
    Audio,
    Cancelled,
    Event,
    Failed,
    Finished,
    Mark,
    Paused,
    Progress,
    Resumed,
    Sentence,
    Started,
    Word,
)
from utterd.client.track import TRANSITIONS, Track, UtteranceState

SAMPLE_OF = {type(sample): sample for sample in SAMPLES}

STARTED = Started(utterance=7, t_ms=1, audio_ms=0)
FINISHED = Finished(utterance=7, t_ms=2, audio_ms=1, underruns=0, dropped=[])
CANCELLED = Cancelled(utterance=7, t_ms=2, audio_ms=1, reason="stopped")
FAILED = Failed(utterance=7, t_ms=2, audio_ms=1, code="stage_crashed", message="it died twice")


def told(*events: Event) -> Track:
    """The track of an utterance to which all this happened."""
    track = Track(utterance=7)
    for event in events:
        track.record(event)
    return track


def samples(*types: type[Event]) -> list[Event]:
    found = [SAMPLE_OF[each] for each in types]
    assert all(isinstance(sample, EVENTS) for sample in found)
    return found  # type: ignore[return-value]


HISTORIES: list[tuple[list[type[Event]], UtteranceState]] = [
    ([], UtteranceState.QUEUED),
    ([Started], UtteranceState.SPEAKING),
    ([Started, Finished], UtteranceState.FINISHED),
    ([Started, Sentence, Word, Mark, Progress], UtteranceState.SPEAKING),
    ([Sentence, Word, Mark], UtteranceState.SPEAKING),
    ([Sentence, Word, Audio, Word, Audio, Finished], UtteranceState.FINISHED),
    ([Started, Paused], UtteranceState.PAUSED),
    ([Paused], UtteranceState.PAUSED),
    ([Started, Paused, Word, Progress], UtteranceState.PAUSED),
    ([Started, Paused, Resumed], UtteranceState.SPEAKING),
    ([Started, Paused, Cancelled], UtteranceState.CANCELLED),
    ([Paused, Resumed, Started, Finished], UtteranceState.FINISHED),
    ([Resumed], UtteranceState.QUEUED),
    ([Cancelled], UtteranceState.CANCELLED),
    ([Started, Cancelled], UtteranceState.CANCELLED),
    ([Failed], UtteranceState.FAILED),
    ([Started, Started, Failed], UtteranceState.FAILED),
]


@pytest.mark.parametrize(("types", "state"), HISTORIES)
def test_what_happened_decides_the_state(types: list[type[Event]], state: UtteranceState) -> None:
    events = samples(*types)
    track = told(*events)
    assert track.state is state
    assert list(track.unread) == events


def test_the_table_of_transitions_is_whole() -> None:
    assert set(TRANSITIONS) == set(UtteranceState)
    for state, followers in TRANSITIONS.items():
        assert set(followers) in (set(), set(EVENTS)), state


@pytest.mark.parametrize("end", [FINISHED, CANCELLED, FAILED])
def test_nothing_happens_after_the_end(end: Event) -> None:
    track = told(end)
    with pytest.raises(ProtocolError, match="Started for utterance 7"):
        track.record(STARTED)


def test_an_end_is_an_end_for_every_terminal_event() -> None:
    for event in (FINISHED, CANCELLED, FAILED):
        assert isinstance(event, TERMINAL_EVENTS)
        assert told(event).end == event


def test_a_result_is_the_last_event_or_its_error() -> None:
    assert told(STARTED).result() is None
    assert told(STARTED, FINISHED).result() == FINISHED
    with pytest.raises(UtteranceFailed, match="it died twice") as failed:
        told(FAILED).result()
    assert failed.value.code == "stage_crashed"
    with pytest.raises(UtteranceCancelled) as cancelled:
        told(CANCELLED).result()
    assert cancelled.value.reason == "stopped"


def test_events_are_read_one_by_one_and_then_no_more() -> None:
    track = told(STARTED, FINISHED)
    assert [track.take_event(), track.take_event(), track.take_event()] == [[STARTED], [FINISHED], []]
    assert told().take_event() is None
