"""`utterd hotkeys`: keys that work in every program."""

import argparse
import json
import os
from typing import Final

from utterd.client.cli.actions import ActionsParser
from utterd.client.cli.exits import CommandError, Exit
from utterd.client.cli.parser import CommandParser, add_json_option
from utterd.client.hotkeys.bindings import Action, Binding, BindingError, configured_bindings


def make_parser() -> CommandParser:
    return ActionsParser(
        "hotkeys",
        actions={name: make for name, (make, _) in _ACTIONS.items()},
        description=(
            "Keys that work in every program: speak what is selected, stop, pause, go back.\n"
            "`utterd hotkeys install` once; `run`, `show`, `press` and `uninstall` have --help, too.\n"
            "Which keys: section [hotkeys] of config.toml."
        ),
        example="utterd hotkeys install\n  utterd hotkeys show --for sway\n  utterd hotkeys run",
    )


def _make_run_parser() -> CommandParser:
    return CommandParser(
        "hotkeys run",
        description="Wait for the keys and do what they ask for, until the desktop session ends.",
        example="utterd hotkeys run",
    )


def _make_install_parser() -> CommandParser:
    parser = CommandParser(
        "hotkeys install",
        description=(
            "Have the keys work from now on: by an agent that starts at login (X11), by the desktop's own bindings\n"
            "(Wayland: GNOME, KDE, sway, Hyprland), or by a Quick Action (macOS)."
        ),
        example="utterd hotkeys install\n  utterd hotkeys install --uninstall",
    )
    parser.add_argument("--uninstall", action="store_true", help="take it all back, as `utterd hotkeys uninstall`")
    parser.add_argument("--agent", action="store_true", help="by an agent that starts at login, on any desktop")
    parser.add_argument("--no-start", action="store_true", help="only from the next login on")
    add_json_option(parser)
    return parser


def _make_uninstall_parser() -> CommandParser:
    parser = CommandParser(
        "hotkeys uninstall", description="Take back what install has done.", example="utterd hotkeys uninstall"
    )
    add_json_option(parser)
    return parser


def _make_show_parser() -> CommandParser:
    parser = CommandParser(
        "hotkeys show",
        description="Print the keys, and what to copy into the configuration of a desktop or program.",
        example="utterd hotkeys show\n  utterd hotkeys show --for hammerspoon\n  utterd hotkeys show --json",
    )
    parser.add_argument("--for", dest="environment", metavar="NAME", help="sway, gnome, kde, hammerspoon, skhd, x11 …")
    add_json_option(parser)
    return parser


def _make_press_parser() -> CommandParser:
    parser = CommandParser(
        "hotkeys press",
        description="Do what a key does, for desktops that start a command at each press.",
        example="utterd hotkeys press pause",
    )
    names = [action.value for action in Action]
    parser.add_argument("key", choices=names, metavar="ACTION", help=", ".join(names))
    return parser


def run(options: argparse.Namespace) -> int:
    try:
        return _ACTIONS[options.action][1](options)
    except BindingError as error:
        raise CommandError(Exit.USAGE, str(error)) from None


def _run(options: argparse.Namespace) -> int:
    bindings = configured_bindings()
    from utterd.client.hotkeys import agent, instance

    screen = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY", "")
    with instance.only_agent(screen):
        agent.run(bindings, on_ready=lambda way: print(_ready(way, bindings), flush=True))
    return Exit.OK


def _ready(way: str, bindings: list[Binding]) -> str:
    return f"ready ({way}): " + ", ".join(f"{binding.keys} {binding.action}" for binding in bindings)


def _install(options: argparse.Namespace) -> int:
    if options.uninstall:
        return _uninstall(options)
    bindings = configured_bindings()
    from utterd.client.hotkeys.install import install

    return _report(install(bindings, agent=options.agent, start=not options.no_start), options)


def _uninstall(options: argparse.Namespace) -> int:
    from utterd.client.hotkeys.install import uninstall

    return _report(uninstall() or ["nothing was installed"], options)


def _report(done: list[str], options: argparse.Namespace) -> int:
    print(json.dumps({"done": done}) if options.json else "\n".join(done))
    return Exit.OK


def _show(options: argparse.Namespace) -> int:
    bindings = configured_bindings()
    snippets = _snippets(bindings, options.environment)
    if options.json:
        from utterd.client.hotkeys.instance import running_agents

        keys = [{"action": binding.action, "keys": binding.keys} for binding in bindings]
        print(json.dumps({"bindings": keys, "agents": running_agents(), "snippets": snippets}))
    elif options.environment:
        print(snippets[options.environment].rstrip("\n"))
    else:
        print(_page(bindings, snippets))
    return Exit.OK


def _snippets(bindings: list[Binding], environment: str | None) -> dict[str, str]:
    from utterd.client.hotkeys.snippets import all_snippets

    known = all_snippets()
    if environment is not None and environment not in known:
        raise CommandError(Exit.USAGE, f"there is no snippet for {environment[:40]!r}; there are {', '.join(known)}")
    chosen = [environment] if environment else list(known)
    return {name: known[name](bindings) for name in chosen}


def _page(bindings: list[Binding], snippets: dict[str, str]) -> str:
    from utterd.client.cli.table import table

    rows = [(binding.keys, binding.action.value, binding.action.description) for binding in bindings]
    parts = [table(("KEYS", "ACTION", ""), rows)]
    parts += [f"== {name}\n{text.rstrip()}" for name, text in snippets.items()]
    return "\n\n".join(parts)


def _press(options: argparse.Namespace) -> int:
    from utterd.client.hotkeys.actions import press
    from utterd.client.selection.aloud import NothingSelected

    try:
        press(Action(options.key))
    except NothingSelected as nothing:
        raise CommandError(Exit.USAGE, f"{nothing}; mark some text first") from None
    return Exit.OK


_ACTIONS: Final = {
    "run": (_make_run_parser, _run),
    "install": (_make_install_parser, _install),
    "uninstall": (_make_uninstall_parser, _uninstall),
    "show": (_make_show_parser, _show),
    "press": (_make_press_parser, _press),
}
"""Name → what makes its parser, and what does it."""
