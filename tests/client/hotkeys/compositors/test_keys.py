import pytest

from utterd.client.hotkeys.bindings import KEYS, Action, Binding
from utterd.client.hotkeys.compositors import keys

SPELLINGS = [
    # binding, portal, GNOME, sway, Hyprland, KDE
    ("ctrl+alt+s", "CTRL+ALT+s", "<Control><Alt>s", "Ctrl+Alt+s", (["CTRL", "ALT"], "s"), "Ctrl+Alt+S"),
    ("super+alt+f5", "ALT+LOGO+F5", "<Alt><Super>F5", "Alt+Mod4+F5", (["ALT", "SUPER"], "F5"), "Alt+Meta+F5"),
    ("ctrl+pageup", "CTRL+Page_Up", "<Control>Page_Up", "Ctrl+Page_Up", (["CTRL"], "Page_Up"), "Ctrl+PgUp"),
    ("alt+enter", "ALT+Return", "<Alt>Return", "Alt+Return", (["ALT"], "Return"), "Alt+Return"),
    ("super+plus", "LOGO+plus", "<Super>plus", "Mod4+plus", (["SUPER"], "plus"), "Meta++"),
    ("ctrl+0", "CTRL+0", "<Control>0", "Ctrl+0", (["CTRL"], "0"), "Ctrl+0"),
    ("pause", "Pause", "Pause", "Pause", ([], "Pause"), "Pause"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "portal", "gnome", "sway", "hyprland", "kde"), SPELLINGS)
def test_every_desktop_has_a_spelling_of_its_own(
    given: str, portal: str, gnome: str, sway: str, hyprland: tuple[list[str], str], kde: str
) -> None:
    binding = Binding(Action.SPEAK, given)
    assert keys.portal_trigger(binding) == portal
    assert keys.gnome_accelerator(binding) == gnome
    assert keys.sway_keys(binding) == sway
    assert keys.hyprland_keys(binding) == hyprland
    assert keys.kde_keys(binding) == kde


def test_kde_has_no_name_for_the_key_that_separates_its_keys() -> None:
    assert keys.kde_keys(Binding(Action.SPEAK, "ctrl+comma")) is None


@pytest.mark.parametrize("key", sorted(KEYS))
def test_every_key_has_a_keysym_that_xkb_knows(key: str) -> None:
    xlib = pytest.importorskip("Xlib.XK", reason="python-xlib is not installed")
    name = keys.xkb_name(key)
    assert xlib.string_to_keysym(name) or name in {"F21", "F22", "F23", "F24"}, name
