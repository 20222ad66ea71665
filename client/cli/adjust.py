"""`utterd adjust`: faster, slower, higher, lower, louder or quieter, while it speaks."""

import argparse

from utterd.client.cli.exits import CommandError, Exit
from utterd.client.cli.parser import CommandParser, add_json_option, number_between
from utterd.client.cli.transport import NOTHING, report
from utterd.client.connection import Client
from utterd.client.messages import GAIN_RANGE, PITCH_RANGE, SPEED_RANGE


def make_parser() -> CommandParser:
    parser = CommandParser(
        "adjust",
        description="Another speed, pitch or volume: at once, and for what is spoken later.",
        example="utterd adjust --speed 1.5\n  utterd adjust --pitch -2\n  utterd adjust --volume 0.5",
    )
    add = parser.add_argument
    add(
        "--speed",
        type=number_between(*SPEED_RANGE),
        metavar="SPEED",
        help="0.5 to 3; 1 is the voice's own; later for what is spoken without -s",
    )
    add(
        "--pitch",
        type=number_between(*PITCH_RANGE),
        metavar="SEMITONES",
        help="-12 to 12; 0 is the voice's own; later for what is spoken without --pitch",
    )
    add("--volume", type=number_between(*GAIN_RANGE), metavar="V", help="0 to 2, of the loudspeaker")
    add_json_option(parser)
    return parser


def run(options: argparse.Namespace) -> int:
    if options.speed is None and options.pitch is None and options.volume is None:
        raise CommandError(Exit.USAGE, "nothing to adjust; give --speed SPEED, --pitch SEMITONES or --volume V")
    with Client() as client:
        adjusted = client.adjust(speed=options.speed, pitch=options.pitch, volume=options.volume)
    return report("adjusted", adjusted, options, nothing=f"{NOTHING}; it holds for what comes next")
