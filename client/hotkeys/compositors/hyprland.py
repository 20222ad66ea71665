"""Hyprland: a file of our own that the person's configuration loads; in Lua since 0.55, in hyprlang before.

Hyprland watches its configuration, so it takes effect by itself.
"""

import os
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from utterd.client.hotkeys.bindings import Binding
from utterd.client.hotkeys.commands import CommandFor, installed_command
from utterd.client.hotkeys.compositors.blocks import put_block, remove, remove_block, write
from utterd.client.hotkeys.compositors.folders import config_home
from utterd.client.hotkeys.compositors.keys import hyprland_keys

_HEADER = "Written by `utterd hotkeys install`; change keys under [hotkeys] in utterd's config.toml instead."


class Hyprland:
    """See `Compositor`."""

    def is_running(self) -> bool:
        return bool(os.environ.get("HYPRLAND_INSTANCE_SIGNATURE"))

    def snippet(self, bindings: Sequence[Binding], command: CommandFor = installed_command) -> str:
        lines = _lua_lines(bindings, command) if _speaks_lua() else _hyprlang_lines(bindings, command)
        return "".join(f"{line}\n" for line in lines)

    def install(self, bindings: Sequence[Binding], command: CommandFor = installed_command) -> list[str]:
        config, file = _users_config(), _own_file()
        comment, loads = ("--", 'require("utterd")') if _speaks_lua() else ("#", f"source = {file}")
        write(file, f"{comment} {_HEADER}\n{self.snippet(bindings, command)}")
        done = [f"wrote {file}"]
        if not config.exists():
            return [*done, f"Hyprland has no configuration at {config}; add this line to yours: {loads}"]
        if put_block(config, loads, comment=comment):
            done.append(f"added {loads} to {config}; the keys work from now on")
        return done

    def uninstall(self) -> list[str]:
        done = []
        for ending in ("lua", "conf"):  # both: the person may have moved from one to the other since
            config = _folder() / f"hyprland.{ending}"
            if remove_block(config):
                done.append(f"took the line that loads the keys out of {config}")
            if remove(_folder() / f"utterd.{ending}"):
                done.append(f"removed {_folder() / f'utterd.{ending}'}")
        return done


def _folder() -> Path:
    return config_home() / "hypr"


def _speaks_lua() -> bool:
    """hyprland.lua goes before hyprland.conf where both are there."""
    return (_folder() / "hyprland.lua").exists()


def _users_config() -> Path:
    return _folder() / ("hyprland.lua" if _speaks_lua() else "hyprland.conf")


def _own_file() -> Path:
    return _folder() / ("utterd.lua" if _speaks_lua() else "utterd.conf")


def _hyprlang_lines(bindings: Sequence[Binding], command: CommandFor) -> Iterator[str]:
    for binding in bindings:
        modifiers, key = hyprland_keys(binding)
        words = shlex.join(command(binding.action)).replace("#", "##")  # # begins a comment
        yield f"bind = {' '.join(modifiers)}, {key}, exec, {words}"


def _lua_lines(bindings: Sequence[Binding], command: CommandFor) -> Iterator[str]:
    for binding in bindings:
        modifiers, key = hyprland_keys(binding)
        keys, words = " + ".join([*modifiers, key]), shlex.join(command(binding.action))
        description = _lua_string(f"utterd: {binding.action.description}")
        yield f"hl.bind({_lua_string(keys)}, hl.dsp.exec_cmd({_lua_string(words)}), {{ description = {description} }})"


def _lua_string(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
