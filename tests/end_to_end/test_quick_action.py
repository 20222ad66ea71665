"""The command of a generated Quick Action, as Automator runs it: by a shell, the selected text on standard input."""

import plistlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from running_daemon import RunningDaemon
from waiting import wait_until

from utterd.client.hotkeys.bindings import Action, Binding
from utterd.client.hotkeys.macos.quick_action import bundle_path, install

TEXT = "The words that macOS hands over — it’s “quoted”. " * 20


@pytest.fixture(scope="module")
def daemon() -> Iterator[RunningDaemon]:
    with RunningDaemon("--device", "null") as running:
        running.wait_ready()
        yield running


@pytest.fixture
def run_action(daemon: RunningDaemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Runs one, with this text."""
    monkeypatch.setenv("HOME", str(tmp_path))
    preferences = plistlib.dumps({})
    install(
        [Binding(Action.SPEAK, "ctrl+alt+s"), Binding(Action.STOP, "ctrl+alt+q")],
        run=lambda command, standard_input: preferences,
    )

    def run(action: Action, text: str) -> None:
        document = plistlib.loads((bundle_path(action) / "Contents" / "document.wflow").read_bytes())
        command = document["actions"][0]["action"]["ActionParameters"]["COMMAND_STRING"]
        minimal = {**daemon.environ, "PATH": "/usr/bin:/bin"}
        done = subprocess.run(
            ["sh", "-c", command], input=text, env=minimal, capture_output=True, text=True, timeout=60
        )
        assert (done.returncode, done.stderr) == (0, "")

    return run


def test_pressed_once_it_speaks_and_pressed_again_it_stops(run_action, daemon: RunningDaemon) -> None:
    with daemon.client() as client:
        run_action(Action.SPEAK, TEXT)
        [entry] = client.queue()
        assert entry["client"] == "hotkeys"
        run_action(Action.SPEAK, TEXT)
        wait_until(lambda: client.queue() == [], what="the end of speech")


def test_another_key_stops_it(run_action, daemon: RunningDaemon) -> None:
    with daemon.client() as client:
        run_action(Action.SPEAK, TEXT)
        run_action(Action.STOP, "")
        wait_until(lambda: client.queue() == [], what="the end of speech")
