"""Where a selection is looked for, in which session."""

import sys

import pytest

from utterd.client import selection
from utterd.client.selection import SOURCES, SelectionUnavailable, read_selection


class BackEnd:
    def __init__(self, text: str | None, *, is_there: bool = True) -> None:
        self._text = text
        self._is_there = is_there
        self.reads = 0

    def is_available(self) -> bool:
        return self._is_there

    def read(self) -> str:
        self.reads += 1
        if self._text is None:
            raise SelectionUnavailable("it cannot be read")
        return self._text


@pytest.fixture
def session(monkeypatch):
    """Sets a session up: its back ends, and its environment."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")

    def set_up(back_ends, **environ):
        monkeypatch.setattr(selection, "_back_end", lambda name: back_ends[name])
        for name, value in environ.items():
            monkeypatch.setenv(name, value)

    return set_up


def test_under_x11_it_is_x11s(session):
    session({"x11": BackEnd("from X")}, DISPLAY=":0")
    assert read_selection() == "from X"


def test_under_wayland_it_is_waylands_even_if_nothing_is_selected_there(session):
    """XWayland may still hold what was selected before."""
    x11 = BackEnd("old")
    session({"wayland": BackEnd(""), "x11": x11}, DISPLAY=":0", WAYLAND_DISPLAY="wayland-1")
    assert read_selection() == ""
    assert x11.reads == 0


@pytest.mark.parametrize("wayland", [BackEnd("unasked", is_there=False), BackEnd(None)])
def test_what_wayland_does_not_give_xwayland_does(session, wayland):
    session({"wayland": wayland, "x11": BackEnd("from X")}, DISPLAY=":0", WAYLAND_DISPLAY="wayland-1")
    assert read_selection() == "from X"


def test_where_nothing_can_be_read_the_likeliest_says_why(session):
    session({"wayland": BackEnd(None), "x11": BackEnd("", is_there=False)}, DISPLAY=":0", WAYLAND_DISPLAY="wayland-1")
    with pytest.raises(SelectionUnavailable, match="it cannot be read"):
        read_selection()
    session({"x11": BackEnd(None, is_there=False), "wayland": BackEnd(None, is_there=False)})
    with pytest.raises(SelectionUnavailable, match="it cannot be read"):
        read_selection()


def test_on_a_mac_it_is_the_macs(session, monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    session({"macos": BackEnd("from a Mac")}, DISPLAY=":0")
    assert read_selection() == "from a Mac"


def test_without_a_screen_it_says_so(session):
    session({})
    with pytest.raises(SelectionUnavailable, match="neither DISPLAY nor WAYLAND_DISPLAY is set"):
        read_selection()


def test_a_source_that_is_named_is_asked_and_no_other(session):
    session({"x11": BackEnd("from X"), "wayland": BackEnd("from Wayland")}, WAYLAND_DISPLAY="wayland-1")
    assert read_selection("x11") == "from X"


@pytest.mark.parametrize("name", SOURCES[1:])
def test_every_source_is_a_module(name):
    back_end = selection._back_end(name)
    assert callable(back_end.is_available)
    assert callable(back_end.read)
