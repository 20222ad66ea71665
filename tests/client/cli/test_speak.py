"""`utterd speak`, in this process, against a fake daemon."""

import io
import json
import os
import signal
import sys
import wave
from pathlib import Path
from typing import Any

import pytest
from fake_answers import WINDOW
from fake_daemon import FakeDaemon

from utterd.client.cli import main
from utterd.client.errors import DaemonUnavailable
from utterd.client.messages import MAX_TEXT_CODE_POINTS, Speak, Stop


class FakeStdin:
    """Standard input with these bytes."""

    def __init__(self, data: bytes, *, is_terminal: bool = False) -> None:
        self.buffer = io.BytesIO(data)
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is piped in, unless a test says so."""
    monkeypatch.setattr(sys, "stdin", FakeStdin(b"", is_terminal=True))


@pytest.fixture(autouse=True)
def no_autostart(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(paths: object) -> None:
        raise DaemonUnavailable("the daemon could not start: this is a test")

    monkeypatch.setattr("utterd.client.autostart.ensure_daemon", refuse)


def complaint(capsys: pytest.CaptureFixture[str]) -> str:
    """The one line on stderr."""
    captured = capsys.readouterr()
    assert captured.err.startswith("utterd: ")
    assert captured.err.count("\n") == 1
    return captured.err.removeprefix("utterd: ").rstrip("\n")


def spoken(daemon: FakeDaemon) -> Speak:
    (request,) = daemon.requests
    assert isinstance(request, Speak)
    return request


HERE = os.getcwd()
"""What the daemon is told to look for a lexicon in."""


def test_words_are_spoken_and_waited_for(daemon: FakeDaemon, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["speak", "Hello,", "world."]) == 0
    assert spoken(daemon) == Speak(text="Hello, world.", on_disconnect="stop", project=HERE)
    assert capsys.readouterr() == ("", "")


def test_every_option_reaches_the_daemon(daemon: FakeDaemon) -> None:
    options = ["-v", "bm_test", "-s", "1.5", "-l", "en-gb", "--volume", "0.5", "--next"]
    assert main(["speak", *options, "Hello."]) == 0
    assert spoken(daemon) == Speak(
        text="Hello.",
        voice="bm_test",
        speed=1.5,
        language="en-gb",
        gain=0.5,
        placement="next",
        on_disconnect="stop",
        project=HERE,
    )


def test_every_option_of_the_queue_reaches_the_daemon(daemon: FakeDaemon) -> None:
    options = "--priority message --key k --replaces r --group g --client editor --max-age 2.5 --profile chat".split()
    assert main(["speak", *options, "Hello."]) == 0
    assert spoken(daemon) == Speak(
        text="Hello.",
        priority="message",
        key="k",
        replaces="r",
        group="g",
        client="editor",
        max_age_s=2.5,
        profile="chat",
        on_disconnect="stop",
        project=HERE,
    )


@pytest.mark.parametrize(("option", "markup"), [("--ssml", "ssml"), ("--marks", "light")])
def test_marks_are_announced(daemon: FakeDaemon, option: str, markup: str) -> None:
    assert main(["speak", option, "Hello."]) == 0
    assert spoken(daemon).markup == markup


def test_blends_and_languages_to_be_found_out_are_the_daemons_business(daemon: FakeDaemon) -> None:
    assert main(["speak", "-v", "af_slt*0.6+am_rms*0.4", "-l", "auto", "Hello."]) == 0
    assert (spoken(daemon).voice, spoken(daemon).language) == ("af_slt*0.6+am_rms*0.4", "auto")


def test_the_project_of_a_file_is_its_folder(
    daemon: FakeDaemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "letter.txt").write_text("Dear Ann")
    monkeypatch.chdir(tmp_path.parent)
    assert main(["speak", "-f", f"{tmp_path.name}/letter.txt"]) == 0
    assert spoken(daemon).project == str(tmp_path)


def test_a_folder_that_is_gone_is_no_project(
    daemon: FakeDaemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert main(["speak", "Hello."]) == 0
    assert spoken(daemon).project == ""


@pytest.mark.skipif(sys.platform == "darwin", reason="its file systems refuse such names")
def test_a_folder_whose_name_is_not_utf_8_is_no_project(
    daemon: FakeDaemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / os.fsdecode(b"gr\xfcn")
    folder.mkdir()
    monkeypatch.chdir(folder)
    assert main(["speak", "Hello."]) == 0
    assert spoken(daemon).project == ""


def test_now_interrupts(daemon: FakeDaemon) -> None:
    assert main(["speak", "Hello.", "--now"]) == 0
    assert spoken(daemon).placement == "now"


def test_words_after_two_dashes_are_spoken_as_they_are(daemon: FakeDaemon) -> None:
    assert main(["speak", "It", "-s", "2", "is", "--", "--now", "-5", "degrees"]) == 0
    assert spoken(daemon) == Speak(text="It is --now -5 degrees", speed=2.0, on_disconnect="stop", project=HERE)


def test_without_waiting_speech_goes_on_and_the_id_is_printed(
    daemon: FakeDaemon, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["speak", "--no-wait", "hold"]) == 0
    assert spoken(daemon).on_disconnect == "continue"
    assert capsys.readouterr().out == "1\n"


@pytest.mark.parametrize("arguments", [["speak"], ["speak", "-"]])
def test_piped_text_is_spoken(daemon: FakeDaemon, monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    monkeypatch.setattr(sys, "stdin", FakeStdin("Grüße\n".encode()))
    assert main(arguments) == 0
    assert spoken(daemon).text == "Grüße\n"


def test_a_file_is_spoken(daemon: FakeDaemon, tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Ann,\r\nhello.", encoding="utf-8", newline="")
    assert main(["speak", "-f", str(path)]) == 0
    assert spoken(daemon).text == "Dear Ann,\r\nhello."


def test_the_longest_text_is_spoken(daemon: FakeDaemon, tmp_path: Path) -> None:
    path = tmp_path / "book.txt"
    path.write_text("\N{GRINNING FACE}" * MAX_TEXT_CODE_POINTS, encoding="utf-8")
    assert main(["speak", "-f", str(path)]) == 0
    assert len(spoken(daemon).text) == MAX_TEXT_CODE_POINTS


@pytest.mark.parametrize("filler", ["a", "\N{GRINNING FACE}"])
def test_a_longer_text_is_refused(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], filler: str) -> None:
    path = tmp_path / "book.txt"
    path.write_text(filler * (MAX_TEXT_CODE_POINTS + 1), encoding="utf-8")
    assert main(["speak", "-f", str(path)]) == 2
    assert complaint(capsys) == "the text is longer than 4,000,000 characters; split it into parts"


def test_endless_input_is_not_read_to_its_end(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["speak", "-f", "/dev/zero"]) == 2
    assert "longer than 4,000,000" in complaint(capsys)


BAD_INPUT: list[tuple[list[str], str]] = [
    ([], "nothing to speak: give text, --file FILE, or pipe text in"),
    ([""], "there is nothing to speak: the text is empty"),
    ([" \n\t"], "there is nothing to speak: the text is empty"),
    (["-f", "nowhere.txt"], "there is no file nowhere.txt; check the name"),
    (["-f", "."], ". is a folder; name a text file in it"),
    (["-f", "good.txt", "words"], "text given twice: as words and with --file; give one of them"),
    (["-f", "latin1.txt"], "latin1.txt is not UTF-8: byte 0xfc at offset 2; convert it with iconv"),
    (["-f", "cut.txt"], "cut.txt is not UTF-8: byte 0xc3 at offset 3; convert it with iconv"),
    ([os.fsdecode(b"gr\xfcn")], "the text in the arguments is not UTF-8: byte 0xfc at offset 2; convert it with iconv"),
    (["hi", "-s", "fast"], "argument -s/--speed: must be a number from 0.5 to 3, not 'fast'; `utterd speak --help`"),
    (["hi", "-s", "4"], "argument -s/--speed: must be a number from 0.5 to 3, not '4'; `utterd speak --help`"),
    (["hi", "-s", "nan"], "argument -s/--speed: must be a number from 0.5 to 3, not 'nan'; `utterd speak --help`"),
    (["hi", "--volume", "11"], "argument --volume: must be a number from 0 to 2, not '11'; `utterd speak --help`"),
    (["hi", "--now", "--next"], "argument --next: not allowed with argument --now; `utterd speak --help`"),
    (["hi", "--loud"], "unrecognized arguments: --loud; `utterd speak --help`"),
    (["hi", "--events", "--no-wait"], "--events needs the whole utterance; leave out --no-wait"),
    (["hi", "-o", "x.wav", "--no-wait"], "--output needs the whole utterance; leave out --no-wait"),
    (["hi", "-o", "x.wav", "--now"], "a file does not wait for the loudspeaker; leave out --now"),
    (["hi", "-o", "x.wav", "--key", "k", "--max-age", "1"], "the loudspeaker; leave out --key and --max-age"),
    (["hi", "--now", "--priority", "text"], "argument --priority: not allowed with argument --now; `utterd speak"),
    (["hi", "--priority", "urgent"], "argument --priority: invalid choice: 'urgent' (choose from 'important', "),
    (["hi", "--profile", "poem"], "argument --profile: invalid choice: 'poem' (choose from 'prose', "),
    (["hi", "--max-age", "0"], "argument --max-age: must be a number from 0.01 to 86400, not '0'; `utterd speak"),
    (["hi", "--max-age", "-1"], "argument --max-age: must be a number from 0.01 to 86400, not '-1'; `utterd speak"),
    (["hi", "--ssml", "--marks"], "argument --marks: not allowed with argument --ssml; `utterd speak --help`"),
    (["--stream"], "nothing to speak: pipe text in, or write `-` to type it"),
    (["--stream", "hi"], "--stream reads standard input; leave out the text, or --stream"),
    (["--stream", "-f", "good.txt"], "--stream reads standard input; leave out --file, or --stream"),
    (["--stream", "-o", "x.wav"], "--stream speaks while it reads; leave out --output, or --stream"),
    (["--stream", "--ssml"], "--stream does not know how the text goes on; leave out --ssml, or --stream"),
    (["--stream", "--marks"], "--stream does not know how the text goes on; leave out --marks, or --stream"),
    (["hi", "-o", "."], " is a folder; name a file in it"),
    (["hi", "-o", "nowhere/x.wav"], "nowhere/x.wav: the folder "),
    (["hi", "-o", "x.mp3"], "only WAV files are written; name it x.wav"),
    (["hi", "-o", "-"], "a WAV file cannot be written to a pipe; name a file"),
    (["hi", "-o", "/dev/null"], "/dev/null is not a regular file; name another one to write to"),
]


@pytest.mark.parametrize(("arguments", "sentence"), BAD_INPUT)
def test_bad_input_is_one_line_and_two(
    daemon: FakeDaemon,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    sentence: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.txt").write_text("hello")
    (tmp_path / "latin1.txt").write_bytes(b"gr\xfcn")
    (tmp_path / "cut.txt").write_bytes(b"abc\xc3")
    before = sorted(tmp_path.iterdir())
    assert main(["speak", *arguments]) == 2
    assert sentence in complaint(capsys)
    assert daemon.connections == 0
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("code", "exit_code"),
    [
        ("empty_text", 2),
        ("nothing_to_speak", 2),
        ("unknown_voice", 2),
        ("unknown_language", 2),
        ("bad_field", 2),
        ("bad_markup", 2),
        ("text_too_long", 2),
        ("queue_full", 4),
        ("shutting_down", 4),
        ("code_of_tomorrow", 4),
    ],
)
def test_a_refusal_has_its_code(
    daemon: FakeDaemon, capsys: pytest.CaptureFixture[str], code: str, exit_code: int
) -> None:
    assert main(["speak", f"refuse {code}"]) == exit_code
    assert complaint(capsys) == f"refused for {code}"


@pytest.mark.parametrize(
    ("text", "exit_code", "sentence"),
    [
        ("fail", 5, "no more"),
        ("hang up", 5, "the daemon closed the connection; its log says why"),
        ("stop", 130, "the utterance was cancelled: interrupted"),
        (
            "garbage",
            4,
            "the daemon does not speak this protocol: something else stands where the message should have its array",
        ),
    ],
)
def test_speech_that_does_not_reach_its_end_has_its_code(
    daemon: FakeDaemon, capsys: pytest.CaptureFixture[str], text: str, exit_code: int, sentence: str
) -> None:
    assert main(["speak", text]) == exit_code
    assert complaint(capsys) == sentence


def test_without_a_daemon_that_could_be_started_the_code_is_three(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["speak", "hello"]) == 3
    assert complaint(capsys) == "the daemon could not start: this is a test"


def test_characters_that_made_no_sound_are_reported(daemon: FakeDaemon, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["speak", "drop"]) == 0
    assert complaint(capsys) == "some characters made no sound: 0-1 (no spoken form)"


def test_events_are_json_lines(daemon: FakeDaemon, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["speak", "--events", "hello"]) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert events == [
        {"event": "started", "utterance": 1, "t_ms": 12.5, "audio_ms": 0.0, "handed_ms": 1.5},
        {"event": "sentence", "utterance": 1, "t_ms": 13.0, "audio_ms": 0.5, "char_start": 0, "char_end": 5},
        {"event": "word", "utterance": 1, "t_ms": 13.0, "audio_ms": 0.5, "char_start": 0, "char_end": 5},
        {"event": "mark", "utterance": 1, "t_ms": 90.0, "audio_ms": 80.0, "name": "here", "char_start": 5},
        {"event": "progress", "utterance": 1, "t_ms": 100.0, "audio_ms": 90.0, "char_end": 5, "characters": 5},
        {"event": "finished", "utterance": 1, "t_ms": 250.0, "audio_ms": 200.0, "underruns": 0, "dropped": []},
    ]


def test_words_are_asked_for_only_if_somebody_reads_them(daemon: FakeDaemon) -> None:
    assert main(["speak", "hello"]) == 0
    assert main(["speak", "--events", "hello"]) == 0
    assert [request.words for request in daemon.requests if isinstance(request, Speak)] == [False, True]


def test_what_another_one_stands_for_is_no_failure(daemon: FakeDaemon, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["speak", "--replaces", "build", "coalesced"]) == 0
    assert capsys.readouterr() == ("", "")


def test_the_event_of_a_failure_is_printed_too(daemon: FakeDaemon, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["speak", "--events", "fail"]) == 5
    captured = capsys.readouterr()
    assert json.loads(captured.out.splitlines()[-1])["event"] == "failed"
    assert captured.err == "utterd: no more\n"


def test_a_file_is_written(daemon: FakeDaemon, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "speech.wav"
    assert main(["speak", "hello", "-o", str(path)]) == 0
    with wave.open(str(path)) as sound:
        assert sound.readframes(10**6) == WINDOW * 2
    assert spoken(daemon) == Speak(text="hello", destination="client", on_disconnect="stop", project=HERE)
    assert capsys.readouterr() == ("", "")


def test_a_file_and_events_go_together(daemon: FakeDaemon, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["speak", "hello", "--events", "-o", str(tmp_path / "speech.wav")]) == 0
    events = [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()]
    assert events == ["started", "sentence", "word", "mark", "progress", "finished"]


def test_a_file_can_be_somebodys_and_have_marks(daemon: FakeDaemon, tmp_path: Path) -> None:
    options = ["--client", "editor", "--marks", "--profile", "pdf", "--volume", "0.5"]
    assert main(["speak", "hello", "-o", str(tmp_path / "speech.wav"), *options]) == 0
    assert spoken(daemon) == Speak(
        text="hello",
        destination="client",
        on_disconnect="stop",
        client="editor",
        markup="light",
        profile="pdf",
        gain=0.5,
        project=HERE,
    )


def test_half_a_file_is_never_left(daemon: FakeDaemon, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["speak", "fail", "-o", str(tmp_path / "speech.wav")]) == 5
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_stops_the_utterance_first(daemon: FakeDaemon, capsys: pytest.CaptureFixture[str]) -> None:
    class InterruptedAfterStart(io.StringIO):
        """Where events are printed: the user presses Ctrl-C at the first."""

        def write(self, text: str) -> int:
            signal.raise_signal(signal.SIGINT)
            return len(text)

    stdout: Any = InterruptedAfterStart()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", stdout)
        assert main(["speak", "--events", "hold"]) == 130
    assert daemon.requests[-1] == Stop(utterance=1)
    assert complaint(capsys) == "interrupted"


def test_a_closed_pipe_ends_speech_quietly(daemon: FakeDaemon, capsys: pytest.CaptureFixture[str]) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    with pytest.MonkeyPatch.context() as patch, os.fdopen(write_end, "w") as stdout:
        patch.setattr(sys, "stdout", stdout)
        assert main(["speak", "--events", "hold"]) == 141
    assert daemon.requests[-1] == Stop(utterance=1)
    assert capsys.readouterr().err == ""
