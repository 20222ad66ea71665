"""`utterd stop`: silence."""

import argparse

from utterd.client.cli.exits import CommandError, Exit
from utterd.client.cli.parser import CommandParser, add_json_option
from utterd.client.cli.transport import add_mine_options, check_mine, report
from utterd.client.connection import Client


def make_parser() -> CommandParser:
    parser = CommandParser(
        "stop",
        description="Be silent at once.",
        example="utterd stop\n  utterd stop --all\n  utterd stop --mine --client editor",
    )
    add = parser.add_argument
    add("id", nargs="?", type=int, metavar="ID", help="only this utterance; the one being spoken if left out")
    add("--all", action="store_true", help="all that is spoken, waits, or goes to files")
    add_mine_options(parser)
    add_json_option(parser)
    return parser


def run(options: argparse.Namespace) -> int:
    given = [name for name, is_given in _choices(options).items() if is_given]
    if len(given) > 1:
        raise CommandError(Exit.USAGE, f"{' and '.join(given)} contradict each other; give one of them")
    check_mine(options)
    with Client() as client:
        stopped = client.stop(options.id, all=options.all, mine=options.mine, client=options.client)
    return report("stopped", stopped, options, nothing="nothing was being spoken")


def _choices(options: argparse.Namespace) -> dict[str, bool]:
    return {"an ID": options.id is not None, "--all": options.all, "--mine": options.mine}
