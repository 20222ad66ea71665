"""`utterd back`: some words, sentences, paragraphs or seconds back."""

import argparse

from utterd.client.cli.parser import CommandParser, add_json_option
from utterd.client.cli.steps import add_step_options, find_steps
from utterd.client.cli.transport import report
from utterd.client.connection import Client


def make_parser() -> CommandParser:
    parser = CommandParser(
        "back",
        description=(
            "Say what was just said again: from the start of this sentence, or of the one before if that start is near."
        ),
        example="utterd back\n  utterd back paragraph\n  utterd back word -n 5\n  utterd back 10s",
    )
    add_step_options(parser)
    add_json_option(parser)
    return parser


def run(options: argparse.Namespace) -> int:
    step, count = find_steps(options)
    with Client() as client:
        return report("moved", client.seek(by=step, count=-count), options)
