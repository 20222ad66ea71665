"""The blocking client against a fake daemon, over a real socket."""

import os
import socket
import threading
import wave
from collections.abc import Callable
from pathlib import Path

import pytest
from fake_answers import WINDOW
from fake_daemon import QUEUE, STATUS, VOICES, WAIT_S, FakeDaemon

from utterd.client import (
    Client,
    ConnectionLost,
    DaemonNotRunning,
    DaemonUnavailable,
    FileUnwritable,
    ProtocolError,
    RequestRefused,
    UtteranceCancelled,
    UtteranceFailed,
)
from utterd.client.messages import (
    Adjust,
    Audio,
    Event,
    Finished,
    Mark,
    Pause,
    Progress,
    Replay,
    Request,
    Resume,
    Seek,
    Sentence,
    Skip,
    Speak,
    Started,
    Stop,
    Word,
)
from utterd.client.options import SpeakOptions
from utterd.client.peer import ForeignPeer


def test_speaking_waits_until_it_has_been_heard(daemon: FakeDaemon) -> None:
    with Client() as client:
        finished = client.speak("hello").wait(WAIT_S)
    assert isinstance(finished, Finished)
    assert daemon.requests == [Speak(text="hello")]


def test_every_argument_reaches_the_daemon(daemon: FakeDaemon) -> None:
    options: SpeakOptions = {
        "voice": "bm_test",
        "speed": 2.0,
        "language": "en-gb",
        "placement": "now",
        "gain": 0.5,
        "on_disconnect": "stop",
        "destination": "client",
        "priority": "text",
        "key": "k",
        "replaces": "r",
        "group": "g",
        "client": "editor",
        "max_age_s": 1.5,
        "markup": "light",
        "profile": "code",
        "project": "/home/ann",
        "words": True,
    }
    with Client() as client:
        client.speak("hello", **options)
    assert daemon.requests == [Speak(text="hello", **options)]


STEERING: list[tuple[Callable[[Client], list[int]], Request]] = [
    (lambda client: client.pause(), Pause()),
    (lambda client: client.pause(mine=True, client="editor"), Pause(mine=True, client="editor")),
    (lambda client: client.resume(), Resume()),
    (lambda client: client.resume(mine=True, client="editor"), Resume(mine=True, client="editor")),
    (lambda client: client.skip(), Skip()),
    (lambda client: client.seek(), Seek(by="sentence", count=-1)),
    (lambda client: client.seek(120), Seek(to=120)),
    (lambda client: client.seek(by="word", count=3), Seek(by="word", count=3)),
    (lambda client: client.replay(), Replay(seconds=10.0)),
    (lambda client: client.replay(2.5), Replay(seconds=2.5)),
    (lambda client: client.adjust(speed=1.5), Adjust(speed=1.5)),
    (lambda client: client.adjust(volume=0.0), Adjust(volume=0.0)),
]


@pytest.mark.parametrize(("steer", "request_sent"), STEERING)
def test_steering_is_one_request_and_gives_the_ids(
    daemon: FakeDaemon, steer: Callable[[Client], list[int]], request_sent: Request
) -> None:
    daemon.done = [7]
    with Client() as client:
        assert steer(client) == [7]
    assert daemon.requests == [request_sent]


def test_a_clients_own_can_be_stopped(daemon: FakeDaemon) -> None:
    with Client() as client:
        utterance = client.speak("hold", client="editor")
        assert client.stop(mine=True, client="editor") == [utterance.id]
    assert daemon.requests[-1] == Stop(mine=True, client="editor")


def test_events_come_in_order_and_end(daemon: FakeDaemon) -> None:
    with Client() as client:
        utterance = client.speak("hello")
        assert [type(event) for event in utterance.events()] == [Started, Finished]
        assert list(utterance.events()) == []
        assert repr(utterance) == "<Utterance 1 FINISHED>"


def test_failure_and_cancellation_are_raised(daemon: FakeDaemon) -> None:
    with Client() as client:
        with pytest.raises(UtteranceFailed, match="no more"):
            client.speak("fail").wait(WAIT_S)
        with pytest.raises(UtteranceCancelled, match="interrupted"):
            client.speak("stop").wait(WAIT_S)


def test_a_refusal_is_raised_and_the_connection_goes_on(daemon: FakeDaemon) -> None:
    with Client() as client:
        with pytest.raises(RequestRefused, match="refused for queue_full"):
            client.speak("refuse queue_full")
        client.speak("hello").wait(WAIT_S)


def test_an_utterance_can_be_stopped(daemon: FakeDaemon) -> None:
    with Client() as client:
        utterance = client.speak("hold")
        assert utterance.stop() == [utterance.id]
        with pytest.raises(UtteranceCancelled):
            utterance.wait(WAIT_S)


def test_waiting_can_be_limited(daemon: FakeDaemon) -> None:
    with Client() as client, pytest.raises(TimeoutError):
        client.speak("hold").wait(timeout=0.01)


def test_lists_and_status_are_passed_on(daemon: FakeDaemon) -> None:
    with Client() as client:
        assert client.voices() == VOICES
        assert client.queue() == QUEUE
        assert client.status() == STATUS
        assert client.stop() == []
        assert client.stop(all=True) == []


def test_one_thread_stops_what_another_waits_for(daemon: FakeDaemon) -> None:
    with Client() as client:
        utterance = client.speak("hold")
        outcome: list[Exception] = []

        def wait() -> None:
            try:
                utterance.wait(WAIT_S)
            except UtteranceCancelled as error:
                outcome.append(error)

        waiting = [threading.Thread(target=wait) for _ in range(3)]
        for thread in waiting:
            thread.start()
        assert client.stop(utterance.id) == [utterance.id]
        for thread in waiting:
            thread.join(WAIT_S)
    assert len(outcome) == 3


def test_many_threads_share_one_connection(daemon: FakeDaemon) -> None:
    with Client() as client:
        finished: list[int] = []

        def speak_twenty() -> None:
            for _ in range(20):
                utterance = client.speak("hello")
                assert utterance.wait(WAIT_S).utterance == utterance.id
                finished.append(utterance.id)

        threads = [threading.Thread(target=speak_twenty) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(WAIT_S)
    assert sorted(finished) == list(range(1, 81))


def test_closing_wakes_whoever_waits(daemon: FakeDaemon) -> None:
    client = Client()
    utterance = client.speak("hold")
    outcome: list[Exception] = []
    is_waiting = threading.Event()

    def wait() -> None:
        is_waiting.set()
        try:
            utterance.wait(WAIT_S)
        except ConnectionLost as error:
            outcome.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    is_waiting.wait(WAIT_S)
    client.close()
    client.close()
    thread.join(WAIT_S)
    assert "closed" in str(outcome[0])
    with pytest.raises(ConnectionLost):
        client.status()


def test_a_daemon_that_goes_away_is_reported(daemon: FakeDaemon) -> None:
    with Client() as client, pytest.raises(ConnectionLost, match="the daemon closed the connection"):
        client.speak("hang up").wait(WAIT_S)


def test_a_daemon_that_does_not_answer_is_reported(daemon: FakeDaemon) -> None:
    with Client(reply_timeout_s=0.01) as client, pytest.raises(ConnectionLost, match="has not answered"):
        client.speak("silence")


def test_a_daemon_that_talks_nonsense_is_reported(daemon: FakeDaemon) -> None:
    with Client() as client, pytest.raises(ProtocolError):
        client.speak("garbage")


def test_a_text_that_cannot_be_sent_leaves_the_connection_alone(daemon: FakeDaemon) -> None:
    with Client() as client:
        with pytest.raises(ProtocolError, match="surrogate"):
            client.speak("\ud800")
        client.speak("hello").wait(WAIT_S)


def test_an_utterance_left_by_an_error_is_stopped(daemon: FakeDaemon) -> None:
    with Client() as client:
        utterance = client.speak("hold")
        with pytest.raises(KeyboardInterrupt), utterance.stopped_on_error():
            raise KeyboardInterrupt
    assert daemon.wait_for(Stop) == Stop(utterance=utterance.id)


def test_without_a_daemon_the_sentence_says_where_it_was_looked_for(home: Path) -> None:
    with pytest.raises(DaemonNotRunning, match=rf"no daemon is listening at {home}/run/utterd.sock; .*utterd run"):
        Client()


def test_a_socket_nobody_listens_at_any_more_is_no_daemon(home: Path) -> None:
    path = home / "stale.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
    with pytest.raises(DaemonNotRunning):
        Client(path)


def test_a_file_is_no_socket(home: Path) -> None:
    path = home / "file"
    path.touch()
    with pytest.raises(DaemonUnavailable, match="is not a socket"):
        Client(path)


def test_a_path_that_is_too_long_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UTTERD_HOME", "/" + "x" * 200)
    with pytest.raises(DaemonUnavailable, match="longer than 100 bytes"):
        Client()


def test_the_socket_of_another_user_is_not_even_touched(daemon: FakeDaemon, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(os, "getuid", lambda: daemon.socket_path.stat().st_uid + 1)
        with pytest.raises(DaemonUnavailable, match="belongs to another user"):
            Client()
    with Client() as client:
        client.status()
    assert daemon.connections == 1  # the second one


def test_a_listener_of_another_user_is_told_nothing(daemon: FakeDaemon) -> None:
    def refuse(connection: socket.socket) -> None:
        raise ForeignPeer(4242)

    with pytest.raises(DaemonUnavailable, match=r"another user \(uid 4242\)"):
        Client(check=refuse)
    assert daemon.requests == []


def test_a_rendering_becomes_a_wav_file(daemon: FakeDaemon, tmp_path: Path) -> None:
    path = tmp_path / "speech.wav"
    seen: list[Event] = []
    with Client() as client:
        client.render("hello", path, voice="bm_test", markup="ssml", on_event=seen.append)
    with wave.open(str(path)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, 24000)
        assert sound.readframes(10**6) == WINDOW * 2
    assert [type(event) for event in seen] == [Started, Audio, Audio, Finished]
    assert daemon.requests == [
        Speak(text="hello", voice="bm_test", markup="ssml", destination="client", on_disconnect="stop")
    ]


def test_a_rendering_tells_its_words_if_it_is_asked_to(daemon: FakeDaemon, tmp_path: Path) -> None:
    seen: list[Event] = []
    with Client() as client:
        client.render("hello", tmp_path / "speech.wav", words=True, on_event=seen.append)
    assert [type(event) for event in seen] == [Started, Sentence, Word, Mark, Progress, Audio, Audio, Finished]


@pytest.mark.parametrize(
    ("text", "error"), [("fail", UtteranceFailed), ("stop", UtteranceCancelled), ("hang up", ConnectionLost)]
)
def test_a_rendering_that_fails_leaves_no_file(
    daemon: FakeDaemon, tmp_path: Path, text: str, error: type[Exception]
) -> None:
    with Client() as client, pytest.raises(error):
        client.render(text, tmp_path / "speech.wav")
    assert list(tmp_path.iterdir()) == []


def test_a_rendering_that_fails_keeps_what_was_there(daemon: FakeDaemon, tmp_path: Path) -> None:
    path = tmp_path / "speech.wav"
    path.write_bytes(b"precious")
    with Client() as client, pytest.raises(UtteranceFailed):
        client.render("fail", path)
    assert path.read_bytes() == b"precious"
    assert list(tmp_path.iterdir()) == [path]


def test_a_rendering_whose_writer_fails_is_stopped(daemon: FakeDaemon, tmp_path: Path) -> None:
    def complain(event: Event) -> None:
        raise KeyboardInterrupt

    with Client() as client, pytest.raises(KeyboardInterrupt):
        client.render("hold", tmp_path / "speech.wav", on_event=complain)
    assert daemon.wait_for(Stop).utterance == 1
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_synthesised_for_a_file_that_cannot_be_written(daemon: FakeDaemon, tmp_path: Path) -> None:
    with Client() as client, pytest.raises(FileUnwritable, match="does not exist"):
        client.render("hello", tmp_path / "nowhere" / "speech.wav")
    assert daemon.requests == []


def test_the_package_offers_its_names_and_no_others() -> None:
    import utterd.client

    for name in utterd.client.__all__:
        assert getattr(utterd.client, name).__name__ == name
    missing: Callable[[], object] = lambda: utterd.client.Nothing  # noqa: E731
    with pytest.raises(AttributeError, match="Nothing"):
        missing()
