"""Requests, replies and utterances by history: no sockets."""

import pytest

from utterd.client.codec import encode
from utterd.client.errors import ProtocolError, RequestRefused
from utterd.client.messages import (
    REQUESTS,
    Accepted,
    Append,
    Done,
    ErrorCode,
    Event,
    Finished,
    GetStatus,
    Refused,
    Reply,
    Speak,
    Started,
    Status,
    Stopped,
)
from utterd.client.session import REPLY_TO, Session
from utterd.client.track import Track

STARTED = Started(utterance=7, t_ms=1, audio_ms=0)
FINISHED = Finished(utterance=7, t_ms=2, audio_ms=1, underruns=0, dropped=[])


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


def test_every_request_has_its_reply() -> None:
    assert set(REPLY_TO) == set(REQUESTS)


def test_events_find_their_utterance() -> None:
    track = spoken(STARTED, FINISHED)
    assert list(track.unread) == [STARTED, FINISHED]
    assert track.end == FINISHED


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


def test_a_reply_without_content_of_its_own_says_to_whom_it_was_done() -> None:
    session = Session()
    request_id, _ = session.open(Append(utterance=7, text="more"))
    session.receive(encode(Done(utterances=[7]), request_id))
    assert session.take_reply(request_id, Done) == Done(utterances=[7])


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
