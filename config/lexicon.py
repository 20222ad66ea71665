"""Entries of lexicon files: how words are to be said, in TOML that people write by hand.

nginx = "engine x"                                    # as if it were spelled so
"Visual Studio" = { ipa = "ˈvɪʒuəl ˈstudioʊ" }
SQL = { say = "sequel", case = true }                 # only in these capitals
lead = [{ ipa = "lɛd", pos = "noun" }, "leed"]        # the first one that fits counts
Paris = { ipa = "paʁi", lang = "fr" }
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from utterd.config.ipa import IpaError, check_ipa

PARTS_OF_SPEECH: Final[dict[str, tuple[str, ...]]] = {
    "noun": ("NN",),
    "name": ("NNP",),
    "verb": ("VB", "MD"),
    "past": ("VBD", "VBN"),
    "adjective": ("JJ",),
    "adverb": ("RB",),
}
"""What `pos` may be, and the beginnings of the Penn tags it stands for."""

LANGUAGE_NAMES: Final = ("en", "en-us", "en-gb", "es", "fr", "fr-fr", "it", "pt", "pt-br", "hi")
"""What `lang` may be."""

TEXT_LIMIT: Final = 200
"""Code points of a word, and of what is said for it."""
_KEYS: Final = frozenset({"say", "ipa", "pos", "case", "lang"})


class LexiconError(Exception):
    """A file, or an entry, that cannot be used."""

    def __init__(self, reason: str, *, path: Path | None = None, line: int = 0) -> None:
        place = f"{path}, line {line}: " if path and line else f"{path}: " if path else ""
        super().__init__(f"{place}{reason}")
        self.reason = reason
        self.path = path
        self.line = line
        """From 1; 0 if it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One word, or a few, one way to say them, and when that way is meant."""

    word: str
    say: str = ""
    """Other words, said instead; or …"""
    ipa: str = ""
    """… the sounds. One of the two is empty."""
    pos: str = ""
    """One of PARTS_OF_SPEECH; English only. Empty: any."""
    case: bool = False
    """Only where it is written with these capitals."""
    lang: str = ""
    """One of LANGUAGE_NAMES. Empty: any."""

    @property
    def conditions(self) -> tuple[str, bool, str]:
        """Two entries of a word with the same ones are one entry."""
        return self.pos, self.case, self.lang

    def suits(self, language: str) -> bool:
        """Does it count in this language, one of `languages.LANGUAGES`?"""
        if self.pos and not language.startswith("en"):
            return False
        return self.lang in ("", language, language.partition("-")[0])


def check_entry(entry: Entry) -> Entry:
    """`entry` itself.

    Raises:
        LexiconError: it says nothing, or asks for what does not exist.
    """
    for text in (entry.word, entry.say, entry.ipa):
        if len(text) > TEXT_LIMIT or not text.isprintable():
            raise LexiconError(f"a word, or what is said for it, has over {TEXT_LIMIT} characters or unprintable ones")
    if not entry.word.strip() or entry.word != entry.word.strip():
        raise LexiconError("a word is empty, or has spaces at its ends")
    if bool(entry.say.strip()) == bool(entry.ipa.strip()):
        raise LexiconError(f"{entry.word!r} needs one of say and ipa")
    if entry.pos and entry.pos not in PARTS_OF_SPEECH:
        raise LexiconError(f"{entry.word!r}: pos is {entry.pos!r}, but should be one of {', '.join(PARTS_OF_SPEECH)}")
    if entry.lang and entry.lang not in LANGUAGE_NAMES:
        raise LexiconError(f"{entry.word!r}: lang is {entry.lang!r}, but should be one of {', '.join(LANGUAGE_NAMES)}")
    if entry.pos and entry.lang and not entry.lang.startswith("en"):
        raise LexiconError(f"{entry.word!r}: parts of speech are known in English alone, not in {entry.lang!r}")
    if entry.ipa:
        try:
            check_ipa(entry.ipa)
        except IpaError as error:
            raise LexiconError(f"{entry.word!r}: {error}") from error
    return entry


def parse_entries(table: Mapping[str, Any]) -> Iterator[Entry]:
    """The entries of a table of a lexicon file, in order.

    Raises:
        LexiconError: for the first that cannot be used; its `line` is not known here.
    """
    for word, value in table.items():
        for way in value if isinstance(value, list) else [value]:
            yield check_entry(_parse_entry(word, way))


def _parse_entry(word: str, way: Any) -> Entry:
    if isinstance(way, str):
        return Entry(word=word, say=way)
    if not isinstance(way, dict):
        raise LexiconError(f'{word!r} should be "other words", or {{ ipa = "…" }}')
    for key, value in way.items():
        if key not in _KEYS:
            raise LexiconError(
                f"{word!r} has an unknown key {key!r}: known are {', '.join(sorted(_KEYS))}, "
                "and a word with a full stop in it needs quotes"
            )
        if not isinstance(value, bool if key == "case" else str):
            raise LexiconError(f"{word!r}: {key} should be {'true or false' if key == 'case' else 'text in quotes'}")
    return Entry(word=word, **way)
