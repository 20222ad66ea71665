"""`utterd models`: which there are, and what is done to them. Each action is a file of its own beside this one."""

import argparse
from functools import partial
from importlib import import_module
from typing import Any, Final

from utterd.client.cli.actions import ActionsParser
from utterd.client.cli.exits import CommandError, Exit
from utterd.client.cli.parser import CommandParser
from utterd.client.models.errors import ModelBusy, ModelError, ModelUnfetched
from utterd.config.paths import PathError
from utterd.config.settings import SettingsError

ACTIONS: Final = ("list", "get", "prepare", "tune", "remove")
"""The module `models_ACTION` has `make_parser()` and `run(options) -> int`, and may raise ModelError."""


def make_parser() -> CommandParser:
    return ActionsParser(
        "models",
        actions={name: partial(_make, name) for name in ACTIONS},
        description=(
            "Models that speak: see which there are, fetch one, make it fast on this machine, remove it.\n"
            "Actions: list, get, prepare, tune, remove; each has --help."
        ),
        example="utterd models get kokoro\n  utterd models prepare kokoro\n  utterd run --model kokoro",
    )


def run(options: argparse.Namespace) -> int:
    try:
        return int(_module(options.action).run(options))
    except ModelError as error:
        raise CommandError(_exit_for(error), str(error)) from error
    except (PathError, SettingsError) as error:
        raise CommandError(Exit.USAGE, str(error)) from error
    except OSError as error:
        if error.filename is None:  # the output, which `main` knows about
            raise
        raise CommandError(Exit.FAILED, f"cannot use {error.filename}: {error.strerror}") from error


def _exit_for(error: ModelError) -> Exit:
    match error:
        case ModelBusy():
            return Exit.REFUSED
        case ModelUnfetched():
            return Exit.FAILED
    return Exit.USAGE


def _make(action: str) -> CommandParser:
    parser: CommandParser = _module(action).make_parser()
    return parser


def _module(action: str) -> Any:
    return import_module(f"utterd.client.cli.models_{action}")
