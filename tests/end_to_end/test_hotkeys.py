"""A real key, pressed on a real X server over a real program's selection, is heard; and so is what the others do."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from rig.pulse import PulseServer, Recorder
from rig.recogniser import best_sentence
from rig.x11 import Screen, missing_programs
from running_daemon import RunningDaemon
from waiting import wait_until

from utterd.client.hotkeys.helper import compile_helper

BOATS = "Seven boats came back before noon."
RIVER = "A quiet river runs behind our little house."
HEARD_BOATS, HEARD_RIVER = "seven boats came back before noon", "a quiet river runs behind our little house"
LONG = " ".join([BOATS, RIVER] * 20)

UTTERD = [str(Path(sys.executable).with_name("utterd"))]

pytestmark = pytest.mark.sound


class Desk:
    """A screen, a daemon that is heard, and what runs there."""

    def __init__(self, screen: Screen, server: PulseServer, daemon: RunningDaemon) -> None:
        self.screen = screen
        self.server = server
        self.daemon = daemon
        self.env = {**daemon.environ, **screen.env}

    def start_agent(self) -> "subprocess.Popen[bytes]":
        agent = self.screen.start(*UTTERD, "hotkeys", "run", env=self.daemon.environ, stdout=subprocess.PIPE)
        assert agent.stdout is not None
        assert agent.stdout.readline().startswith(b"ready (x11): ")
        return agent

    def run(self, *command: str, text: str | None = None) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(command, env=self.env, input=text, capture_output=True, text=True, timeout=60)


@pytest.fixture
def desk(pulse_server: PulseServer):
    if missing := missing_programs():
        pytest.skip(f"not installed: {', '.join(missing)}; run tests/rig/install.sh")
    with Screen() as screen, RunningDaemon("--device", "auto", environ=pulse_server.env) as daemon:
        daemon.wait_ready()
        yield Desk(screen, pulse_server, daemon)


@pytest.fixture
def agent(desk):
    return desk.start_agent()


@pytest.fixture
def recorder(desk):
    with Recorder(desk.server, latency_ms=20) as recorder:
        yield recorder


def heard(recorder: Recorder, start: int, *candidates: str) -> str:
    """The words after a frame, when it has become silent."""
    recorder.wait_for_silence(600, after_frame=start)
    return best_sentence(recorder.audio(start), recorder.rate_hz, list(candidates))


def duration_s(recorder: Recorder, start: int) -> float:
    """Of all that sounds after a frame, pauses included, when it has become silent."""
    recorder.wait_for_silence(600, after_frame=start)
    sounding = np.flatnonzero(recorder.audio(start))
    return float(sounding[-1] - sounding[0]) / recorder.rate_hz


@pytest.mark.usefixtures("agent")
class TestKeys:
    def test_what_is_selected_in_a_terminal_is_heard(self, desk, recorder):
        with desk.screen.terminal(BOATS) as terminal:
            terminal.select()
            start = recorder.frames
            desk.screen.press("ctrl+alt+s")
            assert heard(recorder, start, BOATS, RIVER) == HEARD_BOATS

    def test_pressed_again_it_is_silent_and_again_it_speaks(self, desk, recorder):
        desk.screen.select(LONG)
        for _ in range(2):
            start = recorder.frames
            desk.screen.press("ctrl+alt+s")
            recorder.wait_for_sound(after_frame=start)
            desk.screen.press("ctrl+alt+s")
            recorder.wait_for_silence(600, after_frame=start)
            assert desk.daemon.status()["queue"] == []

    def test_a_second_selection_goes_behind_the_first(self, desk, recorder):
        start = recorder.frames
        desk.screen.select(BOATS)
        desk.screen.press("ctrl+alt+s")
        recorder.wait_for_sound(after_frame=start)
        desk.screen.select(RIVER)
        desk.screen.press("ctrl+alt+shift+s")
        assert heard(recorder, start, f"{BOATS} {RIVER}", RIVER) == f"{HEARD_BOATS} {HEARD_RIVER}"

    def test_a_pause_loses_nothing(self, desk, recorder):
        start = recorder.frames
        desk.screen.select(RIVER)
        desk.screen.press("ctrl+alt+s")
        recorder.wait_for_sound(after_frame=start)
        desk.screen.press("ctrl+alt+p")
        recorder.wait_for_silence(600, after_frame=start)
        assert [entry["state"] for entry in desk.daemon.status()["queue"]] == ["paused"]
        paused = recorder.frames
        desk.screen.press("ctrl+alt+p")
        recorder.wait_for_silence(600, after_frame=paused)
        sound = recorder.audio(start)
        assert best_sentence(without_pauses(sound), recorder.rate_hz, [BOATS, RIVER]) == HEARD_RIVER

    def test_back_says_the_sentence_again(self, desk, recorder):
        desk.screen.select(RIVER)
        once_s = self.spoken_s(desk, recorder)
        start = recorder.frames
        desk.screen.press("ctrl+alt+s")
        recorder.wait_for_sound(after_frame=start)
        begun = recorder.frames
        wait_until(lambda: recorder.frames > begun + 1.2 * recorder.rate_hz, what="more than a second of speech")
        desk.screen.press("ctrl+alt+b")
        assert duration_s(recorder, start) > once_s + 1.0

    def test_faster_is_shorter_and_slower_as_long_as_before(self, desk, recorder):
        desk.screen.select(RIVER)
        once_s = self.spoken_s(desk, recorder)
        for _ in range(8):
            desk.screen.press("ctrl+alt+u")
        faster_s = self.spoken_s(desk, recorder)
        assert faster_s < 0.75 * once_s
        for _ in range(8):
            desk.screen.press("ctrl+alt+j")
        assert self.spoken_s(desk, recorder) > 1.2 * faster_s

    def test_stop_ends_what_others_have_asked_for(self, desk, recorder):
        start = recorder.frames
        with desk.daemon.client() as client:
            client.speak(LONG)
            client.speak(LONG)
            recorder.wait_for_sound(after_frame=start)
            desk.screen.press("ctrl+alt+q")
            wait_until(lambda: not client.queue(), what="an empty queue")

    def test_nothing_selected_is_said(self, desk, recorder):
        start = recorder.frames
        desk.screen.press("ctrl+alt+s")
        assert heard(recorder, start, "Nothing is selected.", BOATS) == "nothing is selected"

    def test_a_restarted_daemon_is_found_again(self, desk, recorder):
        desk.screen.select(BOATS)
        self.spoken_s(desk, recorder)
        desk.daemon.stop()
        desk.daemon.start()
        start = recorder.frames
        desk.screen.press("ctrl+alt+s")
        assert heard(recorder, start, BOATS, RIVER) == HEARD_BOATS

    def test_where_none_runs_one_is_started(self, desk, recorder):
        desk.screen.select(BOATS)
        desk.daemon.stop()
        start = recorder.frames
        desk.screen.press("ctrl+alt+s")
        try:
            assert heard(recorder, start, BOATS, RIVER) == HEARD_BOATS
        finally:
            end_daemon(desk.daemon)

    def spoken_s(self, desk, recorder) -> float:
        """How long the selection is."""
        start = recorder.frames
        desk.screen.press("ctrl+alt+s")
        return duration_s(recorder, start)


def end_daemon(daemon: RunningDaemon) -> None:
    """One that the test did not start."""
    os.kill(daemon.status()["daemon"]["pid"], signal.SIGTERM)
    wait_until(lambda: not daemon.socket.exists(), what="the daemon to end")


def without_pauses(sound):
    """Without silence that is longer than any in a sentence."""
    silent = sound == 0
    edges = np.flatnonzero(np.diff(np.concatenate([[False], silent, [False]]).astype(np.int8)))
    keep = np.ones(len(sound), bool)
    for first, end in edges.reshape(-1, 2):
        if end - first > 12_000:
            keep[first:end] = False
    return sound[keep]


class TestTheAgent:
    def test_a_second_one_says_that_the_first_is_there(self, desk, agent):
        second = desk.run(*UTTERD, "hotkeys", "run")
        assert second.returncode == 5
        assert second.stderr == f"utterd: the hotkeys are served already, by process {agent.pid}\n"

    def test_it_ends_with_the_screen(self, desk, agent):
        desk.screen.end()
        assert agent.wait(60) == 5

    def test_it_is_installed_works_and_is_gone_again(self, desk, recorder, tmp_path):
        desk.env["XDG_CONFIG_HOME"] = str(tmp_path)
        installed = desk.run(*UTTERD, "hotkeys", "install")
        assert installed.returncode == 0, installed.stderr
        entry = tmp_path / "autostart" / "utterd-hotkeys.desktop"
        assert f"{UTTERD[0]} hotkeys run" in entry.read_text()
        desk.screen.select(BOATS)
        start = recorder.frames
        wait_until(lambda: is_spoken_at_a_press(desk), what="the agent to serve the key")
        recorder.wait_for_sound(after_frame=start)
        removed = desk.run(*UTTERD, "hotkeys", "uninstall")
        assert removed.stdout.startswith("ended the agent (process ")
        assert not entry.exists()
        assert desk.run(*UTTERD, "hotkeys", "uninstall").stdout == "nothing was installed\n"


def is_spoken_at_a_press(desk: Desk) -> bool:
    desk.screen.press("ctrl+alt+shift+s")  # one more press of this key does no harm
    return bool(desk.daemon.status()["queue"])


class TestTheCommand:
    def test_it_speaks_stops_and_says_what_is_missing(self, desk, recorder):
        toggle = [*UTTERD, "selection", "--toggle"]
        start = recorder.frames
        empty = desk.run(*toggle)
        assert (empty.returncode, empty.stderr) == (2, "utterd: nothing is selected; mark some text first\n")
        assert heard(recorder, start, "Nothing is selected.", BOATS) == "nothing is selected"
        desk.screen.select(LONG)
        assert desk.run(*toggle).returncode == 0
        assert [entry["client"] for entry in desk.daemon.status()["queue"]] == ["hotkeys"]
        assert desk.run(*toggle).returncode == 0
        assert desk.daemon.status()["queue"] == []

    def test_it_waits_if_told_so(self, desk, recorder):
        desk.screen.select(BOATS)
        start = recorder.frames
        assert desk.run(*UTTERD, "selection", "--wait", "-s", "1.2").returncode == 0
        assert desk.daemon.status()["queue"] == []
        assert heard(recorder, start, BOATS, RIVER) == HEARD_BOATS


class TestTheHelper:
    @pytest.fixture
    def helper(self, tmp_path: Path) -> str:
        path = compile_helper(tmp_path / "utterd-key")
        if path is None:
            pytest.skip("not installed: a C compiler")
        return str(path)

    def test_it_speaks_what_it_is_given_and_stops(self, desk, recorder, helper):
        start = recorder.frames
        assert desk.run(helper, "speak", text=LONG).returncode == 0
        recorder.wait_for_sound(after_frame=start)
        assert desk.run(helper, "speak", text=LONG).returncode == 0
        recorder.wait_for_silence(600, after_frame=start)
        start = recorder.frames
        assert desk.run(helper, "speak", *BOATS.split()).returncode == 0
        assert desk.run(helper, "append", text=RIVER).returncode == 0
        assert heard(recorder, start, f"{BOATS} {RIVER}", RIVER) == f"{HEARD_BOATS} {HEARD_RIVER}"

    def test_nothing_given_is_said(self, desk, recorder, helper):
        start = recorder.frames
        empty = desk.run(helper, "speak", text=" \n")
        assert (empty.returncode, empty.stderr) == (2, "utterd-key: nothing is selected\n")
        assert heard(recorder, start, "Nothing is selected.", BOATS) == "nothing is selected"
