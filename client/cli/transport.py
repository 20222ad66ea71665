"""What the commands that steer speech have in common: whose it is, and what is said of the outcome."""

import argparse
import json

from utterd.client.cli.exits import CommandError, Exit
from utterd.client.cli.parser import CommandParser

NOTHING = "nothing is being spoken"


def add_mine_options(parser: CommandParser) -> None:
    """`--mine --client LABEL`, which belong together: see `check_mine`."""
    parser.add_argument("--mine", action="store_true", help="only what this client has asked for")
    parser.add_argument("--client", default="", metavar="LABEL", help="whose, as given to `utterd speak --client`")


def check_mine(options: argparse.Namespace) -> None:
    """
    Raises:
        CommandError: one without the other.
    """
    if options.mine and not options.client:
        raise CommandError(Exit.USAGE, "--mine does not say whose; add --client LABEL, as given to `utterd speak`")
    if options.client and not options.mine:
        raise CommandError(Exit.USAGE, "--client goes with --mine; add it, or leave out --client")


def report(done: str, utterances: list[int], options: argparse.Namespace, *, nothing: str = NOTHING) -> int:
    """Say what was done to which utterances; the exit code.

    Args:
        done: "paused": for people, and as the key of the JSON.
        nothing: what is said if there are none.
    """
    if options.json:
        print(json.dumps({done: utterances}))
    elif utterances:
        print(done, *utterances)
    else:
        print(nothing)
    return Exit.OK
