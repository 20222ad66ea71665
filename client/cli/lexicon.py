"""`utterd lexicon`: how words are said. A running daemon takes changes up with the next sentence; none is needed."""

import argparse
import difflib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Final

from utterd.client.cli.actions import ActionsParser
from utterd.client.cli.exits import CommandError, Exit
from utterd.client.cli.lexicon_layers import Listed, list_entries
from utterd.client.cli.parser import CommandParser, add_json_option
from utterd.client.cli.table import table
from utterd.config.lexicon import LANGUAGE_NAMES, PARTS_OF_SPEECH, Entry, LexiconError, check_entry
from utterd.config.lexicon_files import PROJECT_FILE, PROJECT_SECTION, find_project_file
from utterd.config.paths import PathError, find_paths, make_private


def make_parser() -> CommandParser:
    return ActionsParser(
        "lexicon",
        actions={name: make for name, (make, _) in _ACTIONS.items()},
        description=(
            "Say how words are pronounced: `utterd lexicon add`, `list` and `remove`; each has --help.\n"
            "Your own words count before those of a project, and these before the ones that come with utterd."
        ),
        example="utterd lexicon add nginx --say 'engine x'\n  utterd lexicon list\n  utterd lexicon remove nginx",
    )


def _make_add_parser() -> CommandParser:
    parser = CommandParser(
        "lexicon add",
        description="Say how a word, or a few, is pronounced; what was said of it so far is replaced.",
        example=(
            "utterd lexicon add nginx --say 'engine x'\n"
            "  utterd lexicon add kubectl --ipa 'ˈkuːbkənˌtɹəʊl' --project\n"
            "  utterd lexicon add lead --ipa lɛd --pos noun"
        ),
    )
    add = parser.add_argument
    add("word", metavar="WORD", help="as it is written")
    way = parser.add_mutually_exclusive_group(required=True)
    way.add_argument("--say", default="", metavar="TEXT", help="spelled as it is to be read")
    way.add_argument("--ipa", default="", metavar="IPA", help="its sounds in the International Phonetic Alphabet")
    add("--pos", default="", choices=list(PARTS_OF_SPEECH), help="only as this part of speech; English alone")
    add("--case", action="store_true", help="only with these capitals")
    add("--lang", default="", choices=LANGUAGE_NAMES, metavar="LANG", help="only in this language")
    _add_project_option(parser)
    return parser


def _make_list_parser() -> CommandParser:
    parser = CommandParser(
        "lexicon list",
        description="List the words of all layers; * marks what counts, where a word is in several.",
        example="utterd lexicon list\n  utterd lexicon list --json",
    )
    add_json_option(parser)
    return parser


def _make_remove_parser() -> CommandParser:
    parser = CommandParser(
        "lexicon remove",
        description="Forget what was said of a word, under any conditions.",
        example="utterd lexicon remove nginx\n  utterd lexicon remove kubectl --project",
    )
    parser.add_argument("word", metavar="WORD", help="as it stands in the file; capitals do not matter")
    _add_project_option(parser)
    return parser


def _add_project_option(parser: CommandParser) -> None:
    parser.add_argument(
        "--project",
        action="store_true",
        help=f"in {PROJECT_FILE} of this folder, or of the nearest one above it that has one, and not in your own file",
    )


def run(options: argparse.Namespace) -> int:
    try:
        return _ACTIONS[options.action][1](options)
    except (LexiconError, PathError) as error:
        raise CommandError(Exit.USAGE, str(error)) from error


def _add(options: argparse.Namespace) -> int:
    entry = Entry(
        word=options.word, say=options.say, ipa=options.ipa, pos=options.pos, case=options.case, lang=options.lang
    )
    check_entry(entry)
    path, section = _file(options)
    if not options.project:
        make_private(path.parent)
    from utterd.client.cli.lexicon_edit import add_entry  # not before it is needed: it imports tomlkit

    with _written(path):
        add_entry(path, section, entry)
    print(f"{entry.word} is said as {entry.say or entry.ipa} ({path})")
    return Exit.OK


def _list(options: argparse.Namespace) -> int:
    listed = list_entries(find_paths().lexicon_file, Path.cwd())
    if options.json:
        print(json.dumps([asdict(item.entry) | {"layer": item.layer, "counts": item.counts} for item in listed]))
        return Exit.OK
    print(table(("", "WORD", "SAID AS", "ONLY", "LAYER"), [_row(item) for item in listed]))
    return Exit.OK


def _row(item: Listed) -> tuple[str, ...]:
    entry = item.entry
    said = entry.say or f"/{entry.ipa.strip('/')}/"
    conditions = (entry.pos, "these capitals" if entry.case else "", entry.lang)
    return "*" if item.counts else "", entry.word, said, ", ".join(filter(None, conditions)), item.layer


def _remove(options: argparse.Namespace) -> int:
    path, section = _file(options)
    from utterd.client.cli.lexicon_edit import remove_word

    with _written(path):
        removed, words = remove_word(path, section, options.word)
    if not removed:
        guess = difflib.get_close_matches(options.word, words, 1)
        hint = f"; did you mean {guess[0]!r}?" if guess else ""
        raise CommandError(Exit.USAGE, f"{path} has no word {options.word[:40]!r}{hint}")
    print(f"{options.word} is forgotten ({path})")
    return Exit.OK


@contextmanager
def _written(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CommandError(Exit.FAILED, f"cannot write {path}: {error.strerror or error}") from error


def _file(options: argparse.Namespace) -> tuple[Path, str]:
    """The file that is to be changed, and the section in it."""
    if options.project:
        return find_project_file(Path.cwd()) or Path.cwd() / PROJECT_FILE, PROJECT_SECTION
    return find_paths().lexicon_file, ""


_ACTIONS: Final[dict[str, tuple[Callable[[], CommandParser], Callable[[argparse.Namespace], int]]]] = {
    "add": (_make_add_parser, _add),
    "list": (_make_list_parser, _list),
    "remove": (_make_remove_parser, _remove),
}
