"""What to put where, on each desktop and for each program that binds keys: text to copy."""

import shlex
from collections.abc import Callable, Sequence
from typing import Final

from utterd.client.hotkeys.autostart import agent_command
from utterd.client.hotkeys.bindings import Binding
from utterd.client.hotkeys.commands import installed_command

Snippet = Callable[[list[Binding]], str]
"""The text for these bindings."""


def all_snippets() -> dict[str, Snippet]:
    """Name of a desktop or program → its snippet."""
    from utterd.client.hotkeys.compositors import COMPOSITORS
    from utterd.client.hotkeys.macos.snippets import SNIPPETS

    return {**_X11, **{name: compositor.snippet for name, compositor in COMPOSITORS.items()}, **SNIPPETS}


def _window_manager(bindings: Sequence[Binding]) -> str:
    """For those that read no autostart folder."""
    command = shlex.join(agent_command())
    return (
        f"# ~/.xinitrc, ~/.config/bspwm/bspwmrc, ~/.config/openbox/autostart:\n{command} &\n"
        f"# ~/.config/i3/config:\nexec --no-startup-id {command}\n"
    )


def _sxhkd(bindings: Sequence[Binding]) -> str:
    """Without an agent: a process at each press."""
    lines = ["# ~/.config/sxhkd/sxhkdrc"]
    for binding in bindings:
        keys = " + ".join([*binding.modifiers, _SXHKD_KEYS.get(binding.key, binding.key)])
        lines += [f"# {binding.action.description}", keys, f"    {shlex.join(installed_command(binding.action))}"]
    return "\n".join([*lines, ""])


_SXHKD_KEYS: Final = {
    "enter": "Return", "tab": "Tab", "escape": "Escape", "backspace": "BackSpace", "insert": "Insert",
    "delete": "Delete", "home": "Home", "end": "End", "pageup": "Prior", "pagedown": "Next", "left": "Left",
    "right": "Right", "up": "Up", "down": "Down", "pause": "Pause",
    **{f"f{number}": f"F{number}" for number in range(1, 25)},
}  # fmt: skip
"""Our names → X's, where they differ."""

_X11: Final[dict[str, Snippet]] = {"x11": _window_manager, "sxhkd": _sxhkd}
