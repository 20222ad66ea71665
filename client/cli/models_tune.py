"""`utterd models tune`: become the process that tunes. It is run, never imported: it needs ONNX Runtime."""

import argparse
from typing import NoReturn

from utterd.client.cli.becoming import become_models, names_in
from utterd.client.cli.parser import CommandParser, add_json_option


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
    add(
        "--providers",
        type=_providers,
        metavar="P,P",
        help="cpu, openvino, coreml, cuda (default: all that are installed)",
    )
    add("--allow", action="append", default=[], metavar="VARIANT", help="take this variant whatever it sounds like")
    add("--quick", action="store_true", help="fewer measurements, and no long text")
    add_json_option(parser)
    return parser


def run(options: argparse.Namespace) -> NoReturn:
    become_models("tune", options, "allow", "threads", "providers", "quick", "json")


def _numbers(text: str) -> tuple[int, ...]:
    try:
        numbers = tuple(int(part) for part in text.split(","))
    except ValueError:
        numbers = ()
    if not numbers or not all(1 <= number <= 64 for number in numbers):
        raise argparse.ArgumentTypeError(f"must be numbers from 1 to 64, like 1,2, not {text[:20]!r}")
    return tuple(sorted(set(numbers)))


def _providers(text: str) -> tuple[str, ...]:
    return tuple(map(str.lower, names_in(text)))
