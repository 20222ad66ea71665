"""argparse, with errors in one sentence and an example in every help."""

import argparse
import contextlib
import os
import sys
from typing import NoReturn

from utterd.client.cli.exits import CommandError, Exit

_COLUMNS_UNKNOWN = 80


def _formatter(prog: str) -> argparse.HelpFormatter:
    """argparse makes one for each option that is added, and would import `shutil` to ask for the width: 3 ms."""
    return argparse.RawDescriptionHelpFormatter(prog, width=_columns() - 2)


def _columns() -> int:
    """As shutil.get_terminal_size does it."""
    with contextlib.suppress(ValueError):
        if (columns := int(os.environ.get("COLUMNS", ""))) > 0:
            return columns
    with contextlib.suppress(OSError, ValueError, AttributeError):
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or _COLUMNS_UNKNOWN  # type: ignore[union-attr]
    return _COLUMNS_UNKNOWN


class CommandParser(argparse.ArgumentParser):
    """The parser of one command."""

    def __init__(self, command: str, *, description: str, example: str) -> None:
        super().__init__(
            prog=f"utterd {command}",
            description=description,
            epilog=f"example:\n  {example}",
            formatter_class=_formatter,
            allow_abbrev=False,
        )

    def parse(self, arguments: list[str]) -> argparse.Namespace:
        """Options may stand among the words; what stands behind `--` is words, whatever it looks like."""
        split = arguments.index("--") if "--" in arguments else len(arguments)
        options = self.parse_intermixed_args(arguments[:split])
        if literal_words := arguments[split + 1 :]:
            if not hasattr(options, "text"):
                self.error("nothing may follow --")
            options.text += literal_words
        return options

    def error(self, message: str) -> NoReturn:
        raise CommandError(Exit.USAGE, f"{message}; `{self.prog} --help` shows how it is used")


def number_between(lowest: float, highest: float) -> "argparse._ActionType":
    """A converter for add_argument: a number in this range."""

    def convert(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not lowest <= value <= highest:
            raise argparse.ArgumentTypeError(f"must be a number from {lowest:g} to {highest:g}, not {text[:20]!r}")
        return value

    return convert


def whole_number_between(lowest: int, highest: int) -> "argparse._ActionType":
    """A converter for add_argument: a whole number in this range."""

    def convert(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = lowest - 1
        if not lowest <= value <= highest:
            raise argparse.ArgumentTypeError(f"must be a whole number from {lowest} to {highest}, not {text[:20]!r}")
        return value

    return convert


def add_json_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")
