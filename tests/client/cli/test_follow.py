"""`utterd speak --follow`, as a process in a terminal of its own, against a fake daemon."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from fake_daemon import FakeDaemon
from rig.terminal import TerminalProgram
from waiting import wait_until

from utterd.client.cli import main
from utterd.client.cli.follow_terminal import GIVE_BACK, TAKE_OVER
from utterd.client.messages import Adjust, Pause, Request, Resume, Seek, Speak, Stop

UTTERD = Path(sys.executable).with_name("utterd")

Start = Callable[..., TerminalProgram]


@pytest.fixture
def start(daemon: FakeDaemon) -> Iterator[Start]:
    """Starts `utterd speak --follow` with these arguments in a terminal."""
    with ExitStack() as stack:
        yield lambda *arguments, **environ: stack.enter_context(
            TerminalProgram(UTTERD, "speak", "--follow", *arguments, environ={**os.environ, **environ})
        )


@pytest.fixture
def held(start: Start) -> TerminalProgram:
    """One whose text is being spoken until somebody stops it."""
    program = start("hold")
    program.wait_for("speaking")
    wait_until(lambda: program.highlighted() == "hold", what="the word")
    return program


def is_given_back(program: TerminalProgram) -> bool:
    return program.sent.endswith(GIVE_BACK.encode()) and program.attributes == program.attributes_before


def kinds(daemon: FakeDaemon) -> list[type[Request]]:
    return [type(request) for request in daemon.requests]


class TestATerminal:
    def test_is_taken_over_and_given_back_when_all_has_been_heard(self, start: Start, daemon: FakeDaemon) -> None:
        program = start("Hello.")
        assert program.wait() == 0
        assert program.sent.startswith(TAKE_OVER.encode())
        assert is_given_back(program)
        assert program.is_cursor_shown
        request = daemon.wait_for(Speak)
        assert request.text == "Hello."
        assert request.words
        assert request.on_disconnect == "stop"

    def test_has_no_cursor_meanwhile(self, held: TerminalProgram) -> None:
        assert not held.is_cursor_shown

    @pytest.mark.parametrize(
        ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["Ctrl-C", "SIGTERM"]
    )
    def test_is_given_back_after_a_signal_and_speech_is_stopped(
        self, held: TerminalProgram, daemon: FakeDaemon, number: int, status: int
    ) -> None:
        held.process.send_signal(number)
        assert held.wait() == status
        assert GIVE_BACK.encode() in held.sent
        assert held.attributes == held.attributes_before
        assert daemon.wait_for(Stop) == Stop(utterance=1)

    def test_is_given_back_before_a_complaint_is_written(self, start: Start) -> None:
        program = start("fail")
        assert program.wait() == 5
        program.wait_for("utterd: no more")
        assert program.sent.index(GIVE_BACK.encode()) < program.sent.index(b"utterd: no more")

    def test_is_given_back_when_the_daemon_goes_away(self, start: Start) -> None:
        program = start("hang up")
        assert program.wait() == 5
        program.wait_for("utterd: the daemon closed the connection")
        assert program.attributes == program.attributes_before

    def test_that_is_resized_is_drawn_anew(self, held: TerminalProgram) -> None:
        held.resize(30, 5)
        wait_until(lambda: held.highlighted() == "hold", what="the word in the smaller terminal")
        wait_until(lambda: "speaking" in held.lines()[4], what="the state in its last line")

    def test_gets_nothing_while_nothing_changes(self, held: TerminalProgram) -> None:
        drawn = len(held.sent)
        held.press(b"x")  # no key of ours
        held.press(b"\x1b[A")
        held.press(b"+")
        held.wait_for("speed 1.1")
        assert len(held.sent) - drawn < 200  # one line


class TestKeys:
    def test_space_pauses_and_goes_on(self, held: TerminalProgram, daemon: FakeDaemon) -> None:
        held.press(b" ")
        held.wait_for("paused")
        assert daemon.wait_for(Pause) == Pause(mine=True)
        held.press(b" ")
        held.wait_for("speaking")
        assert daemon.wait_for(Resume) == Resume(mine=True)

    @pytest.mark.parametrize(("key", "count"), [(b"\x1b[D", -1), (b"\x1bOD", -1), (b"\x1b[C", 1), (b"\x1bOC", 1)])
    def test_arrows_go_by_sentences(self, held: TerminalProgram, daemon: FakeDaemon, key: bytes, count: int) -> None:
        held.press(key)
        assert daemon.wait_for(Seek) == Seek(by="sentence", count=count)

    def test_an_arrow_that_comes_in_two_pieces_is_one(self, held: TerminalProgram, daemon: FakeDaemon) -> None:
        held.press(b"\x1b")
        held.press(b"[D")
        daemon.wait_for(Seek)

    def test_plus_and_minus_change_the_speed(self, start: Start, daemon: FakeDaemon) -> None:
        program = start("-s", "1.5", "hold")
        program.wait_for("speed 1.5")
        wait_until(lambda: program.highlighted() == "hold", what="the word")
        program.press(b"+")
        program.wait_for("speed 1.6")
        program.press(b"--")
        program.wait_for("speed 1.4")
        assert [request.speed for request in daemon.requests if isinstance(request, Adjust)] == [1.6, 1.5, 1.4]

    def test_the_speed_has_its_limits(self, start: Start, daemon: FakeDaemon) -> None:
        program = start("-s", "2.95", "hold")
        wait_until(lambda: program.highlighted() == "hold", what="the word")
        program.press(b"++")
        program.wait_for("speed 3")
        assert {request.speed for request in daemon.requests if isinstance(request, Adjust)} == {3.0}

    def test_the_speed_that_the_daemon_tells_counts(self, start: Start, daemon: FakeDaemon) -> None:
        daemon.status = {**daemon.status, "speed": 1.25}
        program = start("hold")
        wait_until(lambda: program.highlighted() == "hold", what="the word")
        program.press(b"+")
        program.wait_for("speed 1.35")

    def test_q_stops_without_a_complaint(self, held: TerminalProgram, daemon: FakeDaemon) -> None:
        held.press(b"q")
        assert held.wait() == 130
        assert daemon.wait_for(Stop) == Stop(utterance=1)
        assert is_given_back(held)

    def test_work_while_the_text_comes_through_a_pipe(self, daemon: FakeDaemon) -> None:
        command = f"printf hold | {UTTERD} speak --follow"
        with TerminalProgram("sh", "-c", command, environ=os.environ) as program:
            wait_until(lambda: program.highlighted() == "hold", what="the word")
            program.press(b"q")
            assert program.wait() == 130

    def test_a_client_label_is_whose_it_is(self, start: Start, daemon: FakeDaemon) -> None:
        program = start("--client", "me", "hold")
        program.wait_for("speaking")
        program.press(b" ")
        assert daemon.wait_for(Pause) == Pause(mine=True, client="me")


class TestCtrlZ:
    def test_gives_the_terminal_to_the_shell_and_takes_it_again(self, daemon: FakeDaemon) -> None:
        environ = {**os.environ, "PS1": "shell> "}
        with TerminalProgram("bash", "--norc", "--noprofile", "-i", environ=environ) as shell:
            shell.wait_for("shell>")
            shell.press(f"{UTTERD} speak --follow hold\n".encode())
            wait_until(lambda: shell.highlighted() == "hold", what="the word")
            shell.press(b"\x1a")
            wait_until(lambda: shell.sent.count(GIVE_BACK.encode()) == 1, what="the terminal given back")
            shell.wait_for("Stopped")
            assert shell.is_cursor_shown
            shell.press(b"fg\n")
            wait_until(lambda: shell.sent.count(TAKE_OVER.encode()) == 2, what="the terminal taken again")
            wait_until(lambda: shell.highlighted() == "hold", what="the word")
            shell.press(b"q")
            wait_until(lambda: shell.sent.count(GIVE_BACK.encode()) == 2, what="the terminal given back for good")
            shell.press(b"exit\n")
            shell.wait()


class TestWhatCannotBeFollowed:
    @pytest.mark.parametrize(
        "other", [["--no-wait"], ["--events"], ["--output", "x.wav"], ["--stream"]], ids=lambda other: other[0]
    )
    def test_is_refused_by_its_name(
        self, daemon: FakeDaemon, capsys: pytest.CaptureFixture[str], other: list[str]
    ) -> None:
        assert main(["speak", "--follow", *other, "Hello."]) == 2
        assert f"leave out {other[0]}, or --follow" in capsys.readouterr().err
        assert daemon.requests == []

    def test_where_there_is_no_terminal_nothing_is_spoken(self, daemon: FakeDaemon) -> None:
        done = subprocess.run([UTTERD, "speak", "--follow", "Hello."], capture_output=True, text=True, timeout=60)
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1
        assert "terminal" in done.stderr
        assert daemon.requests == []

    def test_a_dumb_terminal_is_none(self, start: Start, daemon: FakeDaemon) -> None:
        program = start("Hello.", TERM="dumb")
        assert program.wait() == 2
        assert daemon.requests == []
