"""Notifications: the command, its quoting, how often, and a real notification server where there is one."""

import html
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from waiting import wait_until

from utterd.client import notify as module
from utterd.client.notify import MOST_IN_WINDOW, SHOWN_FILE, WINDOW_S, command_for, notify

DESKTOP = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"}


@pytest.fixture
def sender(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A notify-send that writes down its arguments, in the place of this machine's."""
    written, program = tmp_path / "sent", tmp_path / "notify-send"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$#" "$@" >> "{written}"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/usr/bin{os.pathsep}/bin")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    monkeypatch.setattr("sys.platform", "linux")
    return written


def sent(file: Path) -> int:
    return file.read_text().count("--app-name=utterd") if file.exists() else 0


class TestTheCommand:
    def test_on_linux_is_notify_send(self) -> None:
        command = command_for("utterd", "The loudspeaker is gone.", environ=DESKTOP, platform="linux")
        assert command == ["notify-send", "--app-name=utterd", "--", "utterd", "The loudspeaker is gone."]

    def test_on_a_machine_without_a_desktop_is_none(self) -> None:
        assert command_for("utterd", "x", environ={}, platform="linux") is None

    def test_on_macos_gives_the_words_as_arguments_so_that_none_is_a_script(self) -> None:
        body = 'a " quote\' \\ and do shell script "x"'
        command = command_for("utterd", body, environ={}, platform="darwin")
        assert command is not None
        assert command[0] == "osascript"
        assert command[-2:] == ["utterd", body]
        assert body not in " ".join(command[:-1])

    def test_has_no_title_that_osascript_would_take_for_an_option(self) -> None:
        command = command_for("-e beep", "x", environ={}, platform="darwin")
        assert command is not None
        assert command[-2] == "e beep"

    def test_has_no_markup_in_the_body(self) -> None:
        command = command_for("a", "<b> & >", environ=DESKTOP, platform="linux")
        assert command is not None
        assert command[-1] == "&lt;b&gt; &amp; &gt;"

    def test_has_one_line_of_bounded_length(self) -> None:
        command = command_for("two\nlines", "x\0\x1b" * 1000, environ=DESKTOP, platform="linux")
        assert command is not None
        assert command[-2] == "two lines"
        assert len(command[-1]) <= 400


class TestShowing:
    def test_tells_that_it_was_shown(self, sender: Path) -> None:
        assert notify("utterd", "It's broken; see `log`.")
        assert sender.read_text().splitlines() == ["4", "--app-name=utterd", "--", "utterd", "It's broken; see `log`."]

    def test_without_the_program_tells_that_it_was_not(
        self, sender: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
        assert not notify("utterd", "x")

    def test_with_a_program_that_fails_tells_that_it_was_not(self, sender: Path, tmp_path: Path) -> None:
        (tmp_path / "notify-send").write_text("#!/bin/sh\nexit 1\n")
        assert not notify("utterd", "x")

    def test_with_a_program_that_hangs_gives_up(
        self, sender: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "TIMEOUT_S", 0.05)
        (tmp_path / "notify-send").write_text("#!/bin/sh\nexec sleep 1000\n")
        assert not notify("utterd", "x")

    @pytest.mark.usefixtures("home")
    def test_without_a_desktop_starts_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("DBUS_SESSION_BUS_ADDRESS", "WAYLAND_DISPLAY", "DISPLAY"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setattr("sys.platform", "linux")
        monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("something was started"))
        assert not notify("utterd", "x")


class TestHowOften:
    def test_the_same_is_shown_once_and_counts_as_seen(self, sender: Path) -> None:
        assert notify("utterd", "same")
        assert notify("utterd", "same")
        assert sent(sender) == 1

    def test_the_same_is_shown_again_after_a_while(self, sender: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        assert notify("utterd", "same")
        now = time.time()
        monkeypatch.setattr(time, "time", lambda: now + WINDOW_S + 1)
        assert notify("utterd", "same")
        assert sent(sender) == 2

    def test_a_flood_is_cut_off(self, sender: Path) -> None:
        shown = [notify("utterd", f"trouble {n}") for n in range(MOST_IN_WINDOW + 3)]
        assert shown == [True] * MOST_IN_WINDOW + [False] * 3
        assert sent(sender) == MOST_IN_WINDOW

    def test_other_processes_count_too(self, sender: Path) -> None:
        script = "from utterd.client.notify import notify; print(notify('utterd', 'same'))"
        for _ in range(3):
            done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
            assert done.stdout == "True\n", done.stderr
        assert sent(sender) == 1

    def test_nothing_that_was_shown_is_on_disk(self, sender: Path, home: Path) -> None:
        notify("utterd", "xylophonequartz")
        file = home / "run" / SHOWN_FILE
        assert "xylophone" not in file.read_text()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600

    @pytest.mark.parametrize("content", ["{", "[1]", '[["a", "b"]]', "null", '[["a", 1e999]]', "\x00"])
    def test_a_damaged_file_is_no_obstacle(self, sender: Path, home: Path, content: str) -> None:
        (home / "run").mkdir()
        (home / "run" / SHOWN_FILE).write_text(content)
        assert notify("utterd", "x")
        assert notify("utterd", "x")
        assert sent(sender) == 1

    def test_where_nothing_can_be_written_it_is_shown_all_the_same(self, sender: Path, home: Path) -> None:
        (home / "run").write_text("a file where the folder should be")
        assert notify("utterd", "x")

    def test_one_that_could_not_be_shown_is_tried_again(self, sender: Path, tmp_path: Path) -> None:
        program = (tmp_path / "notify-send").read_text()
        (tmp_path / "notify-send").write_text("#!/bin/sh\nexit 1\n")
        assert not notify("utterd", "x")
        (tmp_path / "notify-send").write_text(program)
        assert notify("utterd", "x")


@pytest.fixture
def server(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A session bus with dunst on it, on a screen of their own."""
    missing = [name for name in ("Xvfb", "dbus-daemon", "dunst", "dunstctl", "notify-send") if not shutil.which(name)]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    running = list[subprocess.Popen[bytes]]()
    read_end, write_end = os.pipe()
    screen = ["Xvfb", "-displayfd", str(write_end), "-nolisten", "tcp", "-noreset"]
    quiet = subprocess.DEVNULL
    running.append(subprocess.Popen(screen, pass_fds=[write_end], stdout=quiet, stderr=quiet))
    os.close(write_end)
    with os.fdopen(read_end) as told:
        monkeypatch.setenv("DISPLAY", f":{told.readline().strip()}")
    address = f"unix:path={tmp_path}/bus"
    running.append(subprocess.Popen(["dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address={address}"]))
    wait_until((tmp_path / "bus").exists, what="the session bus")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    running.append(subprocess.Popen(["dunst"], stdout=quiet, stderr=quiet))
    wait_until(lambda: subprocess.run(["dunstctl", "count"], capture_output=True).returncode == 0, what="dunst")
    yield
    for process in reversed(running):
        process.send_signal(signal.SIGTERM)
        process.wait(60)


@pytest.mark.usefixtures("server")
def test_a_real_server_shows_it_word_for_word() -> None:
    assert notify("utterd", 'No <voice> & "no" sound; it\'s gone.')
    subprocess.run(["dunstctl", "close-all"], check=True, timeout=60)
    history = json.loads(subprocess.run(["dunstctl", "history"], capture_output=True, timeout=60).stdout)
    (shown,) = history["data"][0]
    assert shown["summary"]["data"] == "utterd"
    assert shown["appname"]["data"] == "utterd"
    assert html.unescape(shown["body"]["data"]) == 'No <voice> & "no" sound; it\'s gone.'
    assert "<voice>" not in shown["body"]["data"], "or it would be taken for markup"
