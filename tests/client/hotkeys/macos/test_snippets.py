import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from utterd.client.hotkeys.bindings import KEYS, Action, Binding, default_bindings
from utterd.client.hotkeys.commands import find_program, installed_command
from utterd.client.hotkeys.macos.snippets import SNIPPETS, hammerspoon, karabiner, raycast, shortcuts, skhd

SPEAK = Binding(Action.SPEAK, "ctrl+alt+s")
BACK = Binding(Action.BACK, "super+shift+pagedown")
PAUSE = Binding(Action.PAUSE, "f5")


def test_there_is_one_for_each_program_with_all_keys() -> None:
    assert list(SNIPPETS) == ["hammerspoon", "skhd", "karabiner", "raycast", "shortcuts"]
    for name, snippet in SNIPPETS.items():
        assert snippet(default_bindings()).count(str(find_program())) == 7, name


class TestHammerspoon:
    def test_a_key_starts_the_command(self) -> None:
        [_, line, other] = hammerspoon([SPEAK, BACK]).splitlines()
        assert line == (
            f'hs.hotkey.bind({{"ctrl", "alt"}}, "s", function() hs.task.new("{find_program()}", nil, '
            '{"selection", "--toggle"}):start() end)  -- Speak the selected text, or stop'
        )
        assert 'bind({"shift", "cmd"}, "pagedown"' in other

    def test_a_lua_interpreter_can_read_it(self) -> None:
        lua = next(filter(None, map(shutil.which, ("lua", "lua5.4", "lua5.3", "luajit"))), None)
        if lua is None:
            pytest.skip("not installed: lua")
        count = "local n = 0; hs = {hotkey = {bind = function() n = n + 1 end}}\n"
        script = f"{count}{hammerspoon(default_bindings())}print(n)"
        assert subprocess.run([lua, "-"], input=script, capture_output=True, text=True, check=True).stdout == "7\n"


class TestSkhd:
    def test_a_key_runs_the_command(self) -> None:
        lines = skhd([SPEAK, BACK, PAUSE, Binding(Action.STOP, "ctrl+comma")]).splitlines()[1:]
        assert [line.split(" : ")[0] for line in lines] == [
            "ctrl + alt - s",
            "shift + cmd - pagedown",
            "f5",
            "ctrl - 0x2B",
        ]
        assert shlex.split(lines[0].split(" : ")[1]) == installed_command(Action.SPEAK)


class TestKarabiner:
    def test_it_is_a_file_of_complex_modifications(self) -> None:
        read = json.loads(karabiner([SPEAK, PAUSE]))
        assert read["title"] == "utterd"
        assert [rule["description"] for rule in read["rules"]] == [
            "utterd: Speak the selected text, or stop",
            "utterd: Pause or resume speech",
        ]
        [manipulator] = read["rules"][0]["manipulators"]
        assert manipulator["type"] == "basic"
        assert manipulator["from"] == {
            "key_code": "s",
            "modifiers": {"mandatory": ["control", "option"], "optional": ["caps_lock"]},
        }
        [to] = manipulator["to"]
        assert shlex.split(to["shell_command"]) == installed_command(Action.SPEAK)
        assert "mandatory" not in read["rules"][1]["manipulators"][0]["from"]["modifiers"]

    def test_every_key_has_a_name_of_karabiners(self) -> None:
        for key in KEYS:
            [rule] = json.loads(karabiner([Binding(Action.SPEAK, f"super+{key}")]))["rules"]
            assert re.fullmatch("[a-z0-9_]+", rule["manipulators"][0]["from"]["key_code"])


class TestRaycast:
    def test_each_script_has_the_lines_that_raycast_asks_for_and_runs(self, tmp_path: Path) -> None:
        [script] = [raycast([SPEAK])]
        assert script.startswith("#!/bin/bash\n# utterd-speak.sh, ")
        for name in ("schemaVersion 1", "title Speak the selected text, or stop", "mode silent"):
            assert f"\n# @raycast.{name}\n" in script
        assert subprocess.run(["bash", "-n"], input=script, text=True).returncode == 0

    def test_there_is_one_for_each_key(self) -> None:
        assert raycast(default_bindings()).count("#!/bin/bash") == 7


class TestShortcuts:
    def test_what_to_click_is_said_and_which_take_text(self) -> None:
        text = shortcuts([SPEAK, PAUSE])
        assert "Run Shell Script" in text
        assert "ctrl+alt+s, Speak the selected text, or stop (receives text):\n" in text
        assert text.count("--source stdin") == 1
