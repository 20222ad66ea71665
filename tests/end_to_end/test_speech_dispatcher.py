"""A real speech-dispatcher, with utterd as one of its modules: what `spd-say` and screen readers ask for is heard."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from rig.counter import Pcm
from rig.pulse import PulseServer, Recorder
from rig.pulse import missing_programs as missing_of_pulse
from rig.recogniser import best_sentence, decoys, normalise
from rig.speechd import SpeechDispatcher, missing_programs, module_script
from rig.ssip import SsipClient
from running_daemon import RunningDaemon
from waiting import wait_until

from utterd.client import Client
from utterd.client.bridges.speech_dispatcher.module import MOST_FAILURES
from utterd.client.errors import DaemonUnavailable

ONE = "The old clock on the wall stopped last night."
TWO = "Please bring seven green bottles to the garden."
THREE = "My brother opened the window before breakfast."
SHORT = "My brother opened the window."
LONG = "This sentence goes on and on, and nobody will ever hear the end of it. " * 20

SERVER_NAMES_NO_SIGNS = 'Include "/etc/speech-dispatcher/speechd.conf"\nSymbolsPreproc "no"\n'

pytestmark = [
    pytest.mark.sound,
    pytest.mark.skipif(
        bool([*missing_of_pulse(), *missing_programs()]),
        reason=f"not installed: {', '.join([*missing_of_pulse(), *missing_programs()])}; run tests/rig/install.sh",
    ),
]


@dataclass
class Room:
    """A loudspeaker, a daemon, a speech-dispatcher, and someone who listens."""

    speechd: SpeechDispatcher
    recorder: Recorder
    home: Path
    """The daemon's."""

    def heard(self, start: int, *candidates: str) -> str:
        """Which of these was spoken since frame `start`; a word more or less is a matter of test_heard.py."""
        heard = best_sentence(self.recorder.audio(start), self.recorder.rate_hz, list(candidates))
        versions = {each: (normalise(each), *decoys(normalise(each))) for each in candidates}
        return next((each for each, spoken in versions.items() if heard in spoken), "")

    def duration_of(self, client: SsipClient, text: str) -> float:
        """Seconds of sound."""
        sounding = np.flatnonzero(np.abs(self.sound_of(client, text).astype(np.int32)) > 100)
        return float(sounding[-1] - sounding[0]) / self.recorder.rate_hz

    def sound_of(self, client: SsipClient, text: str) -> Pcm:
        start = self.recorder.frames
        client.wait_for(client.speak(text), "END")
        self.recorder.wait_for_silence(after_frame=start)
        return self.recorder.audio(start)


@contextmanager
def room(server: PulseServer, home: Path, *, conf: str | None = None, environ: dict[str, str] | None = None):
    """With any daemon at `home`, or none."""
    env = {**server.env, "UTTERD_HOME": str(home), **(environ or {})}
    with (
        SpeechDispatcher(module=module_script(home), conf=conf, env=env) as speechd,
        Recorder(server, latency_ms=20) as recorder,
    ):
        yield Room(speechd, recorder, home)


@pytest.fixture(scope="module")
def server() -> Iterator[PulseServer]:
    with PulseServer() as server:
        yield server


@pytest.fixture(scope="module")
def shared(server) -> Iterator[Room]:
    """For tests that leave it as it was."""
    with (
        RunningDaemon("--device", "auto", environ=server.env) as daemon,
        room(server, daemon.home, conf=SERVER_NAMES_NO_SIGNS) as shared,
    ):
        daemon.wait_ready()
        yield shared


@pytest.fixture
def client(shared) -> Iterator[SsipClient]:
    with module_client(shared) as client:
        yield client


@contextmanager
def module_client(room: Room) -> Iterator[SsipClient]:
    with room.speechd.client() as client:
        client.set("OUTPUT_MODULE", "utterd")
        client.set("LANGUAGE", "en-US")
        yield client


@pytest.fixture
def home() -> Iterator[Path]:
    """For a daemon that the module starts, and that is ended here."""
    folder = Path(tempfile.mkdtemp(prefix="u", dir="/tmp"))  # short enough for a socket's path
    with ended_daemon(folder):
        yield folder
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def ended_daemon(home: Path) -> Iterator[None]:
    """Ends the daemon that the module has started there, if it has."""
    socket = home / "run" / "utterd.sock"
    try:
        yield
    finally:
        with suppress(DaemonUnavailable):
            with Client(socket) as client:
                os.kill(client.status()["daemon"]["pid"], signal.SIGTERM)
            wait_until(lambda: not listens(socket), what="the end of the daemon")


def state_of(client: Client, utterance: int) -> str:
    return next(str(each["state"]) for each in client.queue() if each["id"] == utterance)


def listens(socket: Path) -> bool:
    try:
        Client(socket).close()
    except DaemonUnavailable:
        return False
    return True


class TestSpdSay:
    def test_its_words_are_heard(self, shared):
        start = shared.recorder.frames
        assert shared.speechd.say("-o", "utterd", "--wait", ONE).returncode == 0
        shared.recorder.wait_for_silence(after_frame=start)
        assert shared.heard(start, ONE, TWO, THREE) == ONE

    def test_the_module_is_listed_beside_the_others(self, shared):
        modules = shared.speechd.say("-O").stdout.split()
        assert "utterd" in modules
        assert len(modules) > len(["OUTPUT", "MODULES", "utterd"])

    def test_so_are_its_voices(self, shared):
        listed = shared.speechd.say("-o", "utterd", "-L").stdout
        with Client(shared.home / "run" / "utterd.sock") as client:
            for voice in client.voices():
                assert voice["name"] in listed

    def test_markup_that_is_broken_is_heard_too(self, shared):
        start = shared.recorder.frames
        shared.speechd.say("-o", "utterd", "--wait", "--ssml", f"<speak><b>{TWO}<prosody rate='silly'>")
        shared.recorder.wait_for_silence(after_frame=start)
        assert shared.heard(start, ONE, TWO, THREE) == TWO


class TestSteering:
    def test_a_cancel_is_silence_and_the_next_message_is_whole(self, shared, client):
        start = shared.recorder.frames
        message = client.speak(LONG)
        shared.recorder.wait_for_sound(after_frame=start)
        client.command("CANCEL self")
        client.wait_for(message, "CANCEL")
        shared.recorder.wait_for_silence(after_frame=start)
        start = shared.recorder.frames
        client.wait_for(client.speak(TWO), "END")
        shared.recorder.wait_for_silence(after_frame=start)
        assert shared.heard(start, ONE, TWO, THREE) == TWO

    def test_a_cancel_before_any_sound_is_an_end_too(self, client):
        for _ in range(10):
            message = client.speak(LONG)
            client.command("CANCEL self")
            client.wait_for(message, "CANCEL", "END")

    def test_after_a_pause_it_goes_on_with_the_sentence_it_was_in(self, shared, client):
        client.set("SSML_MODE", "on")
        message = client.speak(f'<speak>{ONE} <mark name="second"/>{TWO} {THREE}</speak>')
        client.wait_for(message, "MARK")
        client.command("PAUSE self")
        client.wait_for(message, "PAUSE")
        shared.recorder.wait_for_silence(300)
        start = shared.recorder.frames
        client.command("RESUME self")
        client.wait_for(message, "END")
        shared.recorder.wait_for_silence(300, after_frame=start)
        both = f"{TWO} {THREE}"
        assert shared.heard(start, both, f"{ONE} {both}", TWO, THREE) == both

    def test_marks_come_in_order_each_where_the_sound_passes_it(self, shared, client):
        client.set("SSML_MODE", "on")
        start = shared.recorder.frames
        message = client.speak(
            f'<speak>{ONE}<mark name="a"/><break time="900ms"/><mark name="b"/>{TWO}<mark name="c"/></speak>'
        )
        client.wait_for(message, "END")
        shared.recorder.wait_for_silence(after_frame=start)
        events = client.events_of(message)
        assert [event.mark or event.kind for event in events] == ["BEGIN", "a", "b", "c", "END"]
        gap_begins, gap_ends, end = silence_within(shared.recorder, start)
        begin, _, b, c, _ = (event.at_s for event in events)
        assert begin < gap_begins < b
        assert b < end, "before all is over"
        assert c > gap_ends


class TestHowItSounds:
    def test_the_rate_is_followed(self, shared, client):
        durations = []
        for rate in ("-60", "0", "60"):
            client.set("RATE", rate)
            durations.append(shared.duration_of(client, SHORT))
        assert durations[0] > 1.2 * durations[1] > 1.2 * 1.2 * durations[2]

    def test_so_is_the_volume(self, shared, client):
        peaks = []
        for volume in ("-50", "100"):
            client.set("VOLUME", volume)
            peaks.append(int(np.abs(shared.sound_of(client, SHORT).astype(np.int32)).max()))
        assert 0 < 2 * peaks[0] < peaks[1]

    def test_so_is_the_pitch(self, shared, client):
        pitches = []
        for pitch in ("-60", "60"):
            client.set("PITCH", pitch)
            pitches.append(median_pitch_hz(shared.sound_of(client, SHORT), shared.recorder.rate_hz))
        assert pitches[1] > 1.5 * pitches[0]

    def test_signs_are_named(self, shared, client):
        start = shared.recorder.frames
        client.set("PUNCTUATION", "all")
        client.wait_for(client.speak("seven, green"), "END")
        shared.recorder.wait_for_silence(after_frame=start)
        assert shared.heard(start, "seven comma green", "seven green") == "seven comma green"

    def test_capitals_are_announced(self, shared, client):
        start = shared.recorder.frames
        client.set("CAP_LET_RECOGN", "spell")
        client.wait_for(client.speak("Window"), "END")
        shared.recorder.wait_for_silence(after_frame=start)
        assert shared.heard(start, "capital window", "window") == "capital window"

    def test_or_raised(self, shared, client):
        pitches = []
        for mode in ("none", "icon"):
            client.set("CAP_LET_RECOGN", mode)
            pitches.append(median_pitch_hz(shared.sound_of(client, "Moon"), shared.recorder.rate_hz))
        assert pitches[1] > 1.1 * pitches[0]

    def test_words_are_spelled(self, shared, client):
        plain = shared.duration_of(client, "window")
        client.set("SPELLING", "on")
        assert shared.duration_of(client, "window") > 2 * plain

    def test_keys_are_named(self, shared, client):
        start = shared.recorder.frames
        client.wait_for(client.key("control_delete"), "END")
        shared.recorder.wait_for_silence(after_frame=start)
        assert shared.heard(start, "control delete", "control", "delete", "shift delete") == "control delete"


class TestScreenReader:
    def test_the_echo_of_a_hundred_keys_loses_none_and_hangs_on_none(self, shared, client):
        """As one types, each cancels the one before."""
        start = shared.recorder.frames
        client.set("PRIORITY", "text")
        messages = [client.char("abcdefghij"[number % 10]) for number in range(100)]
        for message in messages:
            client.wait_for(message, "END", "CANCEL")
        assert client.events_of(messages[-1])[-1].kind == "END"
        shared.recorder.wait_for_sound(after_frame=start)
        client.wait_for(client.speak("ready"), "END")

    def test_it_goes_before_a_long_reading_of_another_client_which_goes_on_afterwards(self, shared, client):
        with Client(shared.home / "run" / "utterd.sock") as other:
            reading = other.speak(LONG)
            client.wait_for(client.speak("ready"), "END")
            wait_until(lambda: state_of(other, reading.id) == "speaking", what="the reading to go on")
            reading.stop()


class TestDaemonGone:
    @pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM])
    def test_one_that_ends_in_the_middle_is_replaced_and_the_message_goes_on(self, server, sign):
        with (
            RunningDaemon("--device", "auto", environ=server.env) as daemon,
            ended_daemon(daemon.home),
            room(server, daemon.home) as room_,
            module_client(room_) as client,
        ):
            daemon.wait_ready()
            client.set("SSML_MODE", "on")
            message = client.speak(f'<speak>{ONE} <mark name="second"/>{TWO} {THREE}</speak>')
            client.wait_for(message, "MARK")
            assert daemon.process is not None
            daemon.process.send_signal(sign)
            start = room_.recorder.frames
            client.wait_for(message, "END")
            room_.recorder.wait_for_silence(after_frame=start)
            assert room_.heard(start, f"{TWO} {THREE}", THREE, ONE).endswith(THREE)

    def test_where_none_runs_one_is_started(self, server, home):
        with room(server, home) as room_:
            start = room_.recorder.frames
            assert room_.speechd.say("-o", "utterd", "--wait", ONE).returncode == 0
            room_.recorder.wait_for_silence(after_frame=start)
            assert room_.heard(start, ONE, TWO, THREE) == ONE

    def test_where_none_can_speak_every_message_ends_and_then_another_module_speaks(self, server, home):
        broken = {"UTTERD_SPEECH__MODEL": "no-such-model"}
        with room(server, home, environ=broken) as room_, module_client(room_) as client:
            for _ in range(MOST_FAILURES):
                client.wait_for(client.speak("Is anybody there?"), "CANCEL")
            client.speak("This one the server loses together with the module.")
            wait_until(lambda: "Output module failed" in room_.speechd.log, what="the server to see it")
            start = room_.recorder.frames
            client.wait_for(client.speak("Here is another voice."), "END")
            room_.recorder.wait_for_sound(after_frame=start)


class TestSetup:
    def test_once_set_up_it_is_the_default_and_the_others_are_still_there(self, server, shared, monkeypatch):
        with SpeechDispatcher(env={**server.env, "UTTERD_HOME": str(shared.home)}) as speechd:
            before = speechd.say("-O").stdout.split()
            set_up(speechd, shared.home, "install")
            os.kill(speechd.pid, signal.SIGHUP)
            wait_until(lambda: "utterd" in speechd.say("-O").stdout, what="the module")
            assert set(before) < set(speechd.say("-O").stdout.split())
            start = shared.recorder.frames
            assert speechd.say("--wait", THREE).returncode == 0
            shared.recorder.wait_for_silence(after_frame=start)
            assert shared.heard(start, ONE, TWO, THREE) == THREE
            start = shared.recorder.frames
            speechd.say("--wait", "fifty% green")
            shared.recorder.wait_for_silence(after_frame=start)
            assert shared.heard(start, "fifty percent green", "fifty green") == "fifty percent green", "no sign is lost"
            set_up(speechd, shared.home, "uninstall")
            os.kill(speechd.pid, signal.SIGHUP)
            wait_until(lambda: "utterd" not in speechd.say("-O").stdout, what="its end")
            assert speechd.say("-O").stdout.split() == before


def set_up(speechd: SpeechDispatcher, folder: Path, action: str) -> None:
    """As the user whose speech-dispatcher it is, with a command of this checkout."""
    programs = folder / "bin"
    programs.mkdir(exist_ok=True)
    module_script(programs)
    script = "import sys; from utterd.client.bridges.speech_dispatcher import setup; sys.executable = sys.argv[1]\n"
    script += f"print(setup.{action}())"
    command = [sys.executable, "-c", script, str(programs / "python")]
    subprocess.run(command, env=speechd.environ, check=True, stdout=subprocess.DEVNULL)


def silence_within(recorder: Recorder, start: int) -> tuple[float, float, float]:
    """Begin and end of the longest silence within the sound since `start`, and the end of the sound; monotonic."""
    sounding = start + np.flatnonzero(recorder.audio(start))
    longest = int(np.argmax(np.diff(sounding)))
    return tuple(recorder.time_of(int(frame)) for frame in (sounding[longest], sounding[longest + 1], sounding[-1]))


def median_pitch_hz(sound: Pcm, rate_hz: int) -> float:
    """By autocorrelation of pieces of 40 ms, between 50 and 500 Hz."""
    size = rate_hz // 25
    lowest, highest = rate_hz // 500, rate_hz // 50
    found = []
    for start in range(0, len(sound) - size, size):
        piece = sound[start : start + size].astype(np.float64)
        if np.abs(piece).max() < 2000:
            continue
        correlation = np.correlate(piece, piece, "full")[size - 1 :]
        lag = lowest + int(np.argmax(correlation[lowest:highest]))
        if correlation[lag] > 0.5 * correlation[0]:
            found.append(rate_hz / lag)
    return float(np.median(found))
