"""`utterd models tune`: become the process that tunes. It is run, never imported: it needs ONNX Runtime."""

import argparse
import os
import sys

from utterd.client.cli.exits import CommandError, Exit
from utterd.client.cli.parser import CommandParser, add_json_option

MODULE = "utterd.stages.models"


def make_parser() -> CommandParser:
    parser = CommandParser(
        "models tune",
        description=(
            "Measure on this machine which variant, threads, windows and provider of a prepared model speak first,\n"
            "and use them from then on. Takes some minutes; Ctrl-C leaves everything as it was.\n"
            "A variant that sounds unlike fp32 is refused; --allow takes it all the same."
        ),
        example="utterd models tune kokoro\n  utterd models tune kokoro --quick --threads 1,2",
    )
    add = parser.add_argument
    add("model", metavar="MODEL", help="a prepared model: a name or a folder")
    add(
        "--threads",
        type=_numbers,
        metavar="N,N",
        help="numbers of threads to try (default: 1, 2 and 4, as it has cores)",
    )
    add("--providers", type=_names, metavar="P,P", help="cpu, openvino, coreml, cuda (default: all that are installed)")
    add("--allow", action="append", default=[], metavar="VARIANT", help="take this variant whatever it sounds like")
    add("--quick", action="store_true", help="fewer measurements, and no long text")
    add_json_option(parser)
    return parser


def run(options: argparse.Namespace) -> int:
    command = [sys.executable, "-P", "-m", MODULE, "tune", *_arguments(options)]
    try:
        os.execv(command[0], command)
    except OSError as error:
        raise CommandError(Exit.FAILED, f"cannot run {command[0]}: {error.strerror}") from None


def _arguments(options: argparse.Namespace) -> list[str]:
    """What `make_parser` makes these options of."""
    arguments = [f"--allow={name}" for name in options.allow]
    lists = {name: getattr(options, name) for name in ("threads", "providers")}
    arguments += [f"--{name}={','.join(map(str, values))}" for name, values in lists.items() if values is not None]
    arguments += [f"--{name}" for name in ("quick", "json") if getattr(options, name)]
    return [options.model, *arguments]


def _numbers(text: str) -> tuple[int, ...]:
    try:
        numbers = tuple(int(part) for part in text.split(","))
    except ValueError:
        numbers = ()
    if not numbers or not all(1 <= number <= 64 for number in numbers):
        raise argparse.ArgumentTypeError(f"must be numbers from 1 to 64, like 1,2, not {text[:20]!r}")
    return tuple(sorted(set(numbers)))


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip().lower() for name in text.split(",") if name.strip())
