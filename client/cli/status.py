"""`utterd status`: how the daemon is, once or every second."""

import argparse
import json
import sys
import time

from utterd.client.cli.exits import Exit
from utterd.client.cli.parser import CommandParser, add_json_option
from utterd.client.cli.status_view import describe
from utterd.client.connection import Client

WATCH_INTERVAL_S = 1.0

HOME_AND_ERASE = "\x1b[H\x1b[J"


def make_parser() -> CommandParser:
    parser = CommandParser(
        "status",
        description="Show the daemon, its stages, its queue and what was measured.",
        example="utterd status --watch\n  utterd status --json",
    )
    parser.add_argument("--watch", action="store_true", help="again each second, until Ctrl-C")
    add_json_option(parser)
    return parser


def run(options: argparse.Namespace) -> int:
    with Client() as client:
        _show(client, options)
        try:
            while options.watch:
                time.sleep(WATCH_INTERVAL_S)
                _show(client, options)
        except KeyboardInterrupt:
            pass  # the usual way to end it
    return Exit.OK


def _show(client: Client, options: argparse.Namespace) -> None:
    status = client.status()
    if options.json:
        print(json.dumps(status), flush=True)
    else:
        is_redrawn = options.watch and sys.stdout.isatty()
        print((HOME_AND_ERASE if is_redrawn else "") + describe(status), flush=True)
