"""`utterd skip`: on to the next utterance."""

import argparse

from utterd.client.cli.parser import CommandParser, add_json_option
from utterd.client.cli.transport import report
from utterd.client.connection import Client


def make_parser() -> CommandParser:
    parser = CommandParser(
        "skip", description="End what is being spoken; the next utterance speaks.", example="utterd skip"
    )
    add_json_option(parser)
    return parser


def run(options: argparse.Namespace) -> int:
    with Client() as client:
        return report("skipped", client.skip(), options)
