"""The words of all layers of the lexicon, and which of them count."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from utterd.config.lexicon import Entry
from utterd.config.lexicon_files import PROJECT_SECTION, Layer, find_project_file, read_built_in, read_lexicon


@dataclass(frozen=True, slots=True)
class Listed:
    entry: Entry
    layer: Layer
    counts: bool
    """It is used wherever its conditions hold: no entry before it is used there too."""


def list_entries(user_file: Path, folder: Path) -> list[Listed]:
    """Every entry, strongest layer first, in the order of its file.

    Args:
        folder: the project's, or one below it.

    Raises:
        LexiconError: a file is broken.
    """
    stronger: dict[str, list[Entry]] = {}
    listed: list[Listed] = []
    for layer, entries in _layers(user_file, folder):
        for entry in entries:
            before = stronger.setdefault(entry.word.casefold(), [])
            listed.append(Listed(entry, layer, not any(_covers(other, entry) for other in before)))
            before.append(entry)
    return listed


def _layers(user_file: Path, folder: Path) -> Iterator[tuple[Layer, tuple[Entry, ...]]]:
    with suppress(FileNotFoundError):
        yield "user", read_lexicon(user_file)
    if project_file := find_project_file(folder):
        yield "project", read_lexicon(project_file, PROJECT_SECTION)
    yield "built-in", read_built_in()


def _covers(stronger: Entry, entry: Entry) -> bool:
    """Is `stronger` meant wherever `entry` is?"""
    return (
        stronger.pos in ("", entry.pos)
        and stronger.lang in ("", entry.lang, entry.lang.partition("-")[0])
        and (not stronger.case or (entry.case and stronger.word == entry.word))
    )
