"""`utterd service logs`."""

import os
from pathlib import Path

import pytest

from utterd.client.cli import main


class Execed(Exception):
    """This process would be another one now."""


@pytest.fixture
def log(home: Path) -> Path:
    (home / "log").mkdir()
    path = home / "log" / "utterd.log"
    path.write_text("".join(f"line {number}\n" for number in range(30)))
    return path


def test_the_last_twenty_lines_are_shown(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["service", "logs"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert (len(lines), lines[0], lines[-1]) == (20, "line 10", "line 29")


def test_as_many_as_are_asked_for(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["service", "logs", "-n", "2"]) == 0
    assert capsys.readouterr().out == "line 28\nline 29\n"
    assert main(["service", "logs", "--lines", "0"]) == 0
    assert capsys.readouterr().out == ""


def test_what_was_rotated_a_moment_ago_counts(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log.rename(log.with_name("utterd.log.1"))
    log.write_text("new\n")
    assert main(["service", "logs", "-n", "2"]) == 0
    assert capsys.readouterr().out == "line 29\nnew\n"


def test_damaged_text_is_shown_as_far_as_it_goes(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log.write_bytes(b"\xff\xfe odd\n")
    assert main(["service", "logs"]) == 0
    assert "odd" in capsys.readouterr().out


def test_followed_the_lines_come_first_and_tail_goes_on(
    log: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def execvp(program: str, command: list[str]) -> None:
        raise Execed(program, command)

    monkeypatch.setattr(os, "execvp", execvp)
    with pytest.raises(Execed) as caught:
        main(["service", "logs", "-f", "-n", "1"])
    assert capsys.readouterr().out == "line 29\n"
    assert caught.value.args == ("tail", ["tail", "-n", "0", "-F", str(log)])


def test_where_nothing_was_logged_that_is_said(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["service", "logs"]) == 5
    assert capsys.readouterr().err == f"utterd: nothing has been logged yet at {home}/log/utterd.log\n"


def test_a_log_that_cannot_be_read_is_named(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "log" / "utterd.log").mkdir(parents=True)
    assert main(["service", "logs"]) == 5
    assert capsys.readouterr().err == f"utterd: cannot read {home}/log/utterd.log: Is a directory\n"


def test_without_tail_that_is_said(
    log: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert main(["service", "logs", "-f"]) == 5
    assert capsys.readouterr().err == "utterd: cannot run tail: No such file or directory\n"
