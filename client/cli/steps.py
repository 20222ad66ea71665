"""How far `utterd back` and `utterd forward` go: so many words, sentences, paragraphs or seconds."""

import argparse
from typing import Final, cast

from utterd.client.cli.parser import CommandParser, whole_number_between
from utterd.client.messages import Step

NAMED: Final = ("word", "sentence", "paragraph")

MOST_STEPS: Final = 10_000


def add_step_options(parser: CommandParser) -> None:
    """`[STEP] [-n COUNT]`: see `find_steps`."""
    add = parser.add_argument
    add(
        "step",
        nargs="?",
        type=_convert_step,
        default=("sentence", 1),
        metavar="STEP",
        help="word, sentence (if left out), paragraph, or a number of seconds: 10 or 10s",
    )
    add("-n", dest="count", type=whole_number_between(1, MOST_STEPS), default=1, metavar="COUNT", help="so many")


def find_steps(options: argparse.Namespace) -> tuple[Step, int]:
    """What is counted, and how many; at least 1."""
    step, length = cast(tuple[Step, int], options.step)
    return step, length * options.count


def _convert_step(text: str) -> tuple[Step, int]:
    """What is counted, and how many make one STEP."""
    if text in NAMED:
        return cast(Step, text), 1
    try:
        seconds = int(text.removesuffix("s"))
    except ValueError:
        known = f"{', '.join(NAMED)}, and whole seconds such as 10s"
        raise argparse.ArgumentTypeError(f"there is no step {text[:20]!r}; there are {known}") from None
    if not 1 <= seconds <= MOST_STEPS:
        raise argparse.ArgumentTypeError(f"must be from 1 to {MOST_STEPS} seconds, not {text[:20]!r}")
    return "second", seconds
