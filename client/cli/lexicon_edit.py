"""Changes one word of a lexicon file, and leaves the rest as its owner wrote it: comments, order, blank lines."""

import os
import tempfile
from collections.abc import MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from utterd.config.lexicon import Entry, LexiconError, parse_entries
from utterd.config.lexicon_files import read_lexicon

_NEW_FILE_MODE = 0o644


def add_entry(path: Path, section: str, entry: Entry) -> None:
    """Write an entry in place of the one of the same word and conditions, or beside the others.

    Raises:
        LexiconError: the file is broken.
        OSError: it cannot be written.
    """
    document = _read(path, section)
    if section and section not in document:
        document[section] = tomlkit.table()
    words: MutableMapping[str, Any] = document[section] if section else document
    word = entry.word
    if word not in words and not entry.case:
        word = next((key for key in words if _is_same(key, word) and not _heeds_case(words[key])), word)
    ways = _ways(words[word]) if word in words else []
    conditions = [next(parse_entries({word: way})).conditions for way in ways]
    if entry.conditions in conditions:
        ways[conditions.index(entry.conditions)] = _way(entry)
    else:
        ways.append(_way(entry))
    words[word] = ways[0] if len(ways) == 1 else _array(ways)
    _write(path, tomlkit.dumps(document))


def remove_word(path: Path, section: str, word: str) -> tuple[bool, list[str]]:
    """Take out all that is said of a word. Was it there, and which words were?

    Raises:
        LexiconError: the file is broken.
        OSError: it cannot be written.
    """
    document = _read(path, section)
    words: MutableMapping[str, Any] = document.get(section, {}) if section else document
    known = list(words)
    key = word if word in words else next((key for key in words if _is_same(key, word)), None)
    if key is None:
        return False, known
    del words[key]
    _write(path, tomlkit.dumps(document))
    return True, known


def _read(path: Path, section: str) -> tomlkit.TOMLDocument:
    """The file, which is a lexicon without a mistake in it; an empty one if there is none."""
    try:
        read_lexicon(path, section)
        return tomlkit.parse(path.read_text("utf-8"))
    except FileNotFoundError:
        return tomlkit.document()
    except TOMLKitError as error:
        raise LexiconError(f"it cannot be edited: {error}", path=path) from error


def _is_same(key: str, word: str) -> bool:
    return key.casefold() == word.casefold()


def _heeds_case(value: Any) -> bool:
    return any(isinstance(way, dict) and way.get("case") for way in _ways(value))


def _ways(value: Any) -> list[Any]:
    """What the file says of a word, as plain values."""
    plain = value.unwrap() if hasattr(value, "unwrap") else value
    return list(plain) if isinstance(plain, list) else [plain]


def _array(ways: list[Any]) -> Any:
    """On one line; tomlkit by itself would make sections of it."""
    array = tomlkit.array()
    for way in ways:
        array.append(_inline(way) if isinstance(way, dict) else way)
    return array


def _inline(way: dict[str, Any]) -> Any:
    table = tomlkit.inline_table()
    table.update(way)
    return table


def _way(entry: Entry) -> Any:
    """As short as it can be written."""
    if entry.say and not any(entry.conditions):
        return entry.say
    keys = ("say", "ipa", "pos", "case", "lang")
    return _inline({key: value for key in keys if (value := getattr(entry, key))})


def _write(path: Path, text: str) -> None:
    """All or nothing: whoever reads meanwhile has the old file or the new one. A link stays one."""
    path = path.resolve()
    mode = path.stat().st_mode & 0o777 if path.exists() else _NEW_FILE_MODE
    descriptor, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, mode)
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
