"""What clients of protocol 1.1 ask of a real daemon: streams, words, pauses, seeks, keys, marks."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from running_daemon import RunningDaemon

from utterd.client import RequestRefused, UtteranceCancelled
from utterd.client.messages import Cancelled, Finished, Mark, Paused, Progress, Resumed, Sentence, Started, Word

TEXT = "One two three four. Five six seven eight. Nine ten eleven twelve."


@pytest.fixture(scope="module")
def daemon():
    with RunningDaemon("--device", "null") as daemon:
        daemon.wait_ready()
        yield daemon


@pytest.fixture
def client(daemon):
    with daemon.client() as client:
        yield client
        client.stop(all=True)


def utterd(daemon, *arguments, stdin=""):
    command = [Path(sys.executable).with_name("utterd"), *arguments]
    return subprocess.run(command, env=daemon.environ, input=stdin, capture_output=True, text=True, timeout=60)


def wait_until(events, kind):
    """The next event of this kind; those before it are dropped."""
    return next(event for event in events if isinstance(event, kind))


def test_a_stream_is_heard_before_it_is_complete(client):
    with client.stream() as stream:
        for token in ("Once upon a ", "time, there was", " a castle. ", "And in it ", "lived a "):
            stream.write(token)
        wait_until(stream.events(), Started)
        stream.write("king.")
    assert stream.wait(60).audio_ms > 0


def test_a_stream_nobody_ends_is_spoken_after_a_moment(client):
    stream = client.stream("Hello")
    wait_until(stream.events(), Started)
    stream.end()
    assert stream.wait(60).dropped == []


def test_a_stream_from_the_shell_has_its_words(daemon):
    done = utterd(daemon, "speak", "--stream", "--events", stdin=TEXT)
    assert (done.returncode, done.stderr) == (0, "")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    words = [TEXT[event["char_start"] : event["char_end"]] for event in events if event["event"] == "word"]
    assert " ".join(words).replace(".", "") == TEXT.replace(".", "")


def test_words_come_in_order_each_sentence_before_its_first(client):
    events = list(client.speak(TEXT, words=True).events())
    places = [event.char_start for event in events if isinstance(event, Word)]
    assert places == sorted(places)
    for index, event in enumerate(events):
        if isinstance(event, Sentence):
            assert isinstance(events[index + 1], Word)
            assert events[index + 1].char_start == event.char_start
    assert len([event for event in events if isinstance(event, Sentence)]) == 3
    assert [event for event in events if isinstance(event, Progress)][-1].char_end == len(TEXT)


def test_a_pause_holds_until_resumed(daemon, client):
    utterance = client.speak(TEXT, words=True)
    events = utterance.events()
    wait_until(events, Word)
    assert client.pause() == [utterance.id]
    paused = wait_until(events, Paused)
    assert [entry["state"] for entry in client.queue()] == ["paused"]
    assert json.loads(utterd(daemon, "resume", "--json").stdout) == {"resumed": [utterance.id]}
    resumed = wait_until(events, Resumed)
    assert resumed.audio_ms == paused.audio_ms
    assert utterance.wait(60).audio_ms > paused.audio_ms


def test_a_seek_goes_to_the_word_there(client):
    utterance = client.speak(TEXT, words=True)
    events = utterance.events()
    wait_until(events, Word)
    client.pause()
    wait_until(events, Paused)
    assert client.seek(TEXT.index("Nine")) == [utterance.id]
    client.resume()
    assert wait_until(events, Sentence).char_start == TEXT.index("Nine")
    assert isinstance(utterance.wait(60), Finished)


def test_a_skip_lets_the_next_one_speak(daemon, client):
    first, second = client.speak(TEXT), client.speak("Hello.")
    wait_until(first.events(), Started)
    assert utterd(daemon, "skip").stdout == f"skipped {first.id}\n"
    with pytest.raises(UtteranceCancelled, match="skipped"):
        first.wait(60)
    assert isinstance(second.wait(60), Finished)


def test_marks_are_told_as_they_are_passed(client):
    text = "One, [mark here] two. [pause 100ms] Three."
    mark = wait_until(client.speak(text, markup="light", words=True).events(), Mark)
    assert (mark.name, mark.char_start) == ("here", text.index(" two"))
    with pytest.raises(RequestRefused) as refused:
        client.speak("[pause for ever]", markup="light")
    assert refused.value.code == "bad_markup"


def test_a_key_is_spoken_once(client):
    first = client.speak(TEXT, key="k", client="tests")
    second = client.speak(TEXT, key="k", client="tests")
    assert second.id == first.id
    with pytest.raises(UtteranceCancelled, match="coalesced"):
        second.wait(2)
    assert client.stop(mine=True, client="tests") == [first.id]


def test_a_later_one_replaces_what_waits(client):
    client.speak(TEXT)
    waiting = client.speak("Ten percent.", replaces="build")
    latest = client.speak("Twenty percent.", replaces="build")
    assert [type(event) for event in waiting.events()] == [Cancelled]
    assert client.queue()[-1]["id"] == latest.id


def test_on_an_idle_daemon_steering_does_nothing(daemon, client):
    client.stop(all=True)
    for command in ("pause", "resume", "skip", "back", "forward", "seek 5"):
        done = utterd(daemon, *command.split())
        assert (done.returncode, done.stdout) == (0, "nothing is being spoken\n")
