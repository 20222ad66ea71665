"""What to copy where."""

import shlex

import pytest

from utterd.client.hotkeys.bindings import Action, Binding, default_bindings
from utterd.client.hotkeys.commands import installed_command
from utterd.client.hotkeys.snippets import all_snippets


@pytest.mark.parametrize("name", list(all_snippets()))
def test_every_one_names_the_command(name):
    assert str(installed_command(Action.SPEAK)[0]) in all_snippets()[name](default_bindings())


def test_those_of_all_desktops_and_programs_are_there():
    wanted = {"x11", "sxhkd", "gnome", "kde", "sway", "hyprland", "hammerspoon", "skhd", "karabiner", "raycast"}
    assert wanted <= set(all_snippets())


def test_sxhkd_has_three_lines_a_key():
    text = all_snippets()["sxhkd"]([Binding(Action.BACK, "super+pageup"), Binding(Action.STOP, "ctrl+alt+q")])
    assert text.splitlines() == [
        "# ~/.config/sxhkd/sxhkdrc",
        "# Say the sentence again",
        "super + Prior",
        f"    {shlex.join(installed_command(Action.BACK))}",
        "# Stop speech",
        "ctrl + alt + q",
        f"    {shlex.join(installed_command(Action.STOP))}",
    ]
