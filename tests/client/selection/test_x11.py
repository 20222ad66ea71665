"""The selection of X11, with the library and without."""

import pytest

from utterd.client.selection import SelectionUnavailable, x11


@pytest.fixture
def without_library(monkeypatch):
    monkeypatch.setattr(x11, "_has_library", lambda: False)


def only(monkeypatch, *tools: str) -> None:
    monkeypatch.setattr(x11, "TOOLS", tuple(tool for tool in x11.TOOLS if tool[0] in tools))


def test_it_reads_what_is_selected(screen):
    screen.select("größer")
    assert x11.is_available()
    assert x11.read() == "größer"


@pytest.mark.usefixtures("without_library")
class TestWithoutTheLibrary:
    def test_xclip_reads_it(self, screen, monkeypatch):
        only(monkeypatch, "xclip")
        screen.select("größer")
        assert x11.is_available()
        assert x11.read() == "größer"

    def test_nothing_selected_is_empty_there_too(self, screen, monkeypatch):
        only(monkeypatch, "xclip")
        assert x11.read() == ""

    def test_nor_a_tool_says_what_to_install(self, screen, monkeypatch):
        only(monkeypatch)
        assert not x11.is_available()
        with pytest.raises(SelectionUnavailable, match="install the package xclip"):
            x11.read()

    def test_a_tool_without_a_server_is_no_empty_selection(self, screen, monkeypatch):
        only(monkeypatch, "xclip")
        monkeypatch.setenv("DISPLAY", ":99999")
        with pytest.raises(SelectionUnavailable, match="xclip cannot reach the X server :99999"):
            x11.read()

    def test_a_tool_that_hangs_is_given_up(self, screen, monkeypatch):
        monkeypatch.setattr(x11, "TOOLS", (("sleep", "1000"),))
        monkeypatch.setattr(x11, "TOOL_TIMEOUT_S", 0.05)
        with pytest.raises(SelectionUnavailable, match="does not answer"):
            x11.read()


def test_without_a_display_it_says_so(monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    assert not x11.is_available()
    with pytest.raises(SelectionUnavailable, match="DISPLAY is not set"):
        x11.read()
