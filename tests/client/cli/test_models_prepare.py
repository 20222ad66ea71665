"""`utterd models prepare` becomes another process, and imports nothing of it."""

import os
import subprocess
import sys

import pytest

from utterd.client.cli import main
from utterd.client.cli.models_prepare import make_parser


class Execed(Exception):
    """This process would be another one now."""


def execed(monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> list[str]:
    def execv(path: str, command: list[str]) -> None:
        raise Execed(path, command)

    monkeypatch.setattr(os, "execv", execv)
    with pytest.raises(Execed) as caught:
        main(["models", "prepare", *arguments])
    path, command = caught.value.args
    assert path == sys.executable
    return list(command)


@pytest.mark.parametrize(
    ("arguments", "handed_on"),
    [
        (["kokoro"], ["kokoro"]),
        (
            ["--variants", "int8, fp32", "kokoro", "--voices", "af_heart,bm_george", "--json"],
            ["kokoro", "--variants=int8,fp32", "--voices=af_heart,bm_george", "--json"],
        ),
        (
            ["k.onnx", "--voices-file=-odd.npz", "--name", "mine"],
            ["k.onnx", "--voices-file=-odd.npz", "--name=mine"],
        ),
        (
            ["kokoro", "--languages", "es,it", "--discard", "--prune"],
            ["kokoro", "--languages=es,it", "--prune", "--discard"],
        ),
    ],
)
def test_the_options_given_are_handed_on(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], handed_on: list[str]
) -> None:
    command = execed(monkeypatch, arguments)
    assert command == [sys.executable, "-P", "-m", "utterd.stages.models", "prepare", *handed_on]
    parser = make_parser()
    assert vars(parser.parse(command[5:])) == vars(parser.parse(arguments))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "the following arguments are required: MODEL|FILE"),
        (["kokoro", "--variants", "fp32,int3"], "argument --variants: has 'int3', which is none of fp32, fp32-native"),
        (["kokoro", "--voices", " , "], "argument --voices: must be names, with commas between them"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_the_client(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", "prepare", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_a_python_that_cannot_be_run_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert main(["models", "prepare", "kokoro"]) == 5
    assert capsys.readouterr().err == "utterd: cannot run /nowhere/python: No such file or directory\n"


def test_the_command_is_light() -> None:
    heavy = {"numpy", "onnxruntime", "onnx", "rich", "dataclasses"}
    script = "import sys, utterd.client.cli.models_prepare\nprint(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert not set(loaded.split()) & heavy
