import pytest

from utterd.client.hotkeys.bindings import default_bindings
from utterd.client.hotkeys.commands import find_program
from utterd.client.hotkeys.compositors import COMPOSITORS


@pytest.mark.parametrize("name", ["gnome", "kde", "sway", "hyprland"])
def test_each_shows_all_default_keys_with_the_installed_command(name: str) -> None:
    text = COMPOSITORS[name].snippet(default_bindings())
    assert text.count(str(find_program())) == len(default_bindings())


def test_there_are_no_others() -> None:
    assert list(COMPOSITORS) == ["gnome", "kde", "sway", "hyprland"]


def test_outside_of_a_desktop_none_is_running() -> None:
    assert not any(compositor.is_running() for compositor in COMPOSITORS.values())
