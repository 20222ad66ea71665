import dataclasses

import pytest

from utterd.client.bridges.speech_dispatcher.message import MOST_ATTEMPTS
from utterd.client.bridges.speech_dispatcher.module import MOST_FAILURES, Module
from utterd.client.bridges.speech_dispatcher.protocol import Command, CommandReader
from utterd.client.bridges.speech_dispatcher.voice import Voice
from utterd.client.envelope import Envelope
from utterd.client.errors import ConnectionLost, DaemonUnavailable
from utterd.client.messages import (
    Accepted,
    Cancelled,
    Failed,
    Finished,
    ListQueue,
    ListVoices,
    Mark,
    Refused,
    Request,
    Speak,
    Started,
    Stop,
    Voices,
    Word,
)

VOICES = [Voice(name="am_one", language="en-us", is_default=True)]

SENTENCES = '<speak>One.<mark name="a"/> Two.<mark name="b"/></speak>'


class FakeLink:
    """A link whose daemon runs, is being started, or cannot be."""

    def __init__(self) -> None:
        self.is_open = False
        self.has_daemon = True
        self.sent: list[Request] = []
        self.problem: DaemonUnavailable | None = None
        self.has_asked = False
        self.is_broken = False
        self.is_hung = False

    def open(self, *, start: bool) -> None:
        assert start
        self.is_open = self.has_daemon

    def take_started(self) -> None:
        if self.problem:
            raise self.problem
        self.is_open = self.has_daemon = True

    def send(self, request: Request) -> int:
        if self.is_broken:
            self.close()
            raise ConnectionLost("broken")
        self.sent.append(request)
        return len(self.sent)

    def check_replies(self) -> None:
        if self.is_hung:
            self.close()
            raise ConnectionLost("no answer")

    def close(self) -> None:
        self.is_open = False


class Rig:
    """A module, with the server and the daemon in the test's hands."""

    def __init__(self) -> None:
        self.link = FakeLink()
        self.told: list[str] = []
        self.logged: list[str] = []
        self.module = Module(self.link, self._tell, voices=VOICES, log=self.logged.append)
        self._reader = CommandReader()

    def _tell(self, lines: str) -> None:
        self.told += lines.split("\n")

    def server(self, text: str) -> list[str]:
        """Sends it; what the module answers."""
        self.told.clear()
        for item in self._reader.feed(text.encode()):
            self.module.take(item)
        return list(self.told)

    def speak(self, text: str = SENTENCES) -> list[str]:
        return self.server(f"SPEAK\n{text}\n.\n")

    def daemon(self, *messages) -> list[str]:
        """The daemon tells of the last Speak; what the module tells the server."""
        self.told.clear()
        for message in messages:
            self.module.hear(Envelope(request_id=self.request_id, message=message))
        return list(self.told)

    @property
    def request_id(self) -> int:
        return max(number for number, request in enumerate(self.link.sent, 1) if isinstance(request, Speak))

    @property
    def spoken(self) -> list[str]:
        return [request.text for request in self.link.sent if isinstance(request, Speak)]


@pytest.fixture
def rig():
    return Rig()


def event(kind, **values):
    given = {"utterance": 7, "t_ms": 0.0, "audio_ms": 0.0, **values}
    names = {field.name for field in dataclasses.fields(kind)}
    return kind(**{name: value for name, value in given.items() if name in names})


STARTED = event(Started)
FINISHED = event(Finished, underruns=0, dropped=[])


class TestTheServersQuestions:
    def test_it_is_ready(self, rig):
        assert rig.server("INIT\n")[-1] == "299 OK LOADED SUCCESSFULLY"

    def test_its_sound_does_not_go_through_the_server(self, rig):
        assert rig.server("AUDIO\naudio_output_method=server\n.\n")[-1] == "300 MODULE ERROR"
        assert rig.server("AUDIO\naudio_output_method=pulse\n.\n")[-1] == "203 OK AUDIO INITIALIZED"

    def test_settings_are_taken(self, rig):
        assert rig.server("SET\nrate=100\n.\n") == ["203 OK RECEIVING SETTINGS", "203 OK SETTINGS RECEIVED"]
        rig.speak()
        assert rig.link.sent[0].speed == 3.0

    def test_where_no_voices_are_known_it_says_so(self, rig):
        module = Module(rig.link, rig._tell, voices=[])
        module.take(Command(name="LIST", arguments="VOICES"))
        assert rig.told == ["304 CANT LIST VOICES"]

    def test_voices_are_listed_without_a_daemon(self, rig):
        assert rig.server("LIST VOICES\n") == ["200-am_one\ten-US\tnone", "200 OK VOICE LIST SENT"]
        assert rig.link.sent == []

    @pytest.mark.parametrize(
        ("sent", "answer"),
        [
            ("LOGLEVEL\nlog_level=3\n.\n", "203 OK LOGLEVEL SET"),
            ("DEBUG ON /tmp/x\n", "200 OK DEBUGGING ON"),
            ("DEBUG OFF\n", "200 OK DEBUGGING OFF"),
            ("DANCE\n", "300 ERR UNKNOWN COMMAND"),
        ],
    )
    def test_every_other_one_is_answered_too(self, rig, sent, answer):
        assert rig.server(sent)[-1] == answer

    def test_it_ends_when_it_is_told_to(self, rig):
        rig.speak()
        assert rig.server("QUIT\n") == ["703 STOP", "210 OK QUIT"]
        assert rig.module.exit_code == 0
        assert not rig.link.is_open


class TestSpeaking:
    def test_a_message_is_sent_and_the_server_told_so(self, rig):
        assert rig.speak() == ["202 OK RECEIVING MESSAGE", "200 OK SPEAKING"]
        assert rig.spoken == [SENTENCES]

    def test_the_events_of_a_message_in_order(self, rig):
        rig.speak()
        assert rig.daemon(Accepted(utterance=7)) == []
        assert rig.daemon(STARTED) == ["701 BEGIN"]
        assert rig.daemon(event(Mark, name="a", char_start=SENTENCES.index(" Two"))) == ["700-a", "700 INDEX MARK"]
        assert rig.daemon(FINISHED) == ["700-b", "700 INDEX MARK", "702 END"]

    def test_what_is_not_audible_begins_and_ends_all_the_same(self, rig):
        rig.speak("<speak>...</speak>")
        assert rig.daemon(Refused(code="nothing_to_speak", message="")) == ["701 BEGIN", "702 END"]

    def test_nothing_at_all_is_spoken_without_the_daemon(self, rig):
        assert rig.speak("<speak> </speak>") == ["202 OK RECEIVING MESSAGE", "200 OK SPEAKING", "701 BEGIN", "702 END"]
        assert rig.link.sent == []

    def test_the_voices_of_a_daemon_are_asked_for_behind_the_first_message(self, rig):
        rig.speak()
        assert [type(request) for request in rig.link.sent] == [Speak, ListVoices]
        given = {"name": "xf_new", "language": "fr-fr", "description": "", "is_default": True}
        rig.module.hear(Envelope(request_id=2, message=Voices(voices=[given])))
        assert rig.server("LIST VOICES\n")[0] == "200-xf_new\tfr-FR\tnone"

    def test_what_the_daemon_will_not_follow_is_sent_as_less(self, rig):
        rig.speak('<speak><say-as interpret-as="nonsense">One.</say-as><mark name="a"/></speak>')
        rig.daemon(Refused(code="bad_markup", message=""))
        assert rig.spoken[-1] == '<speak>One.<mark name="a"/></speak>'
        rig.daemon(Refused(code="bad_markup", message=""))
        assert rig.spoken[-1] == "One."
        assert rig.daemon(STARTED, FINISHED) == ["701 BEGIN", "700-a", "700 INDEX MARK", "702 END"]

    @pytest.mark.parametrize(
        "end",
        [
            event(Cancelled, reason="interrupted"),
            event(Failed, code="synthesis_failed", message=""),
            Refused(code="queue_full", message=""),
        ],
    )
    def test_whatever_ends_it_the_server_hears_of_an_end(self, rig, end):
        rig.speak()
        assert rig.daemon(end) == ["703 STOP"]

    def test_what_was_spoken_is_never_logged(self, rig):
        rig.speak("<speak>secret</speak>")
        rig.daemon(Refused(code="bad_markup", message="<secret>"), Refused(code="queue_full", message="secret"))
        assert rig.logged
        assert "secret" not in "".join(rig.logged)


class TestStopping:
    def test_the_server_does_not_wait_for_the_daemon(self, rig):
        rig.speak()
        assert rig.server("STOP\n") == ["703 STOP"]
        assert rig.link.sent[-1] == Stop(mine=True, client="speech-dispatcher")

    def test_what_the_daemon_still_says_of_it_is_nobodys_business(self, rig):
        rig.speak()
        rig.server("STOP\n")
        assert rig.daemon(STARTED, event(Cancelled, reason="stopped")) == []

    def test_with_nothing_to_stop_nothing_is_said(self, rig):
        assert rig.server("STOP\nPAUSE\n") == []

    def test_a_pause_is_silence_at_once_and_the_server_says_the_rest_again(self, rig):
        rig.speak()
        assert rig.server("PAUSE\n") == ["704 PAUSE"]
        assert isinstance(rig.link.sent[-1], Stop)

    def test_the_next_message_is_spoken(self, rig):
        rig.speak()
        rig.server("STOP\n")
        rig.speak("<speak>Three.</speak>")
        assert rig.daemon(STARTED, FINISHED) == ["701 BEGIN", "702 END"]


class TestDaemonAbsent:
    def test_a_message_waits_for_the_daemon_that_is_being_started(self, rig):
        rig.link.has_daemon = False
        assert rig.speak()[-1] == "200 OK SPEAKING"
        assert rig.spoken == []
        rig.module.take_started()
        assert rig.spoken == [SENTENCES]

    def test_it_can_be_stopped_meanwhile(self, rig):
        rig.link.has_daemon = False
        rig.speak()
        assert rig.server("STOP\n") == ["703 STOP"]
        rig.module.take_started()
        assert rig.spoken == []

    def test_a_message_ends_if_no_daemon_can_be_started(self, rig):
        rig.link.has_daemon = False
        rig.link.problem = DaemonUnavailable("it is broken")
        rig.speak()
        rig.module.take_started()
        assert rig.told[-1] == "703 STOP"
        assert rig.module.exit_code is None

    def test_in_the_end_the_module_leaves_speaking_to_others(self, rig):
        rig.link.has_daemon = False
        rig.link.problem = DaemonUnavailable("it is broken")
        for _ in range(MOST_FAILURES):
            rig.speak()
            rig.module.take_started()
        assert rig.told[-1] == "703 STOP"
        assert rig.module.exit_code == 1


class TestDaemonUnable:
    UNABLE = event(Failed, code="model_unusable", message="")

    def test_one_that_cannot_speak_is_tried_some_times(self, rig):
        for _ in range(MOST_FAILURES - 1):
            rig.speak()
            assert rig.daemon(self.UNABLE) == ["703 STOP"]
        rig.speak()
        rig.daemon(STARTED, FINISHED)
        rig.speak()
        rig.daemon(self.UNABLE)
        assert rig.module.exit_code is None, "one that was heard counts as able"

    def test_and_then_left_so_that_others_speak(self, rig):
        for _ in range(MOST_FAILURES):
            rig.speak()
            rig.daemon(self.UNABLE)
        assert rig.module.exit_code == 1


class TestDaemonDies:
    def die(self, rig: Rig) -> None:
        rig.link.close()
        rig.told.clear()
        rig.module.lose(ConnectionLost("it has gone"))

    def test_the_next_one_goes_on_where_it_was(self, rig):
        rig.speak()
        rig.daemon(
            STARTED, event(Word, char_start=7, char_end=10), event(Mark, name="a", char_start=SENTENCES.index(" Two"))
        )
        self.die(rig)
        assert rig.told == []
        assert rig.spoken[-1] == '<speak> Two.<mark name="b"/></speak>'
        assert rig.daemon(STARTED, FINISHED) == ["700-b", "700 INDEX MARK", "702 END"]

    def test_with_nothing_to_say_nothing_happens(self, rig):
        self.die(rig)
        assert (rig.told, rig.link.sent) == ([], [])

    def test_a_message_that_kills_every_daemon_ends(self, rig):
        rig.speak()
        told = []
        for _ in range(2 * MOST_ATTEMPTS):
            self.die(rig)
            told += rig.told
        assert told == ["703 STOP"]
        assert len(rig.spoken) == MOST_ATTEMPTS

    def test_what_had_been_heard_to_its_end_has_ended(self, rig):
        rig.speak()
        rig.daemon(STARTED, event(Mark, name="b", char_start=SENTENCES.index("</speak>")))
        self.die(rig)
        assert rig.told == ["702 END"]

    def test_one_that_shuts_down_is_left_when_it_has_gone(self, rig):
        rig.speak()
        assert rig.daemon(event(Cancelled, reason="shutting_down")) == []
        assert rig.spoken == [SENTENCES]
        self.die(rig)
        assert rig.spoken == [SENTENCES, SENTENCES]

    def test_a_stop_that_cannot_be_sent_is_still_an_end(self, rig):
        rig.speak()
        rig.link.is_broken = True
        assert rig.server("STOP\n") == ["703 STOP"]


class TestWatching:
    def test_a_message_ends_with_a_daemon_that_hangs(self, rig):
        for _ in range(MOST_FAILURES):
            rig.speak()
            rig.link.is_hung = True
            rig.told.clear()
            rig.module.tick()
            assert rig.told == ["703 STOP"]
            rig.link.is_hung = False
        assert rig.module.exit_code == 1

    def test_nothing_is_watched_while_nothing_is_spoken(self, rig):
        assert rig.module.timeout_ms is None

    def test_a_daemon_that_is_silent_for_long_is_asked_whether_it_lives(self, rig, monkeypatch):
        now = [100.0]
        monkeypatch.setattr("utterd.client.bridges.speech_dispatcher.module.time.monotonic", lambda: now[0])
        rig.speak()
        assert rig.module.timeout_ms
        rig.module.tick()
        assert not any(isinstance(request, ListQueue) for request in rig.link.sent)
        now[0] += 60
        rig.module.tick()
        assert isinstance(rig.link.sent[-1], ListQueue)
