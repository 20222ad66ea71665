"""`utterd run` becomes the daemon, and never imports it."""

import os
import sys

import pytest

from utterd.client.cli import main


class Execed(Exception):
    """This process would be another one now."""


def test_the_daemon_is_run_with_the_options_given(monkeypatch: pytest.MonkeyPatch) -> None:
    def execv(path: str, command: list[str]) -> None:
        raise Execed(path, command)

    monkeypatch.setattr(os, "execv", execv)
    with pytest.raises(Execed) as caught:
        main(["run", "--device", "wav:x.wav", "--voice", "bm_test"])
    path, command = caught.value.args
    assert path == sys.executable
    assert command == [sys.executable, "-P", "-m", "utterd.daemon", "--device", "wav:x.wav", "--voice", "bm_test"]


def test_a_python_that_cannot_be_run_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert main(["run"]) == 5
    assert capsys.readouterr().err == "utterd: cannot run /nowhere/python: No such file or directory\n"
