"""The tray as a whole: pystray's own menus, an icon that stands in for its icon, and a fake daemon."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fake_daemon import FakeDaemon
from waiting import wait_until

from utterd.client.cli import main
from utterd.client.cli.exits import CommandError
from utterd.client.messages import Adjust, Pause, Speak, Stop
from utterd.client.tray import app as module

pytest.importorskip("PIL", reason="Pillow is not installed: pip install 'utterd[tray]'")

UTTERD = Path(sys.executable).with_name("utterd")

SPEAKING = [{"id": 1, "state": "speaking", "destination": "device"}] * 3
PAUSED = [{"id": 1, "state": "paused", "destination": "device"}]


class FakeIcon:
    """What of pystray.Icon is used; `run` returns when `stop` is called."""

    HAS_MENU = True

    def __init__(self, name: str, icon: Any, title: str, menu: Any) -> None:
        self.icon, self.title, self.menu = icon, title, menu
        self.visible = False
        self.menu_updates = 0
        self._is_over = threading.Event()

    def run(self, setup: Callable[[Any], None]) -> None:
        setup(self)
        assert self._is_over.wait(60)

    def stop(self) -> None:
        self._is_over.set()

    def update_menu(self) -> None:
        self.menu_updates += 1

    def item(self, text: str) -> Any:
        return next(item for item in self.menu if item.text == text)

    def choose(self, text: str) -> None:
        self.item(text)(self)


class Running:
    def __init__(self, tray: module.Tray, icon: FakeIcon) -> None:
        self.icon = icon
        self._thread = threading.Thread(target=tray.run)
        self._thread.start()

    def end(self) -> None:
        self._thread.join(60)
        assert not self._thread.is_alive()


@pytest.fixture
def pystray(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("PYSTRAY_BACKEND", "dummy")
    pystray = pytest.importorskip("pystray", reason="pystray is not installed: pip install 'utterd[tray]'")
    monkeypatch.setattr(pystray, "Icon", FakeIcon)
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # those of the tests themselves stay
    return pystray


@pytest.fixture
def icon(daemon: FakeDaemon, pystray: Any) -> Iterator[FakeIcon]:
    """Of a tray that runs, beside a daemon that is idle."""
    daemon.queue = []
    tray = module.Tray(pystray)
    icon = tray._icon
    running = Running(tray, icon)
    wait_until(lambda: icon.title == "utterd: idle", what="the daemon to be seen")
    yield icon
    icon.choose("Quit")
    running.end()


def see(icon: FakeIcon, title: str) -> None:
    wait_until(lambda: icon.title == title, what=title)


class TestTheIcon:
    def test_shows_what_happens(self, icon: FakeIcon, daemon: FakeDaemon) -> None:
        assert icon.visible
        idle = icon.icon
        daemon.queue = SPEAKING
        see(icon, "utterd: speaking, 2 waiting")
        assert icon.icon is not idle
        assert icon.item("Pause").enabled

    def test_of_a_desktop_that_goes_away_ends_in_one_sentence(
        self, daemon: FakeDaemon, pystray: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def lose(icon: FakeIcon, setup: object) -> None:
            raise RuntimeError("the connection is closed")

        monkeypatch.setattr(FakeIcon, "run", lose)
        with pytest.raises(CommandError, match="the tray has gone: the connection is closed"):
            module.Tray(pystray).run()


class TestTheMenu:
    def test_offers_what_can_be_done(self, icon: FakeIcon) -> None:
        enabled = {item.text: item.enabled for item in icon.menu}
        assert enabled == {
            "utterd: idle": False,
            "- - - -": True,
            "Pause": False,
            "Back a sentence": False,
            "Stop": False,
            "Faster": True,
            "Slower": True,
            "Hear a voice": True,
            "Quit": True,
        }

    def test_does_what_is_chosen(self, icon: FakeIcon, daemon: FakeDaemon) -> None:
        daemon.queue = PAUSED
        see(icon, "utterd: paused")
        assert icon.item("Resume").default
        icon.choose("Resume")
        daemon.wait_for(Pause)
        icon.choose("Stop")
        daemon.wait_for(Stop)
        daemon.status = {**daemon.status, "speed": 1.0}
        icon.choose("Faster")
        assert daemon.wait_for(Adjust) == Adjust(speed=1.1)

    def test_has_a_voice_to_hear_for_each_there_is(self, icon: FakeIcon, daemon: FakeDaemon) -> None:
        voices = icon.item("Hear a voice").submenu
        assert [item.text for item in voices] == ["af test", "bm test"]
        list(voices)[1](icon)
        assert daemon.wait_for(Speak).voice == "bm_test"

    def test_updates_when_something_changes(self, icon: FakeIcon, daemon: FakeDaemon) -> None:
        before = icon.menu_updates
        daemon.queue = SPEAKING
        wait_until(lambda: icon.menu_updates > before, what="the menu")


class TestWithoutATray:
    def test_the_extra_that_is_missing_is_named(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(module, "find_spec", lambda name: None)
        assert main(["tray"]) == 5
        assert capsys.readouterr().err == (
            "utterd: the tray needs the extra `tray`; install it: pip install 'utterd[tray]'\n"
        )

    def test_a_missing_desktop_is_told_in_one_line(self, home: Path) -> None:
        environ = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
        environ["PYSTRAY_BACKEND"] = "xorg"
        done = subprocess.run([UTTERD, "tray"], env=environ, capture_output=True, text=True, timeout=60)
        assert done.returncode == 5
        assert done.stderr.startswith("utterd: there is no tray to show an icon in: ")
        assert done.stderr.count("\n") == 1

    def test_the_command_line_knows_of_it_without_the_extra(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["tray", "--help"]) == 0
        assert "pip install 'utterd[tray]'" in " ".join(capsys.readouterr().out.split())


def test_a_tray_that_takes_no_menu_is_told_with_what_would_help(home: Path) -> None:
    if shutil.which("Xvfb") is None:
        pytest.skip("not installed: Xvfb")
    read_end, write_end = os.pipe()
    command = ["Xvfb", "-displayfd", str(write_end), "-screen", "0", "400x300x24", "-nolisten", "tcp", "-noreset"]
    server = subprocess.Popen(command, pass_fds=[write_end], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(write_end)
    with os.fdopen(read_end) as told:
        environ = {**os.environ, "DISPLAY": f":{told.readline().strip()}", "PYSTRAY_BACKEND": "xorg"}
    try:
        done = subprocess.run([UTTERD, "tray"], env=environ, capture_output=True, text=True, timeout=60)
    finally:
        server.terminate()
        server.wait(60)
    assert (done.returncode, done.stderr) == (5, f"utterd: {module.NO_MENU}\n")
