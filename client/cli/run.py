"""`utterd run`: become the daemon. It is run, never imported."""

import argparse
from typing import NoReturn

from utterd.client.cli.becoming import become
from utterd.client.cli.parser import CommandParser


def make_parser() -> CommandParser:
    parser = CommandParser(
        "run",
        description="Run the daemon in the foreground, until Ctrl-C.",
        example="utterd run --device null",
    )
    add = parser.add_argument
    add("--device", metavar="D", help="auto, pulse, pulse:SINK, portaudio, portaudio:NAME, null, or wav:PATH")
    add("--voice", metavar="V", help="the voice for those who name none")
    add("--model", metavar="M", help="the model bundle: a name or a folder")
    return parser


def run(options: argparse.Namespace) -> NoReturn:
    from utterd.client.autostart import daemon_command

    arguments: list[str] = []
    for name in ("device", "voice", "model"):
        if (value := getattr(options, name)) is not None:
            arguments += [f"--{name}", value]
    become(daemon_command(*arguments))
