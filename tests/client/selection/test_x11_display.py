"""A connection to an X server, or a sentence."""

import pytest
from Xlib import X

from utterd.client.selection.x11_display import NoScreen, open_display


def test_it_is_that_of_the_environment_or_the_one_that_is_named(screen, monkeypatch):
    first = open_display()
    monkeypatch.setenv("DISPLAY", ":99999")
    second = open_display(screen.name)
    assert first.get_display_name() == second.get_display_name() == screen.name
    first.close()
    second.close()


def test_an_error_that_nobody_waits_for_is_not_printed(screen, capfd):
    display = open_display()
    window = display.screen().root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)
    window.destroy()
    window.destroy()
    display.sync()
    display.close()
    assert capfd.readouterr() == ("", "")


def test_without_a_name_it_says_so(monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    with pytest.raises(NoScreen, match="there is no X server: DISPLAY is not set"):
        open_display()
