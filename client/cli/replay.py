"""`utterd replay`: the last seconds once more."""

import argparse

from utterd.client.cli.parser import CommandParser, add_json_option, number_between
from utterd.client.cli.transport import report
from utterd.client.connection import Client

SHORTEST_S, LONGEST_S = 0.1, 3600.0


def make_parser() -> CommandParser:
    parser = CommandParser(
        "replay",
        description="Say the last seconds again: of what is being spoken, or else of what was last.",
        example="utterd replay\n  utterd replay 30",
    )
    parser.add_argument(
        "seconds",
        nargs="?",
        type=number_between(SHORTEST_S, LONGEST_S),
        default=10.0,
        metavar="SECONDS",
        help="10 if left out",
    )
    add_json_option(parser)
    return parser


def run(options: argparse.Namespace) -> int:
    with Client() as client:
        return report("replayed", client.replay(options.seconds), options)
