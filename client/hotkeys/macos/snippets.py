"""Ready-made pieces for programs that bind keys on macOS: text to copy into their configuration."""

import json
import shlex
from collections.abc import Callable, Sequence
from typing import Any, Final

from utterd.client.hotkeys.bindings import Action, Binding
from utterd.client.hotkeys.commands import installed_command
from utterd.client.hotkeys.macos.quick_action import services_command

_MAC_MODIFIERS: Final = {"ctrl": "ctrl", "alt": "alt", "shift": "shift", "super": "cmd"}
"""As Hammerspoon and skhd write them."""

_SIGNS: Final = {"plus": "=", "minus": "-", "comma": ",", "period": ".", "slash": "/"}
"""What stands on these keys without shift, on an American keyboard."""

_HAMMERSPOON_KEYS: Final = {
    "enter": "return",
    "backspace": "delete",
    "delete": "forwarddelete",
    "insert": "help",
    **_SIGNS,
}

_SKHD_KEYS: Final = {
    "enter": "return",
    "plus": "0x18",
    "minus": "0x1B",
    "comma": "0x2B",
    "period": "0x2F",
    "slash": "0x2C",
}
"""skhd knows signs by their key code alone."""

_KARABINER_MODIFIERS: Final = {"ctrl": "control", "alt": "option", "shift": "shift", "super": "command"}

_KARABINER_KEYS: Final = {
    "space": "spacebar", "enter": "return_or_enter", "backspace": "delete_or_backspace", "delete": "delete_forward",
    "pageup": "page_up", "pagedown": "page_down", "left": "left_arrow", "right": "right_arrow", "up": "up_arrow",
    "down": "down_arrow", "plus": "equal_sign", "minus": "hyphen",
}  # fmt: skip


def hammerspoon(bindings: Sequence[Binding]) -> str:
    """For ~/.hammerspoon/init.lua."""
    lines = ["-- ~/.hammerspoon/init.lua"]
    for binding in bindings:
        modifiers = ", ".join(f'"{_MAC_MODIFIERS[name]}"' for name in binding.modifiers)
        program, *arguments = installed_command(binding.action)
        key = _lua(_HAMMERSPOON_KEYS.get(binding.key, binding.key))
        given = ", ".join(_lua(argument) for argument in arguments)
        lines.append(
            f"hs.hotkey.bind({{{modifiers}}}, {key}, "
            f"function() hs.task.new({_lua(program)}, nil, {{{given}}}):start() end)  -- {binding.action.description}"
        )
    return "\n".join([*lines, ""])


def skhd(bindings: Sequence[Binding]) -> str:
    """For ~/.config/skhd/skhdrc."""
    lines = ["# ~/.config/skhd/skhdrc"]
    for binding in bindings:
        modifiers = " + ".join(_MAC_MODIFIERS[name] for name in binding.modifiers)
        key = _SKHD_KEYS.get(binding.key, binding.key)
        chord = f"{modifiers} - {key}" if modifiers else key
        lines.append(f"{chord} : {shlex.join(installed_command(binding.action))}")
    return "\n".join([*lines, ""])


def karabiner(bindings: Sequence[Binding]) -> str:
    """For ~/.config/karabiner/assets/complex_modifications/utterd.json: JSON, which has no comments."""
    rules = [
        {"description": f"utterd: {binding.action.description}", "manipulators": [_manipulator(binding)]}
        for binding in bindings
    ]
    return json.dumps({"title": "utterd", "rules": rules}, indent=2) + "\n"


def raycast(bindings: Sequence[Binding]) -> str:
    """Script commands, a file each; Raycast gives them keys in its own settings."""
    return "\n".join(_raycast_script(binding) for binding in bindings)


def shortcuts(bindings: Sequence[Binding]) -> str:
    """What to click: Apple's Shortcuts app has no file that could be written for it."""
    lines = [
        "In the Shortcuts app, for each line below: make a new shortcut, add the action Run Shell Script, put the line",
        "into it, and set its key under Details, Add Keyboard Shortcut.",
        "For those that speak text: under Details switch on Use as Quick Action, Services Menu; at the top choose",
        "Receive Text; in the action set Pass Input to stdin.",
        "",
    ]
    for binding in bindings:
        command = shlex.join(services_command(binding.action))
        takes = " (receives text)" if binding.action in (Action.SPEAK, Action.APPEND) else ""
        lines.append(f"{binding.keys}, {binding.action.description}{takes}:\n    {command}")
    return "\n".join([*lines, ""])


def _manipulator(binding: Binding) -> dict[str, Any]:
    modifiers = {"optional": ["caps_lock"]}
    if binding.modifiers:
        modifiers["mandatory"] = [_KARABINER_MODIFIERS[name] for name in binding.modifiers]
    return {
        "type": "basic",
        "from": {"key_code": _KARABINER_KEYS.get(binding.key, binding.key), "modifiers": modifiers},
        "to": [{"shell_command": shlex.join(installed_command(binding.action)), "repeat": False}],
    }


def _raycast_script(binding: Binding) -> str:
    return (
        "#!/bin/bash\n"
        f"# utterd-{binding.action}.sh, in a folder that Raycast knows as one of script commands; chmod +x\n"
        "# @raycast.schemaVersion 1\n"
        f"# @raycast.title {binding.action.description}\n"
        "# @raycast.mode silent\n"
        "# @raycast.packageName utterd\n"
        f"exec {shlex.join(installed_command(binding.action))}\n"
    )


def _lua(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


SNIPPETS: Final[dict[str, Callable[[list[Binding]], str]]] = {
    "hammerspoon": hammerspoon,
    "skhd": skhd,
    "karabiner": karabiner,
    "raycast": raycast,
    "shortcuts": shortcuts,
}
"""Program → its snippet for these bindings."""
