"""`utterd resume`: on from where `utterd pause` left it."""

import argparse

from utterd.client.cli.parser import CommandParser, add_json_option
from utterd.client.cli.transport import add_mine_options, check_mine, report
from utterd.client.connection import Client


def make_parser() -> CommandParser:
    parser = CommandParser(
        "resume",
        description="Go on from the sample at which it was paused.",
        example="utterd resume\n  utterd resume --mine --client editor",
    )
    add_mine_options(parser)
    add_json_option(parser)
    return parser


def run(options: argparse.Namespace) -> int:
    check_mine(options)
    with Client() as client:
        return report("resumed", client.resume(mine=options.mine, client=options.client), options)
