"""`utterd forward`: some words, sentences, paragraphs or seconds on."""

import argparse

from utterd.client.cli.parser import CommandParser, add_json_option
from utterd.client.cli.steps import add_step_options, find_steps
from utterd.client.cli.transport import report
from utterd.client.connection import Client


def make_parser() -> CommandParser:
    parser = CommandParser(
        "forward",
        description="Leave out what comes next: go on with the next sentence.",
        example="utterd forward\n  utterd forward paragraph\n  utterd forward word -n 5\n  utterd forward 10s",
    )
    add_step_options(parser)
    add_json_option(parser)
    return parser


def run(options: argparse.Namespace) -> int:
    step, count = find_steps(options)
    with Client() as client:
        return report("moved", client.seek(by=step, count=count), options)
