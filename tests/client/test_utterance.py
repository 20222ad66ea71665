"""Utterances and streams, over a real socket."""

import pytest
from fake_daemon import WAIT_S, FakeDaemon

from utterd.client import Client, RequestRefused, UtteranceCancelled
from utterd.client.messages import Append, Finished, Paused, Resumed, Speak, Started, Stop


def test_a_stream_is_spoken_while_it_is_being_written(daemon: FakeDaemon) -> None:
    with Client() as client:
        with client.stream(voice="bm_test") as stream:
            assert [stream.write(token) for token in ("Once", " upon", "", " a time.")] == [4, 5, 0, 8]
        assert isinstance(stream.wait(WAIT_S), Finished)
        assert repr(stream) == "<Stream 1 FINISHED>"
    assert daemon.requests == [
        Speak(text="", voice="bm_test", stream=True),
        Append(utterance=1, text="Once"),
        Append(utterance=1, text=" upon"),
        Append(utterance=1, text=" a time."),
        Append(utterance=1, is_last=True),
    ]


def test_a_stream_may_begin_with_text_and_be_ended_early(daemon: FakeDaemon) -> None:
    with Client() as client, client.stream("Hello.") as stream:
        stream.end()
        stream.end()
        stream.wait(WAIT_S)
    assert daemon.requests == [Speak(text="Hello.", stream=True), Append(utterance=1, is_last=True)]


def test_a_stream_can_be_printed_to(daemon: FakeDaemon) -> None:
    with Client() as client, client.stream() as stream:
        print("Hello.", file=stream)
    assert [request.text for request in daemon.requests if isinstance(request, Append)] == ["Hello.", "\n", ""]


def test_a_stream_left_by_an_error_is_stopped(daemon: FakeDaemon) -> None:
    with Client() as client, pytest.raises(KeyboardInterrupt), client.stream("Once") as stream:
        raise KeyboardInterrupt
    assert daemon.requests[-1] == Stop(utterance=stream.id)


def test_writing_to_a_stream_that_was_stopped_says_so(daemon: FakeDaemon) -> None:
    with Client() as client:
        stream = client.stream()
        stream.write("stop")
        with pytest.raises(UtteranceCancelled, match="interrupted"):
            stream.write("more")


def test_a_stream_that_was_stopped_is_not_stopped_again(daemon: FakeDaemon) -> None:
    with Client() as client, pytest.raises(UtteranceCancelled, match="interrupted"), client.stream() as stream:
        stream.write("stop")
    assert not any(isinstance(request, Stop) for request in daemon.requests)


def test_a_complete_text_cannot_be_appended_to(daemon: FakeDaemon) -> None:
    with Client() as client:
        utterance = client.speak("hold")
        with pytest.raises(RequestRefused) as refused:
            utterance.append("more")
    assert refused.value.code == "not_a_stream"


def test_a_refused_piece_leaves_the_stream_open(daemon: FakeDaemon) -> None:
    with Client() as client, client.stream() as stream:
        with pytest.raises(RequestRefused, match="refused for text_too_long"):
            stream.write("refuse text_too_long")
        stream.write("hello")
    assert daemon.requests[-1] == Append(utterance=1, is_last=True)


def test_pauses_are_events_of_the_utterance(daemon: FakeDaemon) -> None:
    with Client() as client:
        utterance = client.speak("hold")
        assert client.pause() == [utterance.id]
        assert repr(utterance) == "<Utterance 1 PAUSED>"
        assert client.resume() == [utterance.id]
        events = utterance.events()
        assert [type(next(events)) for _ in range(3)] == [Started, Paused, Resumed]


def test_stopping_on_the_way_out_bears_an_utterance_that_is_over(daemon: FakeDaemon) -> None:
    with Client() as client:
        utterance = client.speak("hello")
        utterance.wait(WAIT_S)
        utterance.stop_if_unfinished()
        assert len(daemon.requests) == 1
        other = client.speak("hold")
        client.close()
        other.stop_if_unfinished()
