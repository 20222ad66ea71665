"""The `utterd` command. Each subcommand is a file of its own, imported only when it is called for."""

import gc
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any

from utterd.client.cli.exits import CommandError, Exit, complain, exit_for
from utterd.client.errors import UtterdError

COMMANDS = {
    "speak": "speak text aloud, or into a WAV file",
    "say": "speak as macOS say does, or spd-say: for scripts written for them",
    "run": "run the daemon in the foreground",
    "stop": "be silent at once",
    "pause": "be silent, and stay where it was",
    "resume": "go on from there",
    "skip": "on to the next utterance",
    "back": "some words, sentences, paragraphs or seconds back",
    "forward": "some words, sentences, paragraphs or seconds on",
    "seek": "on from another place of the text",
    "replay": "the last seconds again",
    "adjust": "another speed or volume, while it speaks",
    "status": "how the daemon and its stages are",
    "voices": "which voices there are",
    "queue": "what is being spoken and what waits",
    "tray": "an icon: what is spoken, and how to stop it",
    "selection": "speak what is selected, in whatever program",
    "hotkeys": "keys for that which work everywhere",
    "service": "start at login and stay: install, status, logs …",
    "models": "models to speak with: list, get, prepare, tune …",
    "lexicon": "how words are pronounced: add, list, remove",
    "doctor": "check the installation and say how to mend it",
    "completion": "let the shell complete commands, and `man utterd` help",
    "uninstall": "take away all that utterd has put on this machine",
}
"""Name → what it does. The module of the same name has `make_parser()` and `run(options) -> int`."""

OVERVIEW = """usage: utterd COMMAND [OPTIONS]

Text in, speech out, at once.

commands:
{commands}

Every command has --help. `utterd --version` prints the version.

example:
  utterd speak "Hello, world."
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code. Anything wrong has been said in one line on stderr."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        code = _dispatch(arguments)
        _flush()
        return code
    except SystemExit as request:  # argparse, after --help
        return int(request.code or 0)
    except KeyboardInterrupt:
        complain("interrupted")
        return Exit.INTERRUPTED
    except BrokenPipeError:
        _forget_stdout()
        return Exit.BROKEN_PIPE
    except CommandError as error:
        complain(str(error))
        return error.code
    except UtterdError as error:
        complain(str(error))
        return exit_for(error)
    except OSError as error:
        _forget_stdout()
        complain(f"cannot write the output: {error.strerror or error}")
        return Exit.FAILED


def _dispatch(arguments: list[str]) -> int:
    if not arguments:
        raise CommandError(Exit.USAGE, 'no command given; try `utterd speak "Hello."`, or `utterd --help` for all')
    name, rest = arguments[0], arguments[1:]
    if name in ("-h", "--help", "help"):
        print(OVERVIEW.format(commands="\n".join(f"  {name:10} {what}" for name, what in COMMANDS.items())), end="")
        return Exit.OK
    if name == "--version":
        from importlib.metadata import version

        print(f"utterd {version('utterd')}")
        return Exit.OK
    if name not in COMMANDS:
        raise CommandError(Exit.USAGE, _unknown_command(name))
    module = _import_command(f"utterd.client.cli.{name}")
    return int(module.run(module.make_parser().parse(rest)))


def _import_command(module_name: str) -> Any:
    """Import a command, and tell the garbage collector that modules are none.

    Its last search through them, at the end of the process, took 6 to 9 of some 55 ms (CPython 3.11, 2 cores).
    """
    is_first_time = module_name not in sys.modules
    module = import_module(module_name)
    if is_first_time:
        gc.freeze()
    return module


def _unknown_command(name: str) -> str:
    import difflib

    guesses = difflib.get_close_matches(name, COMMANDS, n=1)
    hint = f"did you mean `utterd {guesses[0]}`?" if guesses else "`utterd --help` lists them"
    return f"there is no command {name[:40]!r}; {hint}"


def _flush() -> None:
    if sys.stdout is not None:
        sys.stdout.flush()


def _forget_stdout() -> None:
    """Nobody reads it any more: let the interpreter's last flush go nowhere, instead of complaining."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
