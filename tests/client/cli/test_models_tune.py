"""`utterd models tune` becomes another process, and imports nothing of it."""

import os
import subprocess
import sys

import pytest

from utterd.client.cli.exits import CommandError
from utterd.client.cli.models_tune import make_parser, run


class Execed(Exception):
    """This process would be another one now."""


def execed(monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> list[str]:
    def execv(path: str, command: list[str]) -> None:
        raise Execed(path, command)

    monkeypatch.setattr(os, "execv", execv)
    with pytest.raises(Execed) as caught:
        run(make_parser().parse(arguments))
    path, command = caught.value.args
    assert path == sys.executable
    return command


@pytest.mark.parametrize(
    ("arguments", "handed_on"),
    [
        (["kokoro"], ["kokoro"]),
        (
            ["--threads", "2,1", "kokoro", "--providers", "cpu,CoreML", "--allow", "int8", "--allow", "int4"],
            ["kokoro", "--allow=int8", "--allow=int4", "--threads=1,2", "--providers=cpu,coreml"],
        ),
        (["kokoro", "--json", "--quick"], ["kokoro", "--quick", "--json"]),
    ],
)
def test_the_options_given_are_handed_on(monkeypatch: pytest.MonkeyPatch, arguments: list[str], handed_on: list[str]):
    command = execed(monkeypatch, arguments)
    assert command == [sys.executable, "-P", "-m", "utterd.stages.models", "tune", *handed_on]
    parser = make_parser()
    assert vars(parser.parse(command[5:])) == vars(parser.parse(arguments))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--providers", " , "], "argument --providers: must be names, with commas between them"),
        (["--threads", "0"], "argument --threads: must be numbers from 1 to 64, like 1,2, not '0'"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_the_client(arguments: list[str], said: str):
    with pytest.raises(CommandError, match=said):
        make_parser().parse(["kokoro", *arguments])


def test_a_python_that_cannot_be_run_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(CommandError, match="cannot run /nowhere/python: No such file or directory"):
        run(make_parser().parse(["kokoro"]))


def test_the_command_is_light():
    heavy = {"numpy", "onnxruntime", "onnx", "rich", "dataclasses"}
    script = "import sys, utterd.client.cli.models_tune\nprint(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert not set(loaded.split()) & heavy
