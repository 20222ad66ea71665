"""What steers speech, used wrongly: each mistake is answered or does nothing, and the daemon speaks on afterwards."""

import socket
import struct
import subprocess
import sys
import threading

import msgpack
import pytest
from rig.file_player import until
from running_daemon import RunningDaemon
from waiting import wait_until

from utterd.client import RequestRefused
from utterd.client.messages import Finished, Paused, Started, Word

TEXT = "One two three four. Five six seven eight. Nine ten eleven twelve."
DIGITS = "7" * 1_000_000
BOMB = """<?xml version="1.0"?>
<!DOCTYPE speak [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>
<speak>&c;</speak>"""
EXTERNAL = '<!DOCTYPE speak [<!ENTITY x SYSTEM "file:///etc/passwd">]><speak>&x;</speak>'
VANISHING = """
import os, sys
from utterd.client import Client
client = Client(sys.argv[1])
{}
os._exit(0)
"""


@pytest.fixture(scope="module")
def daemon():
    with RunningDaemon("--device", "null") as daemon:
        daemon.wait_ready()
        yield daemon


@pytest.fixture
def client(daemon):
    """After each test the daemon is the same process, and speaks."""
    pids = daemon.pids()
    with daemon.client() as client:
        yield client
    with daemon.client() as another:
        another.stop(all=True)
        another.adjust(speed=1.0, volume=1.0)
        assert isinstance(another.speak("Still here.").wait(60), Finished)
    assert daemon.process.poll() is None
    assert daemon.pids() == pids


def refusal(request, *arguments, **fields) -> RequestRefused:
    with pytest.raises(RequestRefused) as refused:
        request(*arguments, **fields)
    assert str(refused.value)
    return refused.value


def test_a_seek_past_the_end_is_refused_and_speech_goes_on(client):
    utterance = client.speak(TEXT, words=True)
    until(utterance.events(), Word)
    assert refusal(client.seek, len(TEXT) + 1).code == "bad_field"
    assert refusal(client.seek, -1).code == "bad_field"
    assert refusal(client.seek, by="sentence", count=0).code == "bad_field"
    assert isinstance(utterance.wait(60), Finished)


def test_a_seek_to_the_end_finishes_and_the_next_utterance_speaks(client):
    """At once, too, while the rest of the text has not been cut into units yet."""
    utterance, following = client.speak(TEXT * 20, words=True), client.speak("Next.")
    until(utterance.events(), Started)
    assert client.seek(len(TEXT) * 20) == [utterance.id]
    assert isinstance(utterance.wait(60), Finished)
    assert isinstance(following.wait(60), Finished)


def test_steps_far_beyond_either_end_stay_within_the_text(client):
    utterance = client.speak(TEXT, words=True)
    events = utterance.events()
    until(events, Word, char_start=TEXT.index("Five"))
    client.seek(by="word", count=-(10**9))
    assert until(events, Word).char_start == 0
    client.seek(by="second", count=10**9)
    assert isinstance(utterance.wait(60), Finished)


def test_an_append_to_what_has_ended_is_refused(client):
    stream = client.stream("Once.")
    stream.end()
    stream.wait(60)
    assert refusal(stream.append, "More.").code == "unknown_utterance"


def test_an_append_to_what_is_no_stream_is_refused(client):
    utterance = client.speak(TEXT)
    assert refusal(utterance.append, "More.").code == "not_a_stream"
    assert isinstance(utterance.wait(60), Finished)


def test_every_verb_on_an_idle_daemon_is_done_to_nobody(client):
    assert client.queue() == []
    assert [client.pause(), client.resume(), client.skip()] == [[], [], []]
    for by in ("word", "sentence", "paragraph", "second"):
        assert client.seek(by=by) == []
    assert [client.seek(7), client.adjust(volume=1.0), client.stop()] == [[], [], []]


@pytest.mark.parametrize("document", [BOMB, EXTERNAL], ids=["bomb", "external"])
def test_entities_of_ones_own_are_refused(client, document):
    refused = refusal(client.speak, document, markup="ssml")
    assert refused.code == "bad_markup"
    assert "root:" not in str(refused)


@pytest.mark.parametrize(
    "document",
    ["<speak>" * 10_000, "<speak>" + "<s>" * 50_000, "&" * 200_000, "\0", "<speak"],
    ids=["roots", "deep", "ampersands", "nul", "half"],
)
def test_broken_xml_is_refused_at_once(client, document):
    assert refusal(client.speak, document, markup="ssml").code == "bad_markup"


def test_a_megabyte_of_digits_begins_to_sound_and_can_be_stopped(client):
    utterance = client.speak(DIGITS)
    until(utterance.events(), Started)
    assert utterance.stop() == [utterance.id]


def test_characters_nobody_sees_change_nothing_that_is_heard(client, tmp_path):
    plain = client.render("A quiet river runs behind our house.", tmp_path / "plain.wav")
    strange = "A\u200b quiet \u202eriver\u202c runs\u2060 behind \u2066our\u2069 house.\ufeff"
    assert client.render(strange, tmp_path / "strange.wav").audio_ms == plain.audio_ms
    alone = refusal(client.speak, "\u200b\u202e\u2066\ufeff")
    assert alone.code in ("nothing_to_speak", "empty_text")


class TestVanishedClients:
    def vanish(self, daemon, script: str) -> None:
        """A process that does this and is gone, with its connection."""
        command = [sys.executable, "-c", VANISHING.format(script), str(daemon.socket)]
        subprocess.run(command, timeout=60, check=True)

    def test_a_stream_left_open_is_spoken_and_ends(self, daemon, client):
        self.vanish(daemon, "client.stream('The beginning of something')")
        wait_until(lambda: client.queue() == [], what="the stream to end")
        assert daemon.status()["queue"] == []

    def test_a_stream_that_is_to_stop_is_cancelled(self, daemon, client):
        client.speak(TEXT)
        self.vanish(daemon, "client.stream('Nobody will hear this', on_disconnect='stop')")
        wait_until(lambda: len(client.queue()) == 1, what="the stream to be cancelled")
        assert client.queue()[0]["state"] == "speaking"

    def test_a_client_that_leaves_while_paused_can_be_resumed_by_another(self, daemon, client):
        self.vanish(daemon, f"u = client.speak({TEXT!r}); next(u.events()); client.pause()")
        wait_until(lambda: [each["state"] for each in client.queue()] == ["paused"], what="the pause")
        assert len(client.resume()) == 1
        wait_until(lambda: client.queue() == [], what="the end")

    def test_a_paused_client_that_is_to_stop_leaves_no_pause_behind(self, daemon, client):
        self.vanish(daemon, f"u = client.speak({TEXT!r}, on_disconnect='stop'); next(u.events()); client.pause()")
        wait_until(lambda: client.queue() == [], what="it to be cancelled")
        assert isinstance(client.speak("Next.").wait(60), Finished)


def test_two_seeks_at_once_end_in_one_of_the_two_places(daemon, client):
    places = [TEXT.index("Five"), TEXT.index("Nine")]
    utterance = client.speak(TEXT, words=True)
    events = utterance.events()
    until(events, Word)
    with daemon.client() as another:
        threads = [
            threading.Thread(target=asker.seek, args=(place,))
            for asker, place in zip((client, another), places, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    words = [event.char_start for event in events if isinstance(event, Word)]
    assert words[-1] == TEXT.index("twelve")
    behind = words[words.index(places[1]) :]
    assert behind == sorted(behind)


def test_a_hundred_seeks_to_and_fro_leave_a_speaking_daemon(client):
    utterance = client.speak(TEXT, words=True)
    until(utterance.events(), Word)
    for number in range(100):
        client.seek(TEXT.index("Five") if number % 2 else TEXT.index("Nine"))
    assert isinstance(utterance.wait(60), Finished)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0, 0.0, 1e308])
def test_a_speed_that_is_none_is_refused(client, value):
    assert refusal(client.adjust, speed=value).code == "bad_field"


@pytest.mark.parametrize("value", [float("nan"), float("-inf"), -0.1, 2.1])
def test_a_volume_that_is_none_is_refused_and_the_speed_beside_it_too(client, value):
    assert refusal(client.adjust, speed=2.0, volume=value).code == "bad_field"
    first = client.speak("As fast as ever.").wait(60).audio_ms
    client.adjust(speed=1.0)
    assert client.speak("As fast as ever.").wait(60).audio_ms == first


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan"), 1e9])
def test_a_replay_of_no_time_is_refused(client, seconds):
    assert refusal(client.replay, seconds).code == "bad_field"


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("Seek", {"to": "here"}),
        ("Seek", {"to": 2**63}),
        ("Seek", {"by": "page"}),
        ("Seek", {"count": 1.5}),
        ("Adjust", {"speed": "fast"}),
        ("Adjust", {"speed": True}),
        ("Replay", {"seconds": None}),
        ("Append", {}),
        ("Append", {"utterance": -1}),
        ("Append", {"utterance": 10**6, "text": "more"}),
        ("Pause", {"mine": 1}),
        ("Speak", {"text": "hi", "priority": "urgent"}),
        ("Speak", {"text": "hi", "priority": "text", "placement": "now"}),
        ("Speak", {"text": "hi", "stream": True, "markup": "ssml"}),
        ("Speak", {"text": "hi", "max_age_s": -1.0}),
        ("Speak", {"text": "hi", "key": "k" * 201}),
    ],
)
def test_a_wrong_field_is_refused_by_its_name(client, daemon, kind, fields):
    utterance = client.speak(TEXT)
    until(utterance.events(), Started)
    body = msgpack.packb([[1, 1], kind, 1, fields])
    with socket.socket(socket.AF_UNIX) as wire:
        wire.connect(str(daemon.socket))
        wire.settimeout(20)
        wire.sendall(struct.pack(">I", len(body)) + body)
        stream = wire.makefile("rb")
        (length,) = struct.unpack(">I", stream.read(4))
        _, answer, _, answered = msgpack.unpackb(stream.read(length))
    assert answer == "Refused", answered
    assert answered["code"] in ("bad_field", "unknown_utterance")
    assert answered["message"]


def test_a_pause_of_nobody_is_not_kept_for_the_next_one(client):
    client.pause()
    assert isinstance(client.speak("Not paused.").wait(60), Finished)


def test_a_second_pause_and_a_second_resume_change_nothing(client):
    utterance = client.speak(TEXT)
    events = utterance.events()
    until(events, Started)
    assert client.pause() == [utterance.id]
    until(events, Paused)
    assert client.pause() == []
    assert client.resume() == [utterance.id]
    assert client.resume() == []
    assert isinstance(utterance.wait(60), Finished)
