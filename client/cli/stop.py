"""`utterd stop`: silence."""

import argparse
import json

from utterd.client.cli.exits import CommandError, Exit
from utterd.client.cli.parser import CommandParser, add_json_option
from utterd.client.connection import Client


def make_parser() -> CommandParser:
    parser = CommandParser("stop", description="Be silent at once.", example="utterd stop\n  utterd stop --all")
    add = parser.add_argument
    add("id", nargs="?", type=int, metavar="ID", help="only this utterance; the one being spoken if left out")
    add("--all", action="store_true", help="all that is spoken, waits, or goes to files")
    add_json_option(parser)
    return parser


def run(options: argparse.Namespace) -> int:
    if options.all and options.id is not None:
        raise CommandError(Exit.USAGE, "an ID and --all contradict each other; give one of them")
    with Client() as client:
        stopped = client.stop(options.id, all=options.all)
    if options.json:
        print(json.dumps({"stopped": stopped}))
    elif stopped:
        print("stopped", *stopped)
    else:
        print("nothing was being spoken")
    return Exit.OK
