"""Selections of a real Wayland desktop: sway, its own programs, and a terminal. What sway lacks is played."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from rig.sway import Sway
from waiting import wait_until

from utterd.client.selection import SelectionUnavailable, read_selection, wayland


@pytest.fixture(scope="module")
def desktop() -> Iterator[Sway]:
    with Sway() as running:
        yield running


@pytest.fixture
def session(desktop: Sway, monkeypatch: pytest.MonkeyPatch) -> Sway:
    """This very process is one of the desktop's programs."""
    for name in ("XDG_RUNTIME_DIR", "WAYLAND_DISPLAY"):
        monkeypatch.setenv(name, desktop.environ[name])
    monkeypatch.delenv("DISPLAY", raising=False)
    return desktop


@pytest.fixture
def without_data_control(session: Sway, monkeypatch: pytest.MonkeyPatch) -> None:
    """As GNOME is: only a window may ask."""
    offered = wayland.offered_interfaces() - wayland.DATA_CONTROL
    monkeypatch.setattr(wayland, "offered_interfaces", lambda: offered)


def program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


class TestTheSelection:
    @pytest.mark.parametrize("text", ["selected words — café", "two\nlines\n", "  spaces kept  ", "日本語 😀"])
    def test_it_is_read_to_the_letter(self, session: Sway, text: str) -> None:
        session.select(text)
        assert wayland.read() == text
        assert read_selection() == text

    def test_a_long_one_is_read_whole(self, session: Sway) -> None:
        text = "All work and no play makes Jack a dull boy. " * 20_000
        copied = subprocess.run(["wl-copy", "--primary"], env=session.environ, input=text, text=True, timeout=60)
        assert copied.returncode == 0
        wait_until(lambda: len(wayland.read()) == len(text), what="the long selection")
        assert wayland.read() == text

    def test_nothing_selected_is_an_empty_text(self, session: Sway) -> None:
        session.run("wl-copy", "--primary", "--clear")
        wait_until(lambda: session.selected() == "", what="the selection to be gone")
        assert wayland.read() == ""

    def test_a_picture_is_no_text(self, session: Sway) -> None:
        picture = b"\x89PNG\r\n\x1a\n not really"
        command = ["wl-copy", "--primary", "--type", "image/png"]
        subprocess.run(command, env=session.environ, input=picture, timeout=60, check=True)
        wait_until(lambda: "image/png" in session.run("wl-paste", "--primary", "--list-types"), what="the picture")
        assert wayland.read() == ""

    def test_what_is_marked_in_a_terminal_is_read(self, session: Sway) -> None:
        if shutil.which("foot") is None:
            pytest.skip("not installed: foot; run tests/rig/install.sh")
        session.start(
            "foot", "-o", "main.font=monospace:size=14", "sh", "-c", "echo; echo words in a terminal; sleep 600"
        )
        wait_until(lambda: "foot" in session.windows(), what="the terminal")
        session.run("wl-copy", "--primary", "--clear")

        def mark_it() -> bool:
            session.click(60, 60, times=3)
            return "words" in wayland.read()

        wait_until(mark_it, what="the line to be marked")
        assert wayland.read().strip() == "words in a terminal"


class TestAvailability:
    def test_it_is_there_in_a_session_with_wl_paste(self, session: Sway) -> None:
        assert wayland.is_available()

    def test_it_is_not_there_without_a_session(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
        assert not wayland.is_available()
        with pytest.raises(SelectionUnavailable, match="the Wayland session does not answer"):
            wayland.read()

    def test_a_missing_wl_paste_is_told_with_what_installs_it(
        self, session: Sway, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        program(tmp_path, "pacman", "exit 0")
        monkeypatch.setenv("PATH", str(tmp_path))
        assert not wayland.is_available()
        with pytest.raises(SelectionUnavailable) as caught:
            wayland.read()
        assert str(caught.value) == (
            "wl-paste is missing, and without it a selection cannot be read on Wayland; "
            "install it with: sudo pacman -S wl-clipboard"
        )

    def test_without_a_known_package_manager_the_package_is_named(
        self, session: Sway, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(SelectionUnavailable, match=r"with: your package manager: wl-clipboard$"):
            wayland.read()


@pytest.mark.usefixtures("without_data_control")
class TestDesktopsThatShowTheSelectionOnlyToWindows:
    def test_xwayland_is_left_to_be_asked_next(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DISPLAY", ":77")
        with pytest.raises(SelectionUnavailable, match="only through XWayland"):
            wayland.read()

    def test_without_xwayland_wl_paste_opens_a_window(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        program(tmp_path, "wl-paste", "printf 'asked with a window'")
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        assert wayland.read() == "asked with a window"

    def test_a_desktop_without_any_primary_selection_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(wayland, "offered_interfaces", lambda: frozenset({"wl_seat"}))
        assert not wayland.is_available()
        with pytest.raises(SelectionUnavailable, match="has no selection that a program could read"):
            wayland.read()


class TestTroubleWithWlPaste:
    def test_an_owner_that_hangs_is_not_waited_for(
        self, session: Sway, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        program(tmp_path, "wl-paste", "exec sleep 600")
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        monkeypatch.setattr(wayland, "TIMEOUT_S", 0.05)
        with pytest.raises(SelectionUnavailable, match="does not hand it over; select it again and retry"):
            wayland.read()

    def test_its_own_words_are_passed_on(self, session: Sway, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        program(tmp_path, "wl-paste", "echo 'The compositor is on strike' >&2; exit 1")
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        with pytest.raises(
            SelectionUnavailable, match=r"^wl-paste cannot read the selection: The compositor is on str"
        ):
            wayland.read()
