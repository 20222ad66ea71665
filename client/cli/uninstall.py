"""`utterd uninstall`: takes away everything that utterd has put on this machine, but for the package itself."""

import argparse
import contextlib
import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from utterd.client.cli.exits import CommandError, Exit
from utterd.client.cli.parser import CommandParser, add_json_option
from utterd.client.errors import UtterdError
from utterd.config.paths import PathError, Paths, are_in_plain_home, find_paths
from utterd.config.service import NoServiceManager, ServiceTrouble

PACKAGE_REMOVERS: Final = {
    "pipx_metadata.json": "pipx uninstall utterd",
    "uv-receipt.toml": "uv tool uninstall utterd",
}
"""What an installer leaves in its environment → the command that undoes it."""


def make_parser() -> CommandParser:
    parser = CommandParser(
        "uninstall",
        description=(
            "Take away what utterd has put on this machine for you: service, hotkeys, speech-dispatcher's module,\n"
            "completions, models, caches, logs. Settings and lexicon stay, unless --purge is given. The package\n"
            "itself is the last thing, and pip's or pipx's: what to type is printed at the end."
        ),
        example="utterd uninstall\n  utterd uninstall --purge && pipx uninstall utterd",
    )
    parser.add_argument("--purge", action="store_true", help="your settings and your lexicon, too")
    add_json_option(parser)
    return parser


def run(options: argparse.Namespace) -> int:
    try:
        paths = find_paths()
    except PathError as error:
        raise CommandError(Exit.USAGE, str(error)) from None
    done: list[str] = []
    troubles: list[str] = []
    for step in (_hotkeys, _speech_dispatcher, _service, _completions):
        try:
            done += step()
        except (UtterdError, ServiceTrouble, CommandError) as trouble:
            troubles.append(str(trouble))
    done += _end_daemon(paths)
    done += [f"removed {path}" for path in _remove_folders(paths, purge=options.purge)]
    if options.json:
        print(json.dumps({"done": done, "left": troubles}))
    else:
        print("\n".join(done) if done else "there was nothing to take away")
        for reason in troubles:
            print(f"left as it is: {reason}", file=sys.stderr)
        print(f"the package itself: {remover(Path(sys.prefix))}")
    return Exit.FAILED if troubles else Exit.OK


def remover(prefix: Path) -> str:
    """The command that removes the package, by where it is installed."""
    for mark, command in PACKAGE_REMOVERS.items():
        if (prefix / mark).exists():
            return command
    return f"{sys.executable} -m pip uninstall utterd"


def _hotkeys() -> list[str]:
    from utterd.client.hotkeys.install import uninstall

    return uninstall()


def _speech_dispatcher() -> list[str]:
    from utterd.client.bridges.speech_dispatcher.setup import uninstall

    return uninstall()


def _service() -> list[str]:
    from utterd.client.service import find_manager

    manager = find_manager()
    try:
        return [f"removed {path}" for path in manager.uninstall()] if manager else []
    except NoServiceManager:  # then there is no service either
        return []


def _completions() -> list[str]:
    from utterd.client.cli.completion import remove

    return [f"removed {path}" for path in remove()]


def _end_daemon(paths: Paths) -> list[str]:
    from utterd.client.cli.service_rival import end_daemon, find_daemon

    found = find_daemon(paths)
    if found is None:
        return []
    end_daemon(found, paths)
    return [f"ended the daemon (process {found.pid})"]


def _remove_folders(paths: Paths, *, purge: bool) -> Iterator[Path]:
    """Those that hold nothing but ours; settings and lexicon only if asked.

    Raises:
        CommandError: UTTERD_HOME is the user's own home, where folders of these names may be anybody's; or one stays.
    """
    if are_in_plain_home():
        raise CommandError(
            Exit.REFUSED,
            f"UTTERD_HOME is your home folder, where {paths.cache.name} and {paths.log.name} may hold other things: "
            "remove what is utterd's there yourself",
        )
    for folder in (paths.run, paths.cache, paths.log, paths.state, paths.models, *([paths.config] if purge else [])):
        if not folder.is_dir():
            continue
        try:
            shutil.rmtree(folder)
        except OSError as error:
            reason = f"{error.filename}: {error.strerror}"
            raise CommandError(Exit.FAILED, f"cannot remove {folder} ({reason})") from error
        yield folder
    for folder in (
        paths.models.parent,
        *([Path(home).expanduser()] if (home := os.environ.get("UTTERD_HOME")) else []),
    ):
        with contextlib.suppress(OSError):  # something of yours is in it
            folder.rmdir()
