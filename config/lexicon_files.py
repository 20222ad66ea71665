"""Where lexicon files are, and how they are read: the user's own, a project's, and the one that comes with utterd."""

import importlib.resources
import os
import re
import stat
import tomllib
from pathlib import Path
from typing import Final, Literal

from utterd.config.lexicon import Entry, LexiconError, parse_entries

Layer = Literal["user", "project", "built-in"]
"""Strongest first."""

PROJECT_FILE: Final = ".utterd.toml"
PROJECT_SECTION: Final = "lexicon"
"""The table of a project's file; in the user's own file the words stand at the top."""

FILE_LIMIT_BYTES: Final = 4 * 1024 * 1024
_FOLDERS_LIMIT: Final = 64
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_TOML_LINE: Final = re.compile(r" \(at line (\d+), column \d+\)$| \(at end of document\)$")


def read_lexicon(path: Path, section: str = "") -> tuple[Entry, ...]:
    """The entries of a file, those of one section or of the top; none if the section is not there.

    Raises:
        LexiconError: with file and line.
        FileNotFoundError: there is no such file.
    """
    text = _read_text(path)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        place = _TOML_LINE.search(message)
        line = int(place[1]) if place and place[1] else text.count("\n") + 1
        raise LexiconError(_TOML_LINE.sub("", message), path=path, line=line) from error
    words = table.get(section, {}) if section else table
    if not isinstance(words, dict):
        raise LexiconError(f"{section!r} should be a section, [{section}]", path=path, line=_line_of(text, section))
    entries: list[Entry] = []
    for word, value in words.items():
        try:
            entries += parse_entries({word: value})
        except LexiconError as error:
            raise LexiconError(error.reason, path=path, line=_line_of(text, word)) from error
    return tuple(entries)


def _read_text(path: Path) -> str:
    try:
        # Not blocking: whoever puts a pipe there must not hold up speech.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise LexiconError("it is not a file", path=path)
            if status.st_size > FILE_LIMIT_BYTES:
                raise LexiconError(f"it is larger than {FILE_LIMIT_BYTES // 1024 // 1024} MiB", path=path)
            return file.read(FILE_LIMIT_BYTES).decode()
    except UnicodeDecodeError as error:
        raise LexiconError("it is not UTF-8", path=path) from error
    except FileNotFoundError:
        raise
    except OSError as error:
        raise LexiconError(f"it cannot be read: {error.strerror}", path=path) from error


def _line_of(text: str, word: str) -> int:
    """The first line that begins with this key, as TOML may write it; 0 if none does."""
    keys = [f'"{word}"', f"'{word}'", f"[{word}]", f"[[{word}]]"]
    if _BARE_KEY.fullmatch(word):
        keys.append(word)
    for number, line in enumerate(text.splitlines(), 1):
        written = line.lstrip()
        for key in keys:
            if written.startswith(key) and written[len(key) :].lstrip()[:1] in ("=", ".", "", "#"):
                return number
    return 0


def read_built_in() -> tuple[Entry, ...]:
    """The layer that comes with utterd."""
    text = importlib.resources.files("utterd.config").joinpath("lexicon.toml").read_text("utf-8")
    return tuple(parse_entries(tomllib.loads(text)))


def find_project_file(folder: Path) -> Path | None:
    """The project file in `folder`, or in the nearest folder above it; one of another user but root does not count."""
    trusted = (os.getuid(), 0)
    for place in [folder, *folder.parents][:_FOLDERS_LIMIT]:
        path = place / PROJECT_FILE
        try:
            if path.stat().st_uid in trusted:
                return path
        except (OSError, ValueError):  # ValueError: a null character in it
            continue
    return None
