"""Finds the words of a lexicon in a text: whole words, the longest first, in time that grows with the text alone."""

import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from utterd.config.ipa import symbols_of_ipa
from utterd.config.lexicon import PARTS_OF_SPEECH, Entry

_TOKEN: Final = re.compile(r"(?:[^\W_]|[\u0300-\u036f\u0900-\u0903\u093a-\u094f])+|[^\w\s]|_")
_RUN: Final = re.compile(r"[^\W_]+")
_LONGEST_WORDS: Final = 16
"""Tokens of an entry that are compared; longer ones are not found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pronunciation:
    """How an entry's word is said. One of `say` and `phonemes` is empty."""

    say: str = ""
    """Words."""
    phonemes: str = ""
    """Symbols of the table."""
    tags: tuple[str, ...] = ()
    """Only where the word's Penn tag begins with one of these; empty: anywhere."""
    written: str = ""
    """Only where it is written so; empty: in any case."""
    is_built_in: bool = False

    def is_meant(self, tag: str) -> bool:
        """Does it count for a word with this Penn tag?"""
        return not self.tags or tag.startswith(self.tags)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A stretch of a text that is in the lexicon."""

    char_start: int
    char_end: int
    pronunciations: tuple[Pronunciation, ...]
    """Those that count as it is written here, strongest first."""

    @property
    def needs_tag(self) -> bool:
        return any(pronunciation.tags for pronunciation in self.pronunciations)

    @property
    def is_built_in(self) -> bool:
        """Neither the user nor a project has anything to say of it."""
        return all(pronunciation.is_built_in for pronunciation in self.pronunciations)


_Key = tuple[str, ...]


class LexiconIndex:
    """Several layers of entries as one, for one language.

    Args:
        layers: strongest first; the last one is the built-in one.
    """

    def __init__(self, layers: Sequence[Sequence[Entry]], language: str) -> None:
        self._layers = layers  # kept alive: see Lexicon.for_unit
        self._words: dict[_Key, list[Pronunciation]] = {}
        for number, entries in enumerate(layers):
            suited = [entry for entry in entries if entry.suits(language)]
            # In one layer the one with more conditions is asked first.
            for entry in sorted(suited, key=lambda entry: (not entry.case, not entry.pos, not entry.lang)):
                self._add(entry, language, is_built_in=number == len(layers) - 1)
        self._lengths: dict[str, list[int]] = {}
        """First token → how many tokens the entries have that begin with it, most first."""
        for key in self._words:
            lengths = self._lengths.setdefault(key[0], [])
            if (length := len(key) - key.count(" ")) not in lengths:
                lengths.append(length)
                lengths.sort(reverse=True)
        runs = {key: _RUN.search("".join(key)) for key in self._words}
        self._hints = {run[0] for run in runs.values() if run}
        """The first letters and digits of each entry: a text without any of these runs has no entry in it."""
        self._signs = {key[0] for key, run in runs.items() if not run}
        """The first characters of those that have neither letters nor digits."""

    def _add(self, entry: Entry, language: str, *, is_built_in: bool) -> None:
        tokens = list(_TOKEN.finditer(entry.word))
        if not tokens or len(tokens) > _LONGEST_WORDS:
            return
        pronunciation = Pronunciation(
            say=entry.say,
            phonemes=symbols_of_ipa(entry.ipa, language) if entry.ipa else "",
            tags=PARTS_OF_SPEECH[entry.pos] if entry.pos else (),
            written=_plain(entry.word) if entry.case else "",
            is_built_in=is_built_in,
        )
        self._words.setdefault(_key_of(entry.word, tokens), []).append(pronunciation)

    def find(self, text: str) -> list[Found]:
        """The stretches of `text` that are in the lexicon, from left to right, not overlapping."""
        if not self._words or self._is_out_of_question(_fold(text)):
            return []
        return list(self._find(text, list(_TOKEN.finditer(text))))

    def _is_out_of_question(self, folded: str) -> bool:
        """Usually so, and therefore quickly found out."""
        return self._hints.isdisjoint(_RUN.findall(folded)) and self._signs.isdisjoint(folded)

    def _find(self, text: str, tokens: list[re.Match[str]]) -> Iterator[Found]:
        index = 0
        while index < len(tokens):
            for length in self._lengths.get(_fold(tokens[index][0]), ()):
                some = tokens[index : index + length]
                if len(some) == length and (found := self._look_up(text, some)):
                    yield found
                    index += length
                    break
            else:
                index += 1

    def _look_up(self, text: str, tokens: Sequence[re.Match[str]]) -> Found | None:
        start, end = tokens[0].start(), tokens[-1].end()
        written = _plain(text[start:end])
        meant = tuple(
            pronunciation
            for pronunciation in self._words.get(_key_of(text, tokens), ())
            if pronunciation.written in ("", written)
        )
        return Found(char_start=start, char_end=end, pronunciations=meant) if meant else None


def _key_of(text: str, tokens: Sequence[re.Match[str]]) -> _Key:
    """The tokens in lower case, and a space where space is between them."""
    key = [_fold(tokens[0][0])]
    for before, token in itertools.pairwise(tokens):
        if text[before.end() : token.start()]:
            key.append(" ")
        key.append(_fold(token[0]))
    return tuple(key)


def _fold(text: str) -> str:
    return text.lower() if text.isascii() else unicodedata.normalize("NFC", text).casefold()


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
