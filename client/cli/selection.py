"""`utterd selection`: speak what is selected, in whatever program. What every hotkey comes down to."""

import argparse
from contextlib import ExitStack

from utterd.client.cli.exits import CommandError, Exit
from utterd.client.cli.parser import CommandParser, number_between
from utterd.client.connection import Client
from utterd.client.errors import UtteranceCancelled, UtterdError
from utterd.client.messages import GAIN_RANGE, PITCH_RANGE, SPEED_RANGE
from utterd.client.options import SpeakOptions
from utterd.client.selection import SOURCES, read_selection
from utterd.client.selection.aloud import (
    NothingSelected,
    await_sound,
    say_problem,
    speak_selection,
    toggle_selection,
)
from utterd.client.utterance import Utterance


def make_parser() -> CommandParser:
    parser = CommandParser(
        "selection",
        description=(
            "Speak the text that is selected, in whatever program. Returns when it begins to be heard.\n"
            "Starts the daemon if none runs. What is wrong is also said aloud: a key has no terminal."
        ),
        example="utterd selection --toggle\n  utterd selection\n  utterd selection --next -s 1.3",
    )
    _add_place_options(parser)
    add = parser.add_argument
    add("-v", "--voice", metavar="VOICE", help="one of `utterd voices`, or a blend: af_slt*0.6+am_rms*0.4")
    add("-s", "--speed", type=number_between(*SPEED_RANGE), metavar="SPEED", help="0.5 to 3; 1 is the voice's own")
    add("--pitch", type=number_between(*PITCH_RANGE), metavar="SEMITONES", help="-12 to 12; 0 is the voice's own")
    add("-l", "--language", metavar="LANG", help="en-us, en-gb, es, fr-fr, it, pt-br, hi, auto; else the voice's own")
    add("--volume", type=number_between(*GAIN_RANGE), default=1.0, metavar="V", help="0 to 2; 1 is the voice's own")
    add("--source", choices=SOURCES, default="auto", help="where the selection is; found out unless given")
    add("--wait", action="store_true", help="return when it has been heard to its end")
    return parser


def _add_place_options(parser: CommandParser) -> None:
    place = parser.add_mutually_exclusive_group()
    add = place.add_argument
    add("--toggle", action="store_true", help="stop, if this command has something spoken already; else as --now")
    add("--now", action="store_true", help="instead of what is being spoken")
    add("--next", action="store_true", help="before all that waits")
    add("--append", action="store_true", help="behind all that waits: so unless told otherwise")


def run(options: argparse.Namespace) -> int:
    with ExitStack() as stack:
        client = None
        try:
            client = stack.enter_context(Client(start=True))
            _carry_out(client, options)
        except UtteranceCancelled:
            raise  # by somebody's wish: no trouble
        except UtterdError as problem:
            say_problem(client, problem)
            if isinstance(problem, NothingSelected):
                raise CommandError(Exit.USAGE, f"{problem}; mark some text first") from None
            raise
    return Exit.OK


def _carry_out(client: Client, options: argparse.Namespace) -> None:
    utterance = _speak(client, options)
    if utterance and options.wait:
        with utterance.stopped_on_error():
            utterance.wait()
    elif utterance:
        await_sound(client, utterance)


def _speak(client: Client, options: argparse.Namespace) -> Utterance | None:
    """None: something was stopped instead."""

    def read() -> str:
        return read_selection(options.source)

    if options.toggle:
        return toggle_selection(client, read=read, **_speak_options(options))
    return speak_selection(client, read=read, **_speak_options(options))


def _speak_options(options: argparse.Namespace) -> SpeakOptions:
    return {
        "voice": options.voice,
        "speed": options.speed,
        "pitch": options.pitch,
        "language": options.language,
        "gain": options.volume,
        "placement": "now" if options.now else "next" if options.next else "append",
        "on_disconnect": "stop" if options.wait else "continue",
    }
