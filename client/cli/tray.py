"""`utterd tray`: an icon in the tray or menu bar."""

import argparse

from utterd.client.cli.exits import Exit
from utterd.client.cli.parser import CommandParser


def make_parser() -> CommandParser:
    return CommandParser(
        "tray",
        description=(
            "An icon in the tray or menu bar: whether something is spoken, and a menu to pause it, go back, stop it, "
            "change its speed, and hear the voices. Needs the extra `tray`: pip install 'utterd[tray]'."
        ),
        example="utterd tray &",
    )


def run(options: argparse.Namespace) -> int:
    from utterd.client.tray.app import run_tray

    run_tray()
    return Exit.OK
