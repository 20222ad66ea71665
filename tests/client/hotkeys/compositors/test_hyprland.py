from pathlib import Path

import pytest

from utterd.client.hotkeys.bindings import Action, Binding
from utterd.client.hotkeys.compositors.blocks import BEGIN
from utterd.client.hotkeys.compositors.hyprland import Hyprland

BINDINGS = [Binding(Action.SPEAK, "ctrl+alt+s"), Binding(Action.STOP, "super+f9")]


def command(action: Action) -> list[str]:
    return ["/opt/utter #d/utterd", action.value]


@pytest.fixture
def folder(home: Path) -> Path:
    path = home / ".config" / "hypr"
    path.mkdir(parents=True)
    return path


class TestHyprlang:
    def test_keys_are_in_a_file_that_the_configuration_sources(self, folder: Path) -> None:
        config = folder / "hyprland.conf"
        config.write_text("monitor = , preferred, auto, 1\n")
        done = Hyprland().install(BINDINGS, command)
        own = folder / "utterd.conf"
        assert done == [f"wrote {own}", f"added source = {own} to {config}; the keys work from now on"]
        assert own.read_text().splitlines()[1:] == [
            "bind = CTRL ALT, s, exec, '/opt/utter ##d/utterd' speak",
            "bind = SUPER, F9, exec, '/opt/utter ##d/utterd' stop",
        ]
        assert f"\nsource = {own}\n" in config.read_text()
        assert config.read_text().startswith("monitor = , preferred, auto, 1\n")

    def test_doing_it_again_adds_nothing(self, folder: Path) -> None:
        (folder / "hyprland.conf").write_text("")
        Hyprland().install(BINDINGS, command)
        assert Hyprland().install(BINDINGS, command) == [f"wrote {folder / 'utterd.conf'}"]
        assert (folder / "hyprland.conf").read_text().count(BEGIN) == 1


class TestLua:
    def test_keys_are_in_a_module_that_the_configuration_requires(self, folder: Path) -> None:
        (folder / "hyprland.lua").write_text("local x = 1\n")
        (folder / "hyprland.conf").write_text("# of before 0.55\n")
        done = Hyprland().install(BINDINGS, command)
        assert done[1].startswith('added require("utterd") to ')
        speak, stop = (folder / "utterd.lua").read_text().splitlines()[1:]
        assert speak.startswith('hl.bind("CTRL + ALT + s", hl.dsp.exec_cmd("\'/opt/utter #d/utterd\' speak"), {')
        assert speak.endswith('{ description = "utterd: Speak the selected text, or stop" })')
        assert stop.startswith('hl.bind("SUPER + F9", hl.dsp.exec_cmd("\'/opt/utter #d/utterd\' stop"), {')
        assert '\nrequire("utterd")\n' in (folder / "hyprland.lua").read_text()
        assert (folder / "hyprland.conf").read_text() == "# of before 0.55\n"

    def test_quotes_and_backslashes_are_escaped(self, folder: Path) -> None:
        (folder / "hyprland.lua").write_text("")
        text = Hyprland().snippet(BINDINGS[:1], lambda action: ['a"b', "c\\d"])
        assert "exec_cmd(\"'a\\\"b' 'c\\\\d'\")" in text


class TestUninstalling:
    def test_both_configurations_are_as_they_were(self, folder: Path) -> None:
        conf, lua = folder / "hyprland.conf", folder / "hyprland.lua"
        conf.write_text("monitor = 1\n")
        Hyprland().install(BINDINGS, command)
        lua.write_text("local x = 1\n")
        Hyprland().install(BINDINGS, command)
        assert len(Hyprland().uninstall()) == 4
        assert conf.read_text() == "monitor = 1\n"
        assert lua.read_text() == "local x = 1\n"
        assert {path.name for path in folder.iterdir()} == {"hyprland.conf", "hyprland.lua"}
        assert Hyprland().uninstall() == []


def test_without_a_configuration_the_line_is_shown_and_none_is_made(folder: Path) -> None:
    done = Hyprland().install(BINDINGS, command)
    assert done[1].endswith(f"add this line to yours: source = {folder / 'utterd.conf'}")
    assert not (folder / "hyprland.conf").exists()


def test_it_is_running_where_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not Hyprland().is_running()
    monkeypatch.setenv("HYPRLAND_INSTANCE_SIGNATURE", "abc")
    assert Hyprland().is_running()
