"""How a command becomes another process: the daemon, or one of those that need what a client does not import."""

import argparse
import os
import sys
from typing import NoReturn

from utterd.client.cli.exits import CommandError, Exit


def become(command: list[str]) -> NoReturn:
    """
    Raises:
        CommandError: the program cannot be run.
    """
    try:
        os.execv(command[0], command)
    except OSError as error:
        raise CommandError(Exit.FAILED, f"cannot run {command[0]}: {error.strerror}") from None


def become_models(verb: str, options: argparse.Namespace, *names: str) -> NoReturn:
    """Become what does `verb` to `options.model`. -P: never import from the folder the user happens to be in.

    Args:
        names: of the options that are handed on if they are given.

    Raises:
        CommandError: Python cannot be run.
    """
    arguments = [argument for name in names for argument in _spelled(name, getattr(options, name))]
    become([sys.executable, "-P", "-m", "utterd.stages.models", verb, options.model, *arguments])


def names_in(text: str) -> tuple[str, ...]:
    """The type of an option of several names, with commas between them.

    Raises:
        argparse.ArgumentTypeError: there is none.
    """
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if not names:
        raise argparse.ArgumentTypeError("must be names, with commas between them")
    return names


def _spelled(name: str, value: object) -> list[str]:
    """An option as it was given: a tuple stood behind it with commas, a list was given one by one."""
    option = f"--{name.replace('_', '-')}"
    match value:
        case None | False:
            return []
        case True:
            return [option]
        case tuple():
            return [f"{option}={','.join(map(str, value))}"]
        case list():
            return [f"{option}={each}" for each in value]
    return [f"{option}={value}"]
