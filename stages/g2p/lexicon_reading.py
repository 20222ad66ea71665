"""Puts what the lexicon and the writer's own `phoneme` marks say into a unit's normalised text, place for place.

Words are looked for as they are written, before any rule has touched them ("C++", "JSON"), and then in what the rules
have made of addresses and the like ("nginx dot org"). A word of the user's or of a project that a rule has taken
together with its neighbours ("GB" in "5 GB") is hidden from the rules, so that the lexicon wins.
"""

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from utterd.config.ipa import IpaError, symbols_of_ipa
from utterd.stages.chunks import Instruction
from utterd.stages.g2p.lexicon_index import Found, LexiconIndex, Pronunciation
from utterd.stages.g2p.lexicon_splice import Change, locate, splice
from utterd.stages.g2p.normalize import Span, normalize
from utterd.stages.g2p.phonemizer import Given
from utterd.stages.g2p.spoken import SpokenText, join_spans
from utterd.stages.g2p.tagger import tag_words
from utterd.stages.g2p.tokenizer import tokenize

_HIDING: Final = "ö"
"""A letter that no rule reads, in place of those that no rule is to see."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A unit, ready to be phonemized."""

    spans: list[Span]
    spoken: SpokenText
    given: tuple[Given, ...] = ()


def read_unit(
    text: str,
    language: str,
    index: LexiconIndex,
    instructions: Sequence[Instruction],
    normalize_unit: Callable[[str], list[Span]],
) -> Reading:
    """What is to be said of `text`.

    Args:
        instructions: all of the unit's, in code points of `text`.
        normalize_unit: `normalize` for this unit, with all instructions that are its business: not `phoneme`.
    """
    words = index.find(text)
    if not words and not instructions:
        spans = normalize_unit(text)
        reading = Reading(spans, join_spans(spans))
        has_expansions = any(span.kind == "expanded" for span in spans)
        if not has_expansions or not index.find(reading.spoken.text):
            return reading
    marks = [mark for mark in instructions if mark.kind != "emphasis"]
    fixed = list(_with_phonemes(marks, language))
    words = [word for word in words if not _overlaps(word, marks)]
    unit = _Unit(text, language, index, marks, normalize_unit)
    return unit.read(fixed, words)


class _Unit:
    """A unit for which the lexicon, or a mark, has something to say."""

    def __init__(
        self,
        text: str,
        language: str,
        index: LexiconIndex,
        marks: Sequence[Instruction],
        normalize_unit: Callable[[str], list[Span]],
    ) -> None:
        self._text = text
        self._language = language
        self._index = index
        self._marks = marks
        self._normalize = normalize_unit

    def read(self, fixed: list[Found], words: list[Found]) -> Reading:
        """Args: fixed: hidden from the rules. words: the others, none over any of those."""
        spans = self._normalize(_hide(self._text, fixed))
        spoken = join_spans(spans)
        placed = [word for word in (*fixed, *words) if locate(spoken, word.char_start, word.char_end)]
        inner = [word for word in self._find_inside(spoken) if not self._is_decided(word, spoken, placed)]
        lost = [word for word in words if word not in placed and not _is_among(word, inner, spoken)]
        if hidden := [word for word in lost if not word.is_built_in]:
            return self.read([*fixed, *hidden], [word for word in words if word not in hidden])
        changes = [*self._changes(placed, spoken), *self._changes_inside(inner, spoken)]
        changes.sort(key=lambda change: change.first)
        return Reading(spans, *splice(spoken, changes))

    def _find_inside(self, spoken: SpokenText) -> Iterator[Found]:
        """Words of the lexicon that stand in the spoken text, but not, letter for letter, in what was written."""
        for word in self._index.find(spoken.text):
            start, end = spoken.original(word.char_start, word.char_end)
            if spoken.text[word.char_start : word.char_end] != self._text[start:end]:
                yield word

    def _is_decided(self, word: Found, spoken: SpokenText, placed: Sequence[Found]) -> bool:
        start, end = spoken.original(word.char_start, word.char_end)
        written = Found(char_start=start, char_end=end, pronunciations=())
        return _overlaps(written, placed) or _overlaps(written, self._marks)

    def _changes(self, words: Sequence[Found], spoken: SpokenText) -> Iterator[Change]:
        for word in words:
            place = locate(spoken, word.char_start, word.char_end)
            assert place is not None, "placed"
            written = " ".join(self._text[word.char_start : word.char_end].split())
            if said := self._choose(word, written, spoken, place):
                yield self._change(place, (word.char_start, word.char_end), written, said)

    def _changes_inside(self, words: Sequence[Found], spoken: SpokenText) -> Iterator[Change]:
        for word in words:
            place = word.char_start, word.char_end
            written = spoken.text[word.char_start : word.char_end]
            if said := self._choose(word, written, spoken, place):
                yield self._change(place, spoken.original(*place), written, said)

    def _choose(self, word: Found, written: str, spoken: SpokenText, place: tuple[int, int]) -> Pronunciation | None:
        tag = _tag_at(spoken.text, *place) if word.needs_tag else ""
        return next((said for said in word.pronunciations if said.is_meant(tag)), None)

    def _change(self, place: tuple[int, int], original: tuple[int, int], written: str, said: Pronunciation) -> Change:
        words = written if said.phonemes else _speakable_words(said.say, self._language)
        return Change(
            first=place[0],
            last=place[1],
            char_start=original[0],
            char_end=original[1],
            words=words if any(map(str.isalnum, words)) else written,
            phonemes=said.phonemes,
        )


def _with_phonemes(marks: Sequence[Instruction], language: str) -> Iterator[Found]:
    """The daemon has refused wrong IPA; what comes here all the same is as if it were not marked."""
    for mark in marks:
        if mark.kind == "phoneme":
            with suppress(IpaError):
                said = Pronunciation(phonemes=symbols_of_ipa(mark.value, language))
                yield Found(char_start=mark.char_start, char_end=mark.char_end, pronunciations=(said,))


def _overlaps(word: Found, others: Sequence[Instruction] | Sequence[Found]) -> bool:
    return any(word.char_start < other.char_end and other.char_start < word.char_end for other in others)


def _is_among(word: Found, inner: Sequence[Found], spoken: SpokenText) -> bool:
    """Is this word still there in what a rule has made of it and its neighbours?"""
    for other in inner:
        start, end = spoken.original(other.char_start, other.char_end)
        if start <= word.char_start and word.char_end <= end and other.pronunciations == word.pronunciations:
            return True
    return False


def _hide(text: str, words: Sequence[Found]) -> str:
    for word in words:
        hiding = _HIDING * (word.char_end - word.char_start)
        text = f"{text[: word.char_start]}{hiding}{text[word.char_end :]}"
    return text


def _tag_at(text: str, first: int, last: int) -> str:
    """The Penn tag of the last word in this stretch."""
    tokens = tokenize(text)
    tags = tag_words([token.text for token in tokens], [bool(token.whitespace_) for token in tokens])
    inside = [
        tag
        for token, tag in zip(tokens, tags, strict=True)
        if token.char_start < last and first < token.char_start + len(token.text)
    ]
    return inside[-1] if inside else ""


@functools.lru_cache(maxsize=1024)
def _speakable_words(say: str, language: str) -> str:
    return join_spans(normalize(say, language)).text
