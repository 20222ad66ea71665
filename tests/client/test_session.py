"""Requests, replies and utterances by history: no sockets."""

import pytest

from utterd.client.codec import encode
from utterd.client.errors import ProtocolError, RequestRefused, UtteranceCancelled, UtteranceFailed
from utterd.client.messages import (
    EVENTS,
    REQUESTS,
    TERMINAL_EVENTS,
    Accepted,
    Audio,
    Cancelled,
    ErrorCode,
    Event,
    Failed,
    Finished,
    GetStatus,
    Refused,
    Reply,
    Speak,
    Started,
    Status,
    Stopped,
)
from utterd.client.session import REPLY_TO, TRANSITIONS, Session, Track, UtteranceState

STARTED = Started(utterance=7, t_ms=1, audio_ms=0)
AUDIO = Audio(utterance=7, pcm=b"\0\0")
FINISHED = Finished(utterance=7, t_ms=2, audio_ms=1, underruns=0, dropped=[])
CANCELLED = Cancelled(utterance=7, t_ms=2, audio_ms=1, reason="stopped")
FAILED = Failed(utterance=7, t_ms=2, audio_ms=1, code="stage_crashed", message="it died twice")


def spoken(*events: Event) -> Track:
    """The track of an utterance to which all this happened."""
    session = Session()
    request_id, _ = session.open(Speak(text="hi"))
    session.receive(encode(Accepted(utterance=7), request_id))
    track = session.take_track(request_id)
    assert track
    for event in events:
        session.receive(encode(event, request_id))
    return track


HISTORIES: list[tuple[list[Event], UtteranceState]] = [
    ([], UtteranceState.QUEUED),
    ([STARTED], UtteranceState.SPEAKING),
    ([STARTED, FINISHED], UtteranceState.FINISHED),
    ([AUDIO, AUDIO, FINISHED], UtteranceState.FINISHED),
    ([CANCELLED], UtteranceState.CANCELLED),
    ([STARTED, CANCELLED], UtteranceState.CANCELLED),
    ([FAILED], UtteranceState.FAILED),
    ([STARTED, STARTED, FAILED], UtteranceState.FAILED),
]


@pytest.mark.parametrize(("events", "state"), HISTORIES)
def test_what_happened_decides_the_state(events: list[Event], state: UtteranceState) -> None:
    track = spoken(*events)
    assert track.state is state
    assert list(track.unread) == events


def test_the_table_of_transitions_is_whole() -> None:
    assert set(TRANSITIONS) == set(UtteranceState)
    assert set(REPLY_TO) == set(REQUESTS)
    for state, followers in TRANSITIONS.items():
        assert set(followers) in (set(), set(EVENTS)), state


@pytest.mark.parametrize("end", [FINISHED, CANCELLED, FAILED])
def test_nothing_happens_after_the_end(end: Event) -> None:
    track = spoken(end)
    with pytest.raises(ProtocolError, match="Started for utterance 7"):
        track.record(STARTED)


def test_an_end_is_an_end_for_every_terminal_event() -> None:
    for event in (FINISHED, CANCELLED, FAILED):
        assert isinstance(event, TERMINAL_EVENTS)
        assert spoken(event).end == event


def test_a_result_is_the_last_event_or_its_error() -> None:
    assert spoken(STARTED).result() is None
    assert spoken(STARTED, FINISHED).result() == FINISHED
    with pytest.raises(UtteranceFailed, match="it died twice") as failed:
        spoken(FAILED).result()
    assert failed.value.code == "stage_crashed"
    with pytest.raises(UtteranceCancelled) as cancelled:
        spoken(CANCELLED).result()
    assert cancelled.value.reason == "stopped"


def test_events_are_read_one_by_one_and_then_no_more() -> None:
    track = spoken(STARTED, FINISHED)
    assert [track.take_event(), track.take_event(), track.take_event()] == [[STARTED], [FINISHED], []]
    assert spoken().take_event() is None


def test_an_utterance_may_end_in_the_same_breath_as_it_is_accepted() -> None:
    session = Session()
    request_id, _ = session.open(Speak(text="hi"))
    frames = (encode(message, request_id) for message in (Accepted(utterance=7), STARTED, FINISHED))
    session.receive(b"".join(frames))
    track = session.take_track(request_id)
    assert track is not None
    assert track.end == FINISHED
    assert repr(session) == "<Session 0 open, 0 utterances>"


def test_replies_find_their_requests_in_any_order() -> None:
    session = Session()
    first, _ = session.open(GetStatus())
    second, _ = session.open(GetStatus())
    session.receive(encode(Status(status={"n": 2}), second) + encode(Status(status={"n": 1}), first))
    assert session.take_reply(first, Status) == Status(status={"n": 1})
    assert session.take_reply(second, Status) == Status(status={"n": 2})
    assert session.take_reply(second, Status) is None


def test_a_refusal_is_raised_for_who_asked() -> None:
    session = Session()
    request_id, _ = session.open(Speak(text="hi"))
    session.receive(encode(Refused(code=ErrorCode.QUEUE_FULL.value, message="too much"), request_id))
    with pytest.raises(RequestRefused, match="too much") as caught:
        session.take_track(request_id)
    assert caught.value.code == ErrorCode.QUEUE_FULL


def test_a_reply_nobody_waits_for_any_more_is_dropped() -> None:
    session = Session()
    request_id, _ = session.open(Speak(text="hi"))
    session.forget(request_id)
    session.receive(b"".join(encode(message, request_id) for message in (Accepted(utterance=7), STARTED, FINISHED)))
    assert session.take_track(request_id) is None
    assert repr(session) == "<Session 0 open, 0 utterances>"


@pytest.mark.parametrize("reply", [Accepted(utterance=7), Stopped(utterances=[])])
def test_a_reply_of_the_wrong_type_breaks_the_connection(reply: Reply) -> None:
    session = Session()
    request_id, _ = session.open(GetStatus())
    with pytest.raises(ProtocolError, match="where Status was due"):
        session.receive(encode(reply, request_id))


def test_a_refusal_without_an_id_breaks_the_connection_with_its_sentence() -> None:
    with pytest.raises(ProtocolError, match="not msgpack") as caught:
        Session().receive(encode(Refused(code="malformed", message="not msgpack"), None))
    assert caught.value.code == "malformed"


def test_an_event_of_a_newer_minor_version_is_left_aside() -> None:
    session = Session()
    request_id, _ = session.open(Speak(text="hi"))
    newer = encode(STARTED, request_id).replace(b"\xa7Started", b"\xa7Blushed")
    session.receive(encode(Accepted(utterance=7), request_id) + newer + encode(FINISHED, request_id))
    track = session.take_track(request_id)
    assert track is not None
    assert list(track.unread) == [FINISHED]


def test_garbage_breaks_the_connection() -> None:
    with pytest.raises(ProtocolError):
        Session().receive(b"\0\0\0\1\xc1")


def test_a_request_that_cannot_be_sent_takes_no_id() -> None:
    session = Session()
    with pytest.raises(ProtocolError):
        session.open(Speak(text="\ud800"))
    assert session.open(GetStatus())[0] == 1
