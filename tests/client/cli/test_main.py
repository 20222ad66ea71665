"""The command as a whole: help, unknown commands, and what a process of it loads."""

import os
import signal
import subprocess
import sys

import pytest
from fake_daemon import WAIT_S, FakeDaemon

from utterd.client.cli import COMMANDS, main
from utterd.client.cli.exits import BAD_INPUT_CODES, Exit, complain, exit_for
from utterd.client.errors import (
    ConnectionLost,
    DaemonNotRunning,
    FileUnwritable,
    ProtocolError,
    RequestRefused,
    UtteranceCancelled,
    UtteranceFailed,
    UtterdError,
)
from utterd.client.messages import ErrorCode, Speak, Stop

HEAVY = ("numpy", "onnxruntime", "zmq", "asyncio", "sounddevice", "psutil", "subprocess", "misaki", "phonemizer")
"""What no `utterd speak` may load."""


def run_and_list_modules(*arguments: str) -> set[str]:
    """The top-level names of every module a process of this command has loaded at its end."""
    script = "import sys; from utterd.client.cli import main; code = main(); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", f"{script}; sys.exit(code)", *arguments],
        capture_output=True,
        text=True,
        timeout=WAIT_S,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == 0, done.stderr
    return {name.partition(".")[0] for name in done.stderr.split()} | {
        name for name in done.stderr.split() if name.startswith("utterd.")
    }


def test_speaking_loads_nothing_heavy(daemon: FakeDaemon) -> None:
    modules = run_and_list_modules("speak", "--no-wait", "hi")
    assert modules.isdisjoint(HEAVY)
    assert daemon.wait_for(Speak).text == "hi"


def test_ctrl_c_stops_a_waiting_process(daemon: FakeDaemon) -> None:
    script = "import sys; from utterd.client.cli import main; sys.exit(main())"
    process = subprocess.Popen(
        [sys.executable, "-c", script, "speak", "--events", "hold"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    with process:
        assert process.stdout
        assert b"started" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=WAIT_S)
    assert (process.returncode, stderr) == (130, b"utterd: interrupted\n")
    assert daemon.wait_for(Stop) == Stop(utterance=1)


def test_help_loads_nothing_heavy() -> None:
    assert run_and_list_modules("speak", "--help").isdisjoint(HEAVY)


def test_the_overview_loads_no_command() -> None:
    modules = run_and_list_modules("--help")
    assert modules.isdisjoint({f"utterd.client.cli.{name}" for name in COMMANDS} | {"utterd.client.messages"})


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    text = capsys.readouterr().out
    assert f"example:\n  utterd {command}" in text


@pytest.mark.parametrize("flag", ["-h", "--help", "help"])
def test_the_overview_names_every_command(flag: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([flag]) == 0
    text = capsys.readouterr().out
    assert all(f"  {name} " in text for name in COMMANDS)


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("utterd 0.")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], 'no command given; try `utterd speak "Hello."`, or `utterd --help` for all'),
        (["sepak"], "there is no command 'sepak'; did you mean `utterd speak`?"),
        (["\x1b[31m\n"], "there is no command '\\x1b[31m\\n'; `utterd --help` lists them"),
        (["stop", "seven"], "argument ID: invalid int value: 'seven'; `utterd stop --help` shows how it is used"),
        (["stop", "7", "--all"], "an ID and --all contradict each other; give one of them"),
        (["queue", "now"], "unrecognized arguments: now; `utterd queue --help` shows how it is used"),
    ],
)
def test_wrong_usage_is_one_line_and_two(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr() == ("", f"utterd: {sentence}\n")


@pytest.mark.parametrize(
    "command", [["stop"], ["status"], ["voices"], ["queue"], ["status", "--json"], ["pause"], ["seek", "5"], ["replay"]]
)
def test_without_a_daemon_the_code_is_three(
    home: object, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command) == 3
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == f"utterd: no daemon is listening at {home}/run/utterd.sock; start it with `utterd run`\n"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RequestRefused("unknown_voice", ""), Exit.USAGE),
        (RequestRefused("bad_markup", ""), Exit.USAGE),
        (RequestRefused("not_a_stream", ""), Exit.REFUSED),
        (RequestRefused("unknown_utterance", ""), Exit.REFUSED),
        (ProtocolError("bad_field", ""), Exit.USAGE),
        (ProtocolError("malformed", ""), Exit.REFUSED),
        (DaemonNotRunning(""), Exit.NO_DAEMON),
        (ConnectionLost(""), Exit.FAILED),
        (UtteranceFailed("stage_crashed", ""), Exit.FAILED),
        (UtteranceFailed("nothing_to_speak", ""), Exit.USAGE),
        (UtteranceCancelled("stopped"), Exit.INTERRUPTED),
        (FileUnwritable(""), Exit.FAILED),
    ],
)
def test_every_error_has_its_code(error: UtterdError, code: Exit) -> None:
    assert exit_for(error) is code


def test_codes_of_bad_input_are_codes_of_the_protocol() -> None:
    assert {code.value for code in ErrorCode} >= BAD_INPUT_CODES


def test_a_message_from_elsewhere_cannot_write_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    complain("first\nsecond\x1b[2J")
    assert capsys.readouterr().err == "utterd: first second [2J\n"


def test_a_full_disk_under_the_output_is_reported(
    daemon: FakeDaemon, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with open("/dev/full", "w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert main(["voices"]) == 5
    assert capsys.readouterr().err == "utterd: cannot write the output: No space left on device\n"
