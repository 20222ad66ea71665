"""The path on good days: queue, order, renderings, events, shutdown."""

import os
import signal
import subprocess
import sys
import wave
from pathlib import Path

import pytest
from running_daemon import RunningDaemon

from utterd.client import UtteranceCancelled
from utterd.client.messages import Cancelled, Finished, Started


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


def test_an_utterance_starts_and_finishes(client):
    events = list(client.speak("Hello, world.").events())
    assert [type(event) for event in events] == [Started, Finished]
    started, finished = events
    assert 0 < started.handed_ms <= started.t_ms < finished.t_ms
    assert finished.dropped == []


def test_what_makes_no_sound_is_reported_with_its_place(client):
    finished = client.speak("One ܀ two.").wait(30)
    assert [(drop["char_start"], drop["char_end"]) for drop in finished.dropped] == [(4, 5)]


def test_utterances_are_spoken_in_order(client):
    utterances = [client.speak(f"Number {n}.") for n in range(4)]
    ends = [utterance.wait(30).t_ms for utterance in utterances]
    assert ends == sorted(ends)


def test_next_goes_before_what_waits(client):
    first = client.speak("This one is being spoken just now, for quite a while.")
    waiting = client.speak("Last.")
    urgent = client.speak("In between.", placement="next")
    assert [entry["id"] for entry in client.queue()] == [first.id, urgent.id, waiting.id]


def test_now_takes_the_place_of_what_is_spoken(client):
    long = client.speak("On and on and on. " * 20)
    for event in long.events():
        if isinstance(event, Started):
            break
    urgent = client.speak("Listen.", placement="now")
    with pytest.raises(UtteranceCancelled):
        long.wait(30)
    assert urgent.wait(30).audio_ms > 0


def test_stopping_one_that_waits_leaves_the_others_alone(client):
    first, second, third = (client.speak(text) for text in ("The first.", "The second.", "The third."))
    assert client.stop(second.id) == [second.id]
    assert first.wait(30).underruns == 0
    assert third.wait(30).audio_ms > 0
    assert [type(event) for event in second.events()] == [Cancelled]


def test_a_book_being_rendered_does_not_delay_the_loudspeaker(daemon, client, tmp_path):
    book = "Once upon a time there was a very long story. " * 400
    command = [Path(sys.executable).with_name("utterd"), "speak", "-o", str(tmp_path / "book.wav"), "-"]
    rendering = subprocess.Popen(command, env=daemon.environ, stdin=subprocess.PIPE)
    rendering.stdin.write(book.encode())
    rendering.stdin.close()
    assert client.speak("Excuse me.").wait(30).audio_ms > 0
    assert rendering.wait(120) == 0
    with wave.open(str(tmp_path / "book.wav")) as file:
        assert file.getframerate() == 24_000
        assert file.getnframes() > 24_000 * 600


def test_a_rendering_equals_itself_whatever_else_is_spoken(client, tmp_path):
    text = "The same words, twice. " * 10
    client.render(text, tmp_path / "alone.wav")
    busy = client.speak("Something else meanwhile, something else meanwhile.")
    client.render(text, tmp_path / "beside.wav")
    busy.stop()
    with wave.open(str(tmp_path / "alone.wav")) as one, wave.open(str(tmp_path / "beside.wav")) as other:
        assert one.getnframes() == other.getnframes()


def test_sigterm_ends_everything_in_good_order():
    with RunningDaemon("--device", "null") as daemon:
        daemon.wait_ready()
        pids = daemon.pids().values()
        client = daemon.client()
        utterance = client.speak("This will not be heard to its end. " * 10)
        assert daemon.stop(signal.SIGTERM) == 0
        with pytest.raises(UtteranceCancelled) as cancelled:
            utterance.wait(10)
        assert cancelled.value.reason == "shutting_down"
        client.close()
        assert not daemon.socket.exists()
        for pid in pids:
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)


def test_no_spoken_word_is_written_to_the_log_or_to_disk():
    secret = "xylophonequartz"
    with RunningDaemon("--device", "null") as daemon, daemon.client() as client:
        client.speak(f"The password is {secret}.").wait(60)
        for folder, _, names in os.walk(daemon.home):
            for name in names:
                path = os.path.join(folder, name)
                if os.path.isfile(path):
                    with open(path, "rb") as file:
                        assert secret.encode() not in file.read().lower(), name


def test_a_stage_is_a_program(tmp_path):
    path = tmp_path / "x.wav"
    python = sys.executable
    command = (
        f"echo hello there | {python} -m utterd.stages.g2p | {python} -m utterd.stages.inference "
        f"| {python} -m utterd.stages.output --device wav:{path}"
    )
    subprocess.run(command, shell=True, check=True, timeout=120)
    with wave.open(str(path)) as file:
        assert 24_000 // 4 < file.getnframes() < 24_000 * 4
