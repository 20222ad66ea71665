"""`utterd say`: stands in for macOS `say`, and with `--as spd-say` for `spd-say`, in scripts written for them."""

import argparse
import re
from typing import Final

from utterd.client.cli.exits import CommandError, Exit
from utterd.client.cli.parser import CommandParser
from utterd.client.cli.say_options import add_say_options

EXAMPLE: Final = """utterd say -v af_slt -r 200 "Hello, world."
  utterd say -o hello.aiff -f letter.txt
  utterd say "One. [[slnc 500]] Two."
  utterd say -v '?'
  utterd say --as spd-say -w -r 20 "Hello."

in the place of say: put these two lines into an executable file `say` in your PATH
  #!/bin/sh
  exec utterd say "$@\""""

_INTERACTIVE: Final = re.compile(r"--interactive=.*", re.DOTALL)
"""argparse has no option whose value may be left out, but never stands behind a space."""


class SayParser(CommandParser):
    """The options of `say`; hands the arguments on to those of another program if `--as` says so."""

    def parse(self, arguments: list[str]) -> argparse.Namespace:
        match arguments:
            case ["--as", program, *rest]:
                return self._parse_as(program, rest)
            case [first, *rest] if first.startswith("--as="):
                return self._parse_as(first.removeprefix("--as="), rest)
        return super().parse(["--interactive" if _INTERACTIVE.fullmatch(one) else one for one in arguments])

    def _parse_as(self, program: str, arguments: list[str]) -> argparse.Namespace:
        if program == "say":
            return self.parse(arguments)
        if program == "spd-say":
            from utterd.client.cli.say_spd_options import make_spd_say_parser

            return make_spd_say_parser().parse(arguments)
        raise CommandError(Exit.USAGE, f"--as {program[:20]!r}: it can stand in for say and spd-say")


def make_parser() -> SayParser:
    parser = SayParser(
        "say",
        description="Speak text as macOS `say` does: return when it has been heard. Starts the daemon if none runs.",
        example=EXAMPLE,
    )
    parser.add_argument("--as", dest="program", metavar="PROGRAM", help="in the first place: say, or spd-say (--help)")
    add_say_options(parser)
    return parser


def run(options: argparse.Namespace) -> int:
    if options.program is None:
        from utterd.client.cli.say_speech import say

        return say(options)
    if options.program == "spd-say":
        from utterd.client.cli.say_spd import spd_say

        return spd_say(options)
    raise CommandError(Exit.USAGE, "--as has to stand in the first place: utterd say --as spd-say …")
