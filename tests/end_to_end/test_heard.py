"""The whole path with a real sound server, and a recogniser that listens: the words sent are the words heard."""

import numpy as np
import pytest
from rig.pulse import PulseServer, Recorder
from rig.recogniser import best_sentence
from running_daemon import RunningDaemon
from waiting import wait_until

from utterd.client.messages import Started

SENTENCES = [
    "The old clock on the wall stopped last night.",
    "Please bring seven green bottles to the garden.",
    "My brother opened the window before breakfast.",
    "A quiet river runs behind our little house.",
]

pytestmark = pytest.mark.sound


@pytest.fixture
def daemon(pulse_server: PulseServer):
    with RunningDaemon("--device", "auto", environ=pulse_server.env) as daemon:
        daemon.wait_ready()
        yield daemon


def test_the_words_sent_are_the_words_heard(daemon, pulse_server):
    with Recorder(pulse_server, latency_ms=20) as recorder, daemon.client() as client:
        for sentence in SENTENCES:
            start = recorder.frames
            assert client.speak(sentence).wait(30).underruns == 0
            recorder.wait_for_silence(after_frame=start)
            heard = best_sentence(recorder.audio(start), recorder.rate_hz, SENTENCES)
            assert heard == "".join(c for c in sentence.lower() if c.isalpha() or c == " ")


def test_started_is_not_told_before_the_sound_is_out(daemon, pulse_server):
    """The event's own time, against the recording of the sink."""
    with Recorder(pulse_server) as recorder, daemon.client() as client:
        utterance = client.speak("All of this is real.")
        wait_until(lambda: daemon_has_started(utterance), what="the started event")
        recorder.wait_for_sound()
        assert np.abs(recorder.audio()).max() > 0
        utterance.wait(30)


def daemon_has_started(utterance) -> bool:
    return any(isinstance(event, Started) for event in utterance.events())


def test_stop_is_silent_at_once_and_the_next_utterance_is_whole(daemon, pulse_server):
    with Recorder(pulse_server) as recorder, daemon.client() as client:
        utterance = client.speak("This sentence goes on and on, and nobody will ever hear the end of it. " * 5)
        recorder.wait_for_sound()
        stopped = client.stop()
        assert stopped == [utterance.id]
        recorder.wait_for_silence()
        start = recorder.frames
        client.speak(SENTENCES[1]).wait(30)
        recorder.wait_for_silence(after_frame=start)
        heard = best_sentence(recorder.audio(start), recorder.rate_hz, SENTENCES)
    assert heard.startswith("please bring seven green bottles")


def test_the_sound_server_dies_in_the_middle_and_speech_goes_on(daemon, pulse_server):
    with daemon.client() as client:
        with Recorder(pulse_server, latency_ms=20) as recorder:
            utterance = client.speak(" ".join(SENTENCES))
            recorder.wait_for_sound()
            pulse_server.kill()
        pulse_server.start()
        finished = utterance.wait(60)
        assert finished.audio_ms > 5_000
        with Recorder(pulse_server, latency_ms=20) as recorder:
            client.speak(SENTENCES[2]).wait(30)
            recorder.wait_for_silence()
            heard = best_sentence(recorder.audio(), recorder.rate_hz, SENTENCES)
    assert heard == "my brother opened the window before breakfast"
