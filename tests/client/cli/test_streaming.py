"""`utterd speak --stream`: what is written into a pipe is spoken while it is being written."""

import json
import os
import sys
import threading
from collections.abc import Iterator

import pytest
from fake_daemon import WAIT_S, FakeDaemon

from utterd.client.cli import main, streaming
from utterd.client.messages import Append, Speak, Stop


class Writer:
    """The other end of the pipe."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._is_open = True

    def write(self, data: bytes) -> None:
        os.write(self._descriptor, data)

    def close(self) -> None:
        if self._is_open:
            os.close(self._descriptor)
            self._is_open = False


@pytest.fixture
def writer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Writer]:
    """Standard input is a pipe; this is where it comes from."""
    read_end, write_end = os.pipe()
    writer = Writer(write_end)
    with os.fdopen(read_end) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield writer
        writer.close()


def appended(daemon: FakeDaemon) -> list[Append]:
    return [request for request in daemon.requests if isinstance(request, Append)]


def text_of(daemon: FakeDaemon) -> str:
    return "".join(append.text for append in appended(daemon))


def test_a_pipe_is_spoken_and_waited_for(
    daemon: FakeDaemon, writer: Writer, capsys: pytest.CaptureFixture[str]
) -> None:
    writer.write("Grüße, ".encode())
    writer.write(b"world.\n")
    writer.close()
    assert main(["speak", "--stream"]) == 0
    assert daemon.requests[0] == Speak(text="", stream=True, on_disconnect="stop", project=os.getcwd())
    assert text_of(daemon) == "Grüße, world.\n"
    assert appended(daemon)[-1] == Append(utterance=1, is_last=True)
    assert capsys.readouterr() == ("", "")


def test_what_has_been_written_is_sent_while_the_pipe_is_open(daemon: FakeDaemon, writer: Writer) -> None:
    codes: list[int] = []
    command = threading.Thread(target=lambda: codes.append(main(["speak", "-", "--stream", "-s", "2"])))
    command.start()
    try:
        writer.write(b"Once upon a time, ")
        assert daemon.wait_for(Append).text == "Once upon a time, "
        assert codes == []
    finally:
        writer.close()
        command.join(WAIT_S)
    assert codes == [0]
    assert daemon.wait_for(Speak).speed == 2.0


def test_half_a_character_waits_for_its_other_half(
    daemon: FakeDaemon, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "PIECE_BYTES", 1)
    writer.write("ü👋.".encode())
    writer.close()
    assert main(["speak", "--stream"]) == 0
    assert [append.text for append in appended(daemon)] == ["ü", "👋", ".", ""]


def test_events_are_printed_as_they_come(
    daemon: FakeDaemon, writer: Writer, capsys: pytest.CaptureFixture[str]
) -> None:
    writer.write(b"Hello.")
    writer.close()
    assert main(["speak", "--stream", "--events"]) == 0
    assert [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()] == ["finished"]
    assert daemon.wait_for(Speak).words


def test_without_waiting_the_id_is_printed_and_all_is_written(
    daemon: FakeDaemon, writer: Writer, capsys: pytest.CaptureFixture[str]
) -> None:
    writer.write(b"Hello.")
    writer.close()
    assert main(["speak", "--stream", "--no-wait"]) == 0
    assert capsys.readouterr().out == "1\n"
    assert text_of(daemon) == "Hello."
    assert daemon.wait_for(Speak).on_disconnect == "continue"


@pytest.mark.parametrize("data", [b"", b" \n", b" " * 3_000])
def test_nothing_is_bothered_for_nothing(
    daemon: FakeDaemon, writer: Writer, capsys: pytest.CaptureFixture[str], data: bytes
) -> None:
    writer.write(data)
    writer.close()
    assert main(["speak", "--stream"]) == 2
    assert capsys.readouterr().err == "utterd: there is nothing to speak: the text is empty\n"
    assert daemon.connections == 0


def test_endless_space_is_not_waited_for(
    daemon: FakeDaemon, writer: Writer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(streaming, "MAX_BLANK", 10)
    writer.write(b" " * 100)  # and it stays open
    assert main(["speak", "--stream"]) == 2
    assert "nothing to speak" in capsys.readouterr().err


@pytest.mark.parametrize("options", [[], ["--no-wait"]])
@pytest.mark.parametrize("data", [b"abc\xc3", b"abc \xfcber"])
def test_input_that_is_not_utf_8_stops_what_was_begun(
    daemon: FakeDaemon,
    writer: Writer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    data: bytes,
    options: list[str],
) -> None:
    monkeypatch.setattr(streaming, "PIECE_BYTES", 3)
    writer.write(data)
    writer.close()
    assert main(["speak", "--stream", *options]) == 2
    assert capsys.readouterr().err == "utterd: standard input is not UTF-8; convert it with iconv\n"
    assert daemon.wait_for(Stop) == Stop(utterance=1)


def test_a_stream_somebody_else_stops_ends_the_command(
    daemon: FakeDaemon, writer: Writer, capsys: pytest.CaptureFixture[str]
) -> None:
    writer.write(b"stop")  # and it stays open
    assert main(["speak", "--stream"]) == 130
    assert capsys.readouterr().err == "utterd: the utterance was cancelled: interrupted\n"


@pytest.mark.parametrize("options", [[], ["--no-wait"]])
def test_text_the_daemon_refuses_is_reported_in_its_words(
    daemon: FakeDaemon, writer: Writer, capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    writer.write(b"refuse text_too_long")
    writer.close()
    assert main(["speak", "--stream", *options]) == 2
    assert capsys.readouterr().err == "utterd: refused for text_too_long\n"
    assert daemon.wait_for(Stop) == Stop(utterance=1)


def test_a_closed_standard_input_is_no_text(
    daemon: FakeDaemon, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert main(["speak", "--stream"]) == 2
    assert "pipe text in" in capsys.readouterr().err


def test_characters_that_made_no_sound_are_reported(
    daemon: FakeDaemon, writer: Writer, capsys: pytest.CaptureFixture[str]
) -> None:
    writer.write(b"drop")
    writer.close()
    assert main(["speak", "--stream"]) == 0
    assert "0-1 (no spoken form)" in capsys.readouterr().err
