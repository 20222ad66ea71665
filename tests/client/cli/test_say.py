"""`utterd say` as macOS `say`, in this process, against a fake daemon."""

import io
import os
import struct
import subprocess
import sys
import wave
from pathlib import Path

import pytest
from fake_answers import WINDOW
from fake_daemon import FakeDaemon
from rig.terminal import TerminalProgram

from utterd.client.cli import main
from utterd.client.cli.say_voices import language_of_macos_voice, list_voices
from utterd.client.errors import DaemonUnavailable
from utterd.client.messages import ListVoices, Speak

UTTERD = Path(sys.executable).with_name("utterd")


class FakeStdin(io.TextIOWrapper):
    def __init__(self, data: bytes, *, is_terminal: bool = False) -> None:
        super().__init__(io.BytesIO(data), encoding="utf-8")
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


def spoken(daemon: FakeDaemon) -> Speak:
    (request,) = daemon.requests
    assert isinstance(request, Speak)
    return request


def read_aiff(path: Path) -> tuple[int, int, int, float, bytes]:
    """Channels, frames, bits, sample rate and sound, by a reader of its own that walks the chunks."""
    data = path.read_bytes()
    assert data[:4] + data[8:12] == b"FORMAIFF"
    assert struct.unpack(">I", data[4:8]) == (len(data) - 8,)
    chunks, place = dict[bytes, bytes](), 12
    while place < len(data):
        name, (length,) = data[place : place + 4], struct.unpack(">I", data[place + 4 : place + 8])
        chunks[name] = data[place + 8 : place + 8 + length]
        place += 8 + length + length % 2
    channels, frames, bits, exponent, mantissa = struct.unpack(">hIhHQ", chunks[b"COMM"])
    assert chunks[b"SSND"][:8] == bytes(8)
    return channels, frames, bits, mantissa * 2.0 ** (exponent - 16_383 - 63), chunks[b"SSND"][8:]


class TestSpeaking:
    def test_words_are_spoken_and_waited_for(self, daemon: FakeDaemon, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["say", "Hello,", "world."]) == 0
        assert spoken(daemon) == Speak(text="Hello, world.", on_disconnect="stop", client="say")
        assert capsys.readouterr() == ("", "")

    def test_the_rate_is_words_a_minute(self, daemon: FakeDaemon) -> None:
        assert main(["say", "-v", "bm_test", "-r", "262.5", "Hello."]) == 0
        assert spoken(daemon).speed == 1.5
        assert spoken(daemon).voice == "bm_test"

    @pytest.mark.parametrize(("rate", "speed"), [("9999", 3.0), ("1", 0.5)])
    def test_a_rate_beyond_what_can_be_done_is_done_as_well_as_can_be_and_noted(
        self, daemon: FakeDaemon, capsys: pytest.CaptureFixture[str], rate: str, speed: float
    ) -> None:
        assert main(["say", "-r", rate, "Hello."]) == 0
        assert spoken(daemon).speed == speed
        assert "is more than can be done" in capsys.readouterr().err

    def test_options_may_stand_behind_the_text_and_be_written_at_length(self, daemon: FakeDaemon) -> None:
        assert main(["say", "Hello.", "--rate=350", "--voice=bm_test", "--quality=127", "--progress"]) == 0
        assert spoken(daemon).speed == 2.0

    def test_what_stands_behind_two_dashes_is_text(self, daemon: FakeDaemon) -> None:
        assert main(["say", "--", "-5", "degrees"]) == 0
        assert spoken(daemon).text == "-5 degrees"

    def test_nothing_may_be_said(self, daemon: FakeDaemon) -> None:
        assert main(["say", ""]) == 0
        assert daemon.requests == []

    def test_a_file_is_spoken(self, daemon: FakeDaemon, tmp_path: Path) -> None:
        (tmp_path / "letter.txt").write_text("Dear Ann,")
        assert main(["say", "-f", str(tmp_path / "letter.txt")]) == 0
        assert spoken(daemon).text == "Dear Ann,"

    @pytest.mark.parametrize("arguments", [[], ["-f", "-"], ["--input-file=-"]])
    def test_standard_input_is_spoken(
        self, daemon: FakeDaemon, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
    ) -> None:
        monkeypatch.setattr(sys, "stdin", FakeStdin(b"Piped in."))
        assert main(["say", *arguments]) == 0
        assert spoken(daemon).text == "Piped in."

    def test_on_a_terminal_each_line_is_spoken_as_it_is_typed(self, daemon: FakeDaemon) -> None:
        environ = {**os.environ}
        with TerminalProgram(UTTERD, "say", environ=environ) as program:
            program.press(b"First.\n")
            assert daemon.wait_for(Speak).text == "First.\n"
            program.press(b"Second.\n\x04")
            assert program.wait() == 0
        assert [request.text for request in daemon.requests if isinstance(request, Speak)] == ["First.\n", "Second.\n"]

    def test_ctrl_c_silences(self, daemon: FakeDaemon) -> None:
        with TerminalProgram(UTTERD, "say", "hold", environ=os.environ) as program:
            assert daemon.wait_for(Speak).on_disconnect == "stop"
            program.press(b"\x03")
            assert program.wait() == 130
        daemon.wait_for_hang_up()  # with or without a Stop before, as the reply to Speak had come or not

    @pytest.mark.parametrize("option", ["-i", "--interactive", "--interactive=green"])
    def test_interactively_the_words_are_shown(self, daemon: FakeDaemon, option: str) -> None:
        with TerminalProgram(UTTERD, "say", option, "hold", environ=os.environ) as program:
            program.wait_for("speaking")
            program.press(b"q")
            assert program.wait() == 130

    def test_commands_in_the_text_are_followed(self, daemon: FakeDaemon, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["say", "One [[slnc 200]][[emph +]]two."]) == 0
        assert spoken(daemon).text == "One [pause 200ms]two."
        assert spoken(daemon).markup == "light"
        assert capsys.readouterr().err == "utterd: left out: [[emph]]\n"


class TestVoices:
    def test_are_listed_in_the_format_of_say(self, daemon: FakeDaemon, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["say", "-v", "?"]) == 0
        assert [type(request) for request in daemon.requests] == [ListVoices]
        assert capsys.readouterr().out == (
            "af_test             en_US    # a tester\nbm_test             en_GB    # another\n"
        )

    def test_of_a_language_without_a_region_are_listed_too(self) -> None:
        assert list_voices([{"name": "ef_dora", "language": "es", "description": ""}]) == f"{'ef_dora':<20}es_ES    # "

    def test_of_macos_are_spoken_by_our_own_in_their_language(
        self, daemon: FakeDaemon, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["say", "-v", "Daniel (Enhanced)", "Hello."]) == 0
        assert (spoken(daemon).voice, spoken(daemon).language) == (None, "en-gb")
        assert "Daniel (Enhanced) is a voice of macOS" in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("name", "language"),
        [("Samantha", "en-us"), ("samantha", "en-us"), ("Amelie", "fr-fr"), ("Mónica", "es"), ("af_slt", None)],
    )
    def test_of_macos_are_known_however_they_are_written(self, name: str, language: str | None) -> None:
        assert language_of_macos_voice(name) == language

    def test_that_nobody_has_are_the_daemons_to_refuse(self, daemon: FakeDaemon) -> None:
        assert main(["say", "-v", "Nobody", "refuse unknown_voice"]) == 2


class TestFiles:
    def test_a_wav_file_is_written(self, daemon: FakeDaemon, tmp_path: Path) -> None:
        path = tmp_path / "x.wav"
        assert main(["say", "-o", str(path), "--data-format=LEI16@24000", "--file-format=WAVE", "Hello."]) == 0
        with wave.open(str(path)) as file:
            assert file.readframes(-1) == WINDOW * 2
        assert spoken(daemon).destination == "client"

    @pytest.mark.parametrize(("given", "written"), [("x.aiff", "x.aiff"), ("x.AIF", "x.AIF"), ("x", "x.aiff")])
    def test_an_aiff_file_is_written(self, daemon: FakeDaemon, tmp_path: Path, given: str, written: str) -> None:
        assert main(["say", "--output-file", str(tmp_path / given), "--data-format", "BEI16", "Hello."]) == 0
        assert os.listdir(tmp_path) == [written]
        *parameters, sound = read_aiff(tmp_path / written)
        samples = len(WINDOW * 2) // 2
        assert parameters == [1, samples, 16, 24_000.0]
        assert struct.unpack(f">{samples}h", sound) == struct.unpack(f"<{samples}h", WINDOW * 2)

    def test_an_aiff_file_that_fails_leaves_what_was_there_before(self, daemon: FakeDaemon, tmp_path: Path) -> None:
        path = tmp_path / "x.aiff"
        path.write_bytes(b"before")
        assert main(["say", "-o", str(path), "fail"]) == 5
        assert os.listdir(tmp_path) == ["x.aiff"]
        assert path.read_bytes() == b"before"

    def test_an_aiff_file_keeps_the_permissions_of_the_one_it_replaces(
        self, daemon: FakeDaemon, tmp_path: Path
    ) -> None:
        path = tmp_path / "x.aiff"
        path.touch(0o600)
        assert main(["say", "-o", str(path), "Hello."]) == 0
        assert path.stat().st_mode & 0o777 == 0o600

    @pytest.mark.parametrize(
        ("options", "sentence"),
        [
            (["-o", "-"], "-o: a sound file cannot be written to a pipe; name a file"),
            (["-o", "x.m4a"], "-o: AIFF and WAVE files are written; name it x.aiff"),
            (["-o", "x.aifc"], "-o: AIFF and WAVE files are written; name it x.aiff"),
            (
                ["-o", "x.wav", "--data-format=LEF32@22050"],
                "--data-format: WAVE files have LEI16@24000 here; give that",
            ),
            (["-o", "x.wav", "--data-format=BEI16"], "--data-format: WAVE files have LEI16@24000 here"),
            (["-o", "x.wav", "--file-format=AIFF"], "--file-format: x.wav will be WAVE; give that, or leave it out"),
            (["--data-format=LEI16"], "--data-format: is of files; add -o FILE"),
            (["-o", "x.wav", "-i"], "--interactive: shows what is heard, and a file is not"),
            (["-o", "no/folder/x.wav"], "the folder"),
            (["-a", "42"], "-a: the daemon plays on its own device (setting output.device); leave it out"),
            (["-n", "host"], "-n: speech is not sent over networks; leave it out"),
            (["--bit-rate=64"], "--bit-rate: files are not compressed"),
            (["--channels=2"], "--channels: files have one channel"),
            (["-r", "fast"], "must be a number from 1 to 10000"),
            (["--as", "say"], "--as has to stand in the first place"),
        ],
        ids=lambda value: " ".join(value) if isinstance(value, list) else "",
    )
    def test_what_cannot_be_done_is_refused_in_words(
        self, daemon: FakeDaemon, capsys: pytest.CaptureFixture[str], options: list[str], sentence: str
    ) -> None:
        assert main(["say", "Hello.", *options]) == 2
        captured = capsys.readouterr()
        assert sentence in captured.err
        assert captured.err.count("\n") == 1
        assert daemon.requests == []


class TestAs:
    def test_say_may_be_said(self, daemon: FakeDaemon) -> None:
        assert main(["say", "--as=say", "Hello."]) == 0
        assert spoken(daemon).text == "Hello."

    def test_another_program_is_refused(self, daemon: FakeDaemon, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["say", "--as", "festival", "Hello."]) == 2
        assert "it can stand in for say and spd-say" in capsys.readouterr().err

    def test_a_script_of_two_lines_stands_in_for_say(self, daemon: FakeDaemon, tmp_path: Path) -> None:
        """As the help advises."""
        help_text = subprocess.run([UTTERD, "say", "--help"], capture_output=True, text=True, check=True).stdout
        lines = [line.strip() for line in help_text.splitlines()]
        start = lines.index("#!/bin/sh")
        script = tmp_path / "say"
        script.write_text("\n".join(lines[start : start + 2]) + "\n")
        script.chmod(0o755)
        path = f"{UTTERD.parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run([script, "-r", "350", "It's me."], env={**os.environ, "PATH": path}, timeout=60)
        assert done.returncode == 0
        assert spoken(daemon).text == "It's me."
