"""Each wrong input gets its own sentence and exit status; nothing is lost: not the queue, not the sound."""

import os
import shutil
import socket
import struct
import subprocess
import sys
from pathlib import Path

import msgpack
import pytest
from running_daemon import RunningDaemon

from utterd.client import RequestRefused, UtteranceFailed
from utterd.client.messages import MAX_TEXT_CODE_POINTS

UTTERD = Path(sys.executable).with_name("utterd")

BAD_INPUT, NO_DAEMON, REFUSED, FAILED = 2, 3, 4, 5


@pytest.fixture(scope="module")
def daemon():
    with RunningDaemon("--device", "null") as daemon:
        daemon.wait_ready()
        yield daemon


def utterd(daemon: RunningDaemon, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess:
    return subprocess.run(
        [UTTERD, *arguments],
        env=daemon.environ,
        input=stdin,
        capture_output=True,
        timeout=60,
    )


def complaint(run: subprocess.CompletedProcess) -> str:
    lines = run.stderr.decode().splitlines()
    assert len(lines) == 1, lines
    return lines[0]


@pytest.mark.parametrize(
    ("arguments", "stdin", "sentence"),
    [
        (["speak", ""], b"", "empty"),
        (["speak", " \n\t "], b"", "empty"),
        (["speak", "… —"], b"", "no letter"),
        (["speak", "...?!"], b"", "no letter"),
        (["speak", "-"], b"caf\xff", "UTF-8"),
        (["speak", "hi", "-v", "am_trjo"], b"", "am_trio"),
        (["speak", "hi", "-s", "0"], b"", "speed"),
        (["speak", "hi", "-s", "nan"], b"", "speed"),
        (["speak", "hi", "-l", "klingon"], b"", "klingon"),
        (["speak", "-f", "/no/such/file.txt"], b"", "/no/such/file.txt"),
        (["speak", "hi", "-o", "/"], b"", "/"),
        (["speak", "-f", "/"], b"", "/"),
    ],
)
def test_bad_input_is_told_in_one_sentence(daemon, arguments, stdin, sentence):
    run = utterd(daemon, *arguments, stdin=stdin)
    assert run.returncode == BAD_INPUT
    assert sentence in complaint(run)


def test_four_million_characters_and_one_more(daemon):
    with daemon.client() as client:
        utterance = client.speak("a b " * (MAX_TEXT_CODE_POINTS // 4))
        assert client.stop(utterance.id) == [utterance.id]
        with pytest.raises(RequestRefused) as refusal:
            client.speak("a b " * (MAX_TEXT_CODE_POINTS // 4) + "c")
        assert refusal.value.code == "text_too_long"
        assert "4,000,000" in str(refusal.value)


def test_a_second_daemon_says_who_runs_and_harms_nothing(daemon):
    run = subprocess.run(
        [sys.executable, "-m", "utterd.daemon", "--device", "null"], env=daemon.environ, capture_output=True, timeout=60
    )
    assert run.returncode == REFUSED
    assert "another daemon" in complaint(run)
    assert str(daemon.process.pid) in complaint(run)
    assert daemon.status()["uptime_s"] > 0


def test_no_daemon_is_said_with_how_to_start_one(tmp_path):
    environ = {**os.environ, "UTTERD_HOME": str(tmp_path)[:80]}
    run = subprocess.run([UTTERD, "status"], env=environ, capture_output=True, timeout=60)
    assert run.returncode == NO_DAEMON
    assert "utterd run" in complaint(run)


@pytest.mark.parametrize("argument", ["--device=loudspeeker", "--device=wav:", "--device="])
def test_an_unknown_device_is_refused_before_anything_starts(argument):
    run = subprocess.run([sys.executable, "-m", "utterd.daemon", argument], capture_output=True, timeout=60)
    assert run.returncode == BAD_INPUT
    assert "device" in complaint(run)


class TestBrokenModel:
    @pytest.fixture
    def folder(self, tmp_path) -> Path:
        source = Path(__file__).parents[2] / "bundles" / "starter"
        copy = tmp_path / "model"
        shutil.copytree(source, copy)
        return copy

    def failure(self, model: str) -> UtteranceFailed:
        with RunningDaemon("--device", "null", "--model", model) as daemon, daemon.client() as client:
            utterance = client.speak("Is anybody there?")
            with pytest.raises(UtteranceFailed) as failed:
                utterance.wait(60)
            assert daemon.status()["version"], "the daemon lives"
        return failed.value

    def test_a_missing_file_is_named(self, folder):
        (folder / "vocoder.onnx").unlink()
        failed = self.failure(str(folder))
        assert failed.code == "model_unusable"
        assert "vocoder.onnx" in str(failed)

    def test_a_damaged_file_is_named(self, folder):
        data = bytearray((folder / "acoustic.onnx").read_bytes())
        data[5000] ^= 1
        (folder / "acoustic.onnx").write_bytes(data)
        failed = self.failure(str(folder))
        assert failed.code == "model_unusable"
        assert "acoustic.onnx" in str(failed)

    def test_an_unknown_model_is_answered_with_what_there_is(self):
        failed = self.failure("startr")
        assert failed.code == "model_unusable"
        assert "starter" in str(failed)


def test_no_output_device_fails_the_utterance_and_not_a_rendering(tmp_path):
    quiet = {"PULSE_SERVER": "unix:/nowhere", "XDG_RUNTIME_DIR": str(tmp_path)[:60]}
    with RunningDaemon("--device", "auto", environ=quiet) as daemon, daemon.client() as client:
        with pytest.raises(UtteranceFailed) as failed:
            client.speak("Can you hear me?").wait(60)
        assert failed.value.code == "device_unusable"
        assert client.render("You can read me.", tmp_path / "out.wav").audio_ms > 100


class TestRawMessages:
    """What no client of ours would send."""

    @pytest.fixture
    def wire(self, daemon):
        with socket.socket(socket.AF_UNIX) as wire:
            wire.connect(str(daemon.socket))
            wire.settimeout(20)
            yield wire

    def answer(self, wire: socket.socket) -> tuple[str, dict]:
        (length,) = struct.unpack(">I", self.receive(wire, 4))
        _, kind, _, fields = msgpack.unpackb(self.receive(wire, length))
        return kind, fields

    def receive(self, wire: socket.socket, count: int) -> bytes:
        data = b""
        while len(data) < count:
            piece = wire.recv(count - len(data))
            assert piece, "the daemon hung up"
            data += piece
        return data

    def send(self, wire: socket.socket, message: object) -> None:
        body = msgpack.packb(message)
        wire.sendall(struct.pack(">I", len(body)) + body)

    def is_well(self, wire: socket.socket) -> bool:
        self.send(wire, [[1, 0], "GetStatus", 99, {}])
        return self.answer(wire)[0] == "Status"

    @pytest.mark.parametrize(
        ("message", "code"),
        [
            ([[1, 0], "Sing", 1, {}], "unknown_type"),
            ([[2, 0], "Speak", 1, {"text": "hi"}], "unsupported_version"),
            ([[1, 0], "Speak", 1, {}], "bad_field"),
            ([[1, 0], "Speak", 1, {"text": 7}], "bad_field"),
            (["no", "envelope"], "malformed"),
        ],
    )
    def test_a_wrong_message_is_refused_with_a_code_and_the_connection_goes_on(self, wire, message, code):
        self.send(wire, message)
        kind, fields = self.answer(wire)
        assert (kind, fields["code"]) == ("Refused", code)
        assert fields["message"]
        assert self.is_well(wire)

    def test_a_message_that_is_too_long_is_refused_and_skipped(self, wire):
        size = 16 * 1024 * 1024 + 1
        wire.sendall(struct.pack(">I", size))
        wire.sendall(bytes(size))
        kind, fields = self.answer(wire)
        assert (kind, fields["code"]) == ("Refused", "message_too_long")
        assert self.is_well(wire)

    def test_half_a_message_and_a_hang_up_cost_nothing(self, daemon):
        for cut in (1, 4, 9):
            with socket.socket(socket.AF_UNIX) as wire:
                wire.connect(str(daemon.socket))
                body = msgpack.packb([[1, 0], "Speak", 1, {"text": "never finished"}])
                wire.sendall((struct.pack(">I", len(body)) + body)[:cut])
        with daemon.client() as client:
            assert client.queue() == []
