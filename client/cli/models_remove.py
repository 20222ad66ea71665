"""`utterd models remove`: a model, and all that was made of it."""

import argparse
import difflib
import sys

from utterd.client.cli.exits import CommandError, Exit
from utterd.client.cli.models_usage import find_marks
from utterd.client.cli.parser import CommandParser
from utterd.client.models.errors import UnknownModel
from utterd.client.models.listing import is_same
from utterd.client.models.sizes import readable_size
from utterd.client.models.store import Store, remove_folder, size_of
from utterd.config.paths import find_paths


def make_parser() -> CommandParser:
    parser = CommandParser(
        "models remove",
        description="Remove a model that was fetched, with its prepared parts; also one that is not whole.",
        example="utterd models remove kokoro-int8",
    )
    parser.add_argument("name", metavar="NAME", help="as `utterd models list` has it")
    parser.add_argument("--yes", action="store_true", help="even if the daemon speaks with it")
    return parser


def run(options: argparse.Namespace) -> int:
    paths = find_paths()
    store = Store(paths.models)
    folder = store.folder_of(options.name)
    if options.name not in store.names():
        guess = difflib.get_close_matches(options.name, store.names(), 1)
        hint = f"did you mean {guess[0]!r}?" if guess else "`utterd models list` shows what is"
        raise UnknownModel(f"no model {options.name!r} is installed; {hint}")
    marks = find_marks(paths)
    is_used, is_default = is_same(folder, marks.used), is_same(folder, marks.default)
    if is_used and not options.yes and not _agrees(options.name):
        raise CommandError(
            Exit.REFUSED,
            f"the daemon speaks with {options.name}: say --yes to remove it all the same, "
            "or choose another model first (speech.model, or `utterd run --model`)",
        )
    with store.lock(options.name):
        size_bytes = size_of(folder)
        remove_folder(folder)
    print(f"removed {options.name} ({readable_size(size_bytes)})")
    if is_used:
        print("the daemon that runs still has it in memory; once it ends or sleeps, it needs another one")
    if is_default:
        print(f"speech.model in {paths.config_file} still names it")
    return Exit.OK


def _agrees(name: str) -> bool:
    """Ask whoever is there. Nobody is no."""
    if sys.stdin is None or not sys.stdin.isatty():
        return False
    print(f"The daemon speaks with {name}. Remove it all the same? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")
