"""The options of `spd-say`: which are honoured, which do nothing here, and which are refused."""

import argparse
from typing import Final, get_args

from utterd.client.bridges.speech_dispatcher.voice import SPAN, Punctuation
from utterd.client.cli.exits import CommandError, Exit
from utterd.client.cli.parser import CommandParser, whole_number_between
from utterd.client.messages import Priority

EXAMPLE: Final = """utterd say --as spd-say -w -r 20 "Hello, world."
  fortune | utterd say --as spd-say -e
  utterd say --as spd-say -S

in the place of spd-say: put these two lines into an executable file `spd-say` in your PATH
  #!/bin/sh
  exec utterd say --as spd-say "$@\""""

VOICE_TYPES: Final = (
    *(f"male{n}" for n in (1, 2, 3)),
    *(f"female{n}" for n in (1, 2, 3)),
    "child_male",
    "child_female",
)

SCALE: Final = whole_number_between(-SPAN, SPAN)


def make_spd_say_parser() -> CommandParser:
    parser = CommandParser(
        "say --as spd-say",
        description=(
            "Speak text as `spd-say` does: return at once, unless -w is given. Starts the daemon if none runs."
        ),
        example=EXAMPLE,
    )
    _add_speech(parser.add_argument_group("honoured: how it is said"))
    _add_doings(parser.add_argument_group("honoured: what is done"))
    _add_idle(parser.add_argument_group("accepted; they change nothing"))
    parser.set_defaults(program="spd-say")
    return parser


def _add_speech(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("text", nargs="*", metavar="TEXT", help="what to speak")
    add("-r", "--rate", type=SCALE, metavar="N", help="-100 to 100: speed 0.5 to 3, 0 is the daemon's own")
    add("-p", "--pitch", type=SCALE, metavar="N", help="-100 to 100: an octave down to an octave up")
    add("-i", "--volume", type=SCALE, metavar="N", help="-100 to 100: silence to the voice's own loudness")
    add("-l", "--language", metavar="LANG", help="ISO code: en-US, pt, …")
    add("-y", "--synthesis-voice", dest="voice", metavar="VOICE", help="one of -L")
    add("-t", "--voice-type", choices=VOICE_TYPES, metavar="TYPE", help="male1 … female3: the nearest one there is")
    add("-P", "--priority", choices=get_args(Priority), default="text", help="text, unless given: it replaces a text")
    add("-N", "--application-name", default="spd-say", metavar="NAME", help="whose it is, in `utterd queue`")
    kind = group.add_mutually_exclusive_group()
    kind.add_argument("-x", "--ssml", action="store_true", help="the text is SSML, or a part of it")
    kind.add_argument("-s", "--spelling", action="store_true", help="spell it")
    kind.add_argument("-c", "--character", action="store_true", help="the text is a character")
    kind.add_argument("-k", "--key", action="store_true", help="the text is the name of a key, such as shift_a")
    kind.add_argument("-I", "--sound-icon", action="store_true", help="the text is the name of one; the name is said")
    add("-m", "--punctuation-mode", choices=get_args(Punctuation), default="none", help="which signs are named")


def _add_doings(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("-w", "--wait", action="store_true", help="return when it has been heard, or something else came first")
    add("-e", "--pipe-mode", action="store_true", help="speak standard input while it comes, and write it out again")
    add("-S", "--stop", action="store_true", help="end what is being spoken")
    add("-C", "--cancel", action="store_true", help="end that, and all that waits for the loudspeaker")
    add("-L", "--list-synthesis-voices", action="store_true", help="list the voices")
    add("-O", "--list-output-modules", action="store_true", help="there is one: utterd")
    add("-v", "--version", action="store_true", help="print the version")


def _add_idle(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("-o", "--output-module", metavar="MODULE", help="utterd speaks; a note says so")
    add("-R", "--pitch-range", type=SCALE, metavar="N", help="the voice's own melody stays; a note says so")
    add("-n", "--connection-name", metavar="NAME", help="there is one connection")


def check_spd_options(options: argparse.Namespace) -> None:
    """
    Raises:
        CommandError: two things contradict each other.
    """
    kinds = ("ssml", "spelling", "character", "key", "sound_icon")
    if options.pipe_mode and (options.text or any(getattr(options, kind) for kind in kinds)):
        raise CommandError(
            Exit.USAGE, "-e reads plain text from standard input; leave out the text, and -x -s -c -k -I"
        )


def ignored(options: argparse.Namespace) -> list[str]:
    """Options that were given, and change nothing that a listener would expect."""
    given = {"-o": options.output_module not in (None, "utterd"), "-R": bool(options.pitch_range)}
    return [name for name, is_given in given.items() if is_given]
