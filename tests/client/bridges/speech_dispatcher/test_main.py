"""The process itself, between a server that is the test and a fake daemon."""

import subprocess
import sys
import threading
from pathlib import Path
from typing import Self

import pytest
from waiting import HANG_GUARD_S

from utterd.client.bridges.speech_dispatcher import main as main_module
from utterd.client.bridges.speech_dispatcher.message import MOST_ATTEMPTS
from utterd.client.messages import Speak, Stop

COMMAND = [sys.executable, "-m", "utterd.client.bridges.speech_dispatcher.main"]


class Process:
    """`sd_utterd`, as the server has it."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1
        )
        self._guard = threading.Timer(HANG_GUARD_S, self._process.kill)
        self._guard.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._guard.cancel()
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            assert stream is not None
            stream.close()

    def send(self, text: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(text)
        self._process.stdin.flush()

    def read_to(self, last: str) -> list[str]:
        """The lines up to this one."""
        assert self._process.stdout is not None
        lines = []
        while not lines or lines[-1] != last:
            line = self._process.stdout.readline()
            assert line, f"it ended without {last}: {lines}"
            lines.append(line.rstrip("\n"))
        return lines

    def ask(self, text: str, last: str) -> list[str]:
        self.send(text)
        return self.read_to(last)

    def end(self) -> int:
        """Its input ends; its exit code."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        return self._process.wait(10)

    def wait(self) -> int:
        return self._process.wait(10)


@pytest.fixture
def module(daemon):
    with Process() as process:
        process.ask("INIT\n", "299 OK LOADED SUCCESSFULLY")
        yield process


def test_a_message_goes_to_the_daemon_and_its_events_to_the_server(module, daemon):
    module.ask("SPEAK\n", "202 OK RECEIVING MESSAGE")
    lines = module.ask("<speak>Hello.</speak>\n.\n", "702 END")
    assert [line for line in lines if not line.startswith("700")] == ["200 OK SPEAKING", "701 BEGIN", "702 END"]
    assert daemon.wait_for(Speak).text == "Hello."


def test_a_stop_is_answered_at_once_and_sent_on(module, daemon):
    module.ask("SPEAK\nhold\n.\n", "200 OK SPEAKING")
    module.ask("STOP\n", "703 STOP")
    assert daemon.wait_for(Stop).mine


def test_a_daemon_that_goes_away_is_asked_again_and_in_the_end_given_up(module, daemon):
    module.ask("KEY\nhang up\n.\n", "703 STOP")
    assert daemon.connections == MOST_ATTEMPTS
    module.ask("SPEAK\nHello.\n.\n", "702 END")


def test_a_hundred_characters_are_a_hundred_ends(module):
    for number in range(100):
        module.ask(f"CHAR\n{'abcdefghij'[number % 10]}\n.\n", "702 END")


def test_it_ends_when_the_server_says_so(module):
    module.ask("QUIT\n", "210 OK QUIT")
    assert module.wait() == 0


def test_it_ends_with_the_server_and_its_speech_with_it(module, daemon):
    module.ask("SPEAK\nhold\n.\n", "200 OK SPEAKING")
    assert daemon.wait_for(Speak).on_disconnect == "stop"
    assert module.end() == 0
    daemon.wait_for_hang_up()


def test_voices_are_known_without_a_daemon(home):
    with Process() as process:
        lines = process.ask("LIST VOICES\n", "200 OK VOICE LIST SENT")
    assert len(lines) > 1


def test_a_broken_configuration_is_no_reason_to_fail(home: Path, monkeypatch, capfd):
    monkeypatch.setenv("UTTERD_SPEECH__MODEL", "no-such-model")
    assert main_module.known_voices() == []
    assert "no-such-model" in capfd.readouterr().err


def test_a_person_who_calls_it_is_told_what_it_is():
    run = subprocess.run([*COMMAND, "--help"], capture_output=True, text=True)
    assert run.returncode == 0
    assert "speech-dispatcher" in run.stdout
