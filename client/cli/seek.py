"""`utterd seek`: on from another place of the text."""

import argparse

from utterd.client.cli.parser import CommandParser, add_json_option, whole_number_between
from utterd.client.cli.transport import report
from utterd.client.connection import Client
from utterd.client.messages import MAX_TEXT_CODE_POINTS


def make_parser() -> CommandParser:
    parser = CommandParser(
        "seek",
        description="Go on elsewhere in what is being spoken: at the first word that ends behind this place.",
        example="utterd seek 0\n  utterd seek 1200",
    )
    parser.add_argument(
        "char",
        type=whole_number_between(0, MAX_TEXT_CODE_POINTS),
        metavar="CHAR",
        help="in characters from the beginning of the text, as in the events of `utterd speak --events`",
    )
    add_json_option(parser)
    return parser


def run(options: argparse.Namespace) -> int:
    with Client() as client:
        return report("moved", client.seek(options.char), options)
