"""`utterd pause`: silence, until `utterd resume`."""

import argparse

from utterd.client.cli.parser import CommandParser, add_json_option
from utterd.client.cli.transport import add_mine_options, check_mine, report
from utterd.client.connection import Client


def make_parser() -> CommandParser:
    parser = CommandParser(
        "pause",
        description="Be silent, and stay at this very sample.",
        example="utterd pause\n  utterd pause --mine --client editor",
    )
    add_mine_options(parser)
    add_json_option(parser)
    return parser


def run(options: argparse.Namespace) -> int:
    check_mine(options)
    with Client() as client:
        return report("paused", client.pause(mine=options.mine, client=options.client), options)
