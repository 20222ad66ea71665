"""Keys pressed in a real Wayland desktop, text marked there, and the sound of a real sound server."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from rig.pulse import PulseServer, Recorder
from rig.recogniser import best_sentence
from rig.sway import Sway as Desktop
from running_daemon import RunningDaemon
from waiting import wait_until

from utterd.client.hotkeys.bindings import Action, Binding
from utterd.client.hotkeys.commands import CommandFor, installed_command
from utterd.client.hotkeys.compositors.sway import Sway
from utterd.client.hotkeys.helper import READERS, compile_helper, helper_commands

SENTENCES = [
    "The old clock on the wall stopped last night.",
    "Please bring seven green bottles to the garden.",
    "My brother opened the window before breakfast.",
    "A quiet river runs behind our little house.",
]
LONG = "Nobody will ever hear the end of this, since somebody presses the key again. " * 20
BINDINGS = [
    Binding(Action.SPEAK, "ctrl+alt+s"),
    Binding(Action.PAUSE, "ctrl+alt+p"),
    Binding(Action.STOP, "ctrl+alt+q"),
]

pytestmark = pytest.mark.sound


@pytest.fixture
def daemon(pulse_server: PulseServer) -> Iterator[RunningDaemon]:
    with RunningDaemon("--device", "auto", environ=pulse_server.env) as running:
        running.wait_ready()
        yield running


@pytest.fixture(params=["python", "helper"])
def command(request: pytest.FixtureRequest, tmp_path: Path) -> CommandFor:
    """What the keys run: the installed command, or the helper in C."""
    if request.param == "python":
        return installed_command
    helper = compile_helper(tmp_path / "utterd-key")
    if helper is None:
        pytest.skip("there is no C compiler; run tests/rig/install.sh")
    return helper_commands(helper, READERS["wl-paste"])


@pytest.fixture
def desktop(
    daemon: RunningDaemon, command: CommandFor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desktop]:
    """sway, with the keys in its configuration."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("SWAYSOCK", raising=False)
    config = tmp_path / "config" / "sway" / "config"
    config.parent.mkdir(parents=True)
    config.write_text("# theirs\n")
    Sway().install(BINDINGS, command)
    environ = {name: value for name, value in daemon.environ.items() if name.startswith(("UTTERD_", "PULSE_"))}
    with Desktop(config=f"include {config}\n", environ=environ) as running:
        yield running


def test_the_words_selected_are_the_words_heard(desktop: Desktop, pulse_server: PulseServer) -> None:
    with Recorder(pulse_server, latency_ms=20) as recorder:
        for sentence in SENTENCES[:2]:
            start = recorder.frames
            desktop.select(sentence)
            desktop.press("ctrl", "alt", key="s")
            recorder.wait_for_silence(400, after_frame=start)
            heard = best_sentence(recorder.audio(start), recorder.rate_hz, SENTENCES)
            assert heard == "".join(c for c in sentence.lower() if c.isalpha() or c == " ")


def test_pressed_again_it_is_silent(desktop: Desktop, daemon: RunningDaemon, pulse_server: PulseServer) -> None:
    desktop.select(LONG)
    with Recorder(pulse_server) as recorder, daemon.client() as client:
        for _ in range(2):
            start = recorder.frames
            desktop.press("ctrl", "alt", key="s")
            recorder.wait_for_sound(after_frame=start)
            assert len(client.queue()) == 1
            desktop.press("ctrl", "alt", key="s")
            wait_until(lambda: client.queue() == [], what="the end of speech")
            recorder.wait_for_silence(after_frame=start)


def test_pause_holds_until_it_is_pressed_again(
    desktop: Desktop, daemon: RunningDaemon, pulse_server: PulseServer
) -> None:
    desktop.select(LONG)
    with Recorder(pulse_server) as recorder, daemon.client() as client:
        desktop.press("ctrl", "alt", key="s")
        recorder.wait_for_sound()
        desktop.press("ctrl", "alt", key="p")
        wait_until(lambda: client.queue()[0]["state"] == "paused", what="the pause")
        recorder.wait_for_silence()
        start = recorder.frames
        desktop.press("ctrl", "alt", key="p")
        recorder.wait_for_sound(after_frame=start)
        desktop.press("ctrl", "alt", key="q")
        wait_until(lambda: client.queue() == [], what="the end of speech")


def test_with_nothing_selected_that_is_said(desktop: Desktop, pulse_server: PulseServer) -> None:
    desktop.run("wl-copy", "--primary", "--clear")
    wait_until(lambda: desktop.selected() == "", what="the selection to be gone")
    with Recorder(pulse_server) as recorder:
        desktop.press("ctrl", "alt", key="s")
        recorder.wait_for_sound()


def test_a_line_marked_with_the_mouse_is_spoken(
    desktop: Desktop, daemon: RunningDaemon, pulse_server: PulseServer
) -> None:
    if shutil.which("foot") is None:
        pytest.skip("not installed: foot; run tests/rig/install.sh")
    desktop.start("foot", "-o", "main.font=monospace:size=14", "sh", "-c", f"echo; echo '{SENTENCES[3]}'; sleep 600")
    wait_until(lambda: "foot" in desktop.windows(), what="the terminal")

    def mark_it() -> bool:
        desktop.click(60, 60, times=3)
        return SENTENCES[3] in desktop.selected()

    wait_until(mark_it, what="the line to be marked")
    with Recorder(pulse_server, latency_ms=20) as recorder:
        desktop.press("ctrl", "alt", key="s")
        recorder.wait_for_silence(400)
        heard = best_sentence(recorder.audio(), recorder.rate_hz, SENTENCES)
    assert heard == "a quiet river runs behind our little house"
