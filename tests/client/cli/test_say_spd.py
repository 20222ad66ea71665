"""`utterd say --as spd-say`, in this process, against a fake daemon; and its options beside those of the real one."""

import io
import re
import shutil
import subprocess
import sys

import pytest
from fake_daemon import FakeDaemon

from utterd.client.cli import main
from utterd.client.cli.say_spd_options import make_spd_say_parser
from utterd.client.errors import DaemonUnavailable
from utterd.client.messages import Append, ListQueue, Speak, Stop

VOICES = [
    {"name": "af_one", "language": "en-us", "description": "", "is_default": True},
    {"name": "am_two", "language": "en-us", "description": "", "is_default": False},
    {"name": "am_three", "language": "en-us", "description": "", "is_default": False},
    {"name": "pf_four", "language": "pt-br", "description": "", "is_default": False},
]


@pytest.fixture(autouse=True)
def no_autostart(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(paths: object) -> None:
        raise DaemonUnavailable("the daemon could not start: this is a test")

    monkeypatch.setattr("utterd.client.autostart.ensure_daemon", refuse)


@pytest.fixture
def daemon(daemon: FakeDaemon) -> FakeDaemon:
    daemon.voices = VOICES
    return daemon


def spd_say(*arguments: str) -> int:
    return main(["say", "--as", "spd-say", *arguments])


def spoken(daemon: FakeDaemon) -> Speak:
    """The one thing that was."""
    (request,) = [request for request in daemon.requests if isinstance(request, Speak)]
    return request


class TestSpeaking:
    def test_returns_at_once_and_speech_goes_on(self, daemon: FakeDaemon) -> None:
        assert spd_say("hold") == 0
        assert spoken(daemon) == Speak(text="hold", priority="text", client="spd-say")

    def test_waits_if_asked_to(self, daemon: FakeDaemon) -> None:
        assert spd_say("-w", "Hello,", "world.") == 0
        assert spoken(daemon).text == "Hello, world."
        assert spoken(daemon).on_disconnect == "stop"

    def test_that_gives_way_to_something_else_is_no_failure(self, daemon: FakeDaemon) -> None:
        assert spd_say("--wait", "stop") == 0

    def test_that_fails_is_one(self, daemon: FakeDaemon) -> None:
        assert spd_say("-w", "fail") == 5

    def test_rate_pitch_and_volume_mean_what_they_mean_to_speech_dispatcher(self, daemon: FakeDaemon) -> None:
        assert spd_say("-r", "100", "-p", "-50", "-i", "0", "-P", "message", "-N", "mutt", "Hello.") == 0
        request = spoken(daemon)
        assert (request.speed, request.pitch, request.gain) == (3.0, -6.0, 0.5)
        assert (request.priority, request.client) == ("message", "mutt")

    def test_negative_numbers_may_be_written_in_both_ways(self, daemon: FakeDaemon) -> None:
        assert spd_say("-r-100", "--volume=-100", "Hello.") == 0
        assert (spoken(daemon).speed, spoken(daemon).gain) == (0.5, 0.0)

    @pytest.mark.parametrize(
        ("options", "voice", "language"),
        [
            ([], None, None),
            (["-t", "male2"], "am_three", None),
            (["-t", "female3"], None, None),
            (["-t", "female1", "-l", "pt_BR"], "pf_four", None),
            (["-l", "pt"], "pf_four", None),
            (["-l", "es-MX"], None, "es-mx"),
            (["-y", "am_two"], "am_two", None),
        ],
        ids=lambda value: " ".join(value) if isinstance(value, list) else None,
    )
    def test_the_voice_is_chosen_as_by_the_module(
        self, daemon: FakeDaemon, options: list[str], voice: str | None, language: str | None
    ) -> None:
        assert spd_say(*options, "Hello.") == 0
        assert (spoken(daemon).voice, spoken(daemon).language) == (voice, language)

    def test_nothing_may_be_said(self, daemon: FakeDaemon) -> None:
        assert spd_say("") == 0
        assert daemon.requests == []

    def test_without_text_there_is_nothing_to_speak(
        self, daemon: FakeDaemon, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert spd_say("-w") == 2
        assert "nothing to speak" in capsys.readouterr().err


class TestKindsOfText:
    def test_plain_text_is_plain_whatever_is_in_it(self, daemon: FakeDaemon) -> None:
        assert spd_say("a < b & <break/> [pause 1s]") == 0
        assert (spoken(daemon).text, spoken(daemon).markup) == ("a < b & <break/> [pause 1s]", "none")

    def test_ssml_may_be_a_part_of_a_document(self, daemon: FakeDaemon) -> None:
        assert spd_say("-x", 'One <break time="300ms"/> two & three.') == 0
        text = '<speak>One <break time="300ms"/> two &amp; three.</speak>'
        assert (spoken(daemon).text, spoken(daemon).markup) == (text, "ssml")

    def test_spelling_says_the_characters(self, daemon: FakeDaemon) -> None:
        assert spd_say("-s", "a<b") == 0
        text = '<speak><say-as interpret-as="characters">a&lt;b</say-as></speak>'
        assert (spoken(daemon).text, spoken(daemon).markup) == (text, "ssml")

    def test_punctuation_is_named(self, daemon: FakeDaemon) -> None:
        assert spd_say("-m", "all", "a (b)") == 0
        assert "paren" in spoken(daemon).text

    def test_keys_are_named(self, daemon: FakeDaemon) -> None:
        assert spd_say("-k", "shift_Tab") == 0
        assert "_" not in spoken(daemon).text
        assert "shift" in spoken(daemon).text.casefold()

    def test_the_name_of_an_icon_is_said(self, daemon: FakeDaemon) -> None:
        assert spd_say("-I", "message-sent") == 0
        assert spoken(daemon).text == "message sent"


class TestPipeMode:
    def test_lines_are_spoken_and_written_out_again(
        self, daemon: FakeDaemon, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO("One.\nTwo.\n"))
        assert spd_say("-e", "-w") == 0
        assert spoken(daemon).stream
        appended = [request for request in daemon.requests if isinstance(request, Append)]
        assert spoken(daemon).text + "".join(request.text for request in appended) == "One.\nTwo.\n"
        assert appended[-1].is_last
        assert capsys.readouterr().out == "One.\nTwo.\n"

    def test_of_nothing_but_blank_lines_speaks_nothing(
        self, daemon: FakeDaemon, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO("\n \n"))
        assert spd_say("-e", "-w") == 0
        assert daemon.requests == []
        assert capsys.readouterr().out == "\n \n"

    def test_takes_no_text(self, daemon: FakeDaemon, capsys: pytest.CaptureFixture[str]) -> None:
        assert spd_say("-e", "Hello.") == 2
        assert "standard input" in capsys.readouterr().err


class TestSilence:
    def test_stop_ends_what_is_spoken(self, daemon: FakeDaemon) -> None:
        assert spd_say("-S") == 0
        assert daemon.requests == [Stop()]

    def test_cancel_ends_what_goes_to_the_loudspeaker_from_behind_and_leaves_renderings_alone(
        self, daemon: FakeDaemon
    ) -> None:
        daemon.queue = [
            {"id": 3, "state": "speaking", "destination": "device"},
            {"id": 5, "state": "queued", "destination": "device"},
            {"id": 4, "state": "speaking", "destination": "client"},
        ]
        assert spd_say("-C") == 0
        assert daemon.requests == [ListQueue(), Stop(utterance=5), Stop(utterance=3)]

    @pytest.mark.usefixtures("home")
    def test_where_no_daemon_runs_it_is_silent_already(self) -> None:
        assert spd_say("-S") == 0
        assert spd_say("-C") == 0


class TestLists:
    def test_of_voices_have_the_columns_of_spd_say(
        self, daemon: FakeDaemon, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert spd_say("-L") == 0
        lines = capsys.readouterr().out.splitlines()
        assert {len(line) for line in lines} == {75}
        assert [line.split() for line in lines[:2]] == [["NAME", "LANGUAGE", "VARIANT"], ["af_one", "en-us", "none"]]

    @pytest.mark.usefixtures("home")
    def test_of_modules_need_no_daemon(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert spd_say("-O") == 0
        assert capsys.readouterr().out == "OUTPUT MODULES\nutterd\n"

    @pytest.mark.usefixtures("home")
    def test_the_version_says_whose_it_is(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert spd_say("-v") == 0
        assert capsys.readouterr().out.startswith("spd-say (utterd) ")


class TestOptions:
    def test_that_change_nothing_are_noted(self, daemon: FakeDaemon, capsys: pytest.CaptureFixture[str]) -> None:
        assert spd_say("-o", "espeak-ng", "-R", "10", "-n", "main", "Hello.") == 0
        assert capsys.readouterr().err == "utterd: -o changes nothing here\nutterd: -R changes nothing here\n"

    @pytest.mark.parametrize("option", [["-r", "101"], ["-p", "x"], ["-t", "tenor"], ["-P", "urgent"], ["-x", "-s"]])
    def test_that_are_wrong_are_refused(
        self, daemon: FakeDaemon, capsys: pytest.CaptureFixture[str], option: list[str]
    ) -> None:
        assert spd_say(*option, "Hello.") == 2
        assert capsys.readouterr().err.count("\n") == 1

    def test_are_all_that_the_real_spd_say_has(self) -> None:
        if not (real := shutil.which("spd-say")):
            pytest.skip("spd-say is not installed")
        help_text = subprocess.run([real, "--help"], capture_output=True, text=True, timeout=60).stdout
        theirs = set(re.findall(r"^  (-\w), (--[\w-]+)", help_text, re.MULTILINE))
        assert len(theirs) > 20
        ours = {tuple(action.option_strings) for action in make_spd_say_parser()._actions}
        assert theirs - ours == set()
