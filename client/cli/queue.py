"""`utterd queue`: what is being spoken and what waits. Never the text itself."""

import argparse
import json

from utterd.client.cli.exits import Exit
from utterd.client.cli.parser import CommandParser, add_json_option
from utterd.client.cli.table import queue_table
from utterd.client.connection import Client


def make_parser() -> CommandParser:
    parser = CommandParser(
        "queue", description="List what is being spoken and what waits.", example="utterd queue\n  utterd queue --json"
    )
    add_json_option(parser)
    return parser


def run(options: argparse.Namespace) -> int:
    with Client() as client:
        utterances = client.queue()
    if options.json:
        print(json.dumps(utterances))
    elif utterances:
        print(queue_table(utterances))
    else:
        print("the queue is empty")
    return Exit.OK
