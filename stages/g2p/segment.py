"""Cuts a text into units, each synthesised in one go: short ones first, so that sound starts early.

Lossless (the units joined are the text), lazy (a unit costs the same in a book as in a line), and without memory: a
Segmenter begun at any unit's start, with that unit's index, goes on exactly as the first one did.

The daemon imports this: standard library only.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from utterd.stages.chunks import Pause
from utterd.stages.g2p.boundaries import find_clause_ends, find_sentence_end
from utterd.stages.g2p.kinds import PICTURES
from utterd.stages.g2p.spoken_symbols import SPOKEN_SYMBOLS

LONGEST_UNIT: Final = 400
"""In code points, whitespace included. Nothing exceeds it."""
_LIMITS: Final = (45, 120)
"""Of the first units, in code points without surrounding whitespace; each is spoken while the next is made."""
_STEADY_LIMIT: Final = 240
_SHORTEST_CLAUSES: Final = (10, 40)
"""Of a text that is still being written, the first clause and later ones: shorter ones wait for company."""
_TINY: Final = 10
"""A sentence shorter than this sounds odd alone: it is joined to the next one."""
_SHORTEST_REST: Final = 15
"""A cut leaves at least so much of its sentence for the next unit."""
_LEADING_SPACE: Final = LONGEST_UNIT - _STEADY_LIMIT
"""More whitespace than this before a unit becomes a unit of its own."""

_CONNECTIVES: Final = (
    "and|or|but|nor|so|yet|because|although|though|while|when|where|which|who|whose|that|if|unless|until|than|"
    "y|pero|porque|que|et|mais|parce|qui|ma|perché|che|mas|और|लेकिन|कि"
)
_PREPOSITIONS: Final = (
    "in|on|at|by|for|from|with|without|to|into|of|as|about|after|before|between|through|over|under|during|against|"
    "en|de|con|por|para|dans|pour|avec|sur|per|da|di|em|com"
)
_WORD_GAPS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\s(?:(?:{_CONNECTIVES})\s)*(?:{_CONNECTIVES})(?=\s)",
        rf"\s(?:(?:{_PREPOSITIONS})\s)*(?:{_PREPOSITIONS})(?=\s)",
        r"(?<![\d.])\s(?!\d)",  # not within "5 km", "Dr. Ito" or "May 5"
        r"\s",
    )
)
"""Where a sentence without commas may be cut, best places first."""
_SPACE: Final = re.compile(r"\s")
_SPEAKABLE: Final = re.compile(rf"[^\W_]|[{re.escape(''.join(SPOKEN_SYMBOLS['en']))}]|[{PICTURES}]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A stretch of the text that is spoken in one go."""

    text: str
    """With the whitespace after it; the first unit also with that before it. 1 to `LONGEST_UNIT` code points."""
    char_start: int
    """In code points of the whole text."""
    pause: Pause
    index: int
    is_last: bool


class Segmenter(Iterator[Unit]):
    """The units of `text` from `char_start` on, which must be 0 or the start of a unit, and `index` its number."""

    def __init__(self, text: str, *, char_start: int = 0, index: int = 0) -> None:
        self._text = text
        self._position = char_start
        self._index = index

    def __next__(self) -> Unit:
        text, start = self._text, self._position
        if start >= len(text):
            raise StopIteration
        end, pause = _find_end(text, start, self._index)
        unit = Unit(text=text[start:end], char_start=start, pause=pause, index=self._index, is_last=end == len(text))
        self._position, self._index = end, self._index + 1
        return unit


def find_open_unit(text: str, start: int, index: int) -> tuple[int, Pause] | None:
    """The end of the unit at `start`, and the pause behind it, while more text may still come; None: wait for that.

    Only what no later text can change is cut off: a sentence or clause behind which something else has begun.
    """
    unit = next(Segmenter(text, char_start=start, index=index))
    end = start + len(unit.text)
    if end < len(text):
        return end, unit.pause
    shortest = _SHORTEST_CLAUSES[0] if index == 0 else _SHORTEST_CLAUSES[1]
    begin = _skip_space(text, start, len(text))
    for clause_end in find_clause_ends(text, begin, len(text)):
        following = _skip_space(text, clause_end, len(text))
        if clause_end - begin >= shortest and following < len(text):
            return following, "clause"
    return None


def is_speakable(text: str) -> bool:
    """Is there a letter, a digit or a symbol with a spoken form in it? Looks no further than the first one."""
    return _SPEAKABLE.search(text) is not None


def _find_end(text: str, start: int, index: int) -> tuple[int, Pause]:
    """Where the unit at `start` ends, its whitespace included, and what pause follows it."""
    furthest = min(len(text), start + LONGEST_UNIT)
    begin = _skip_space(text, start, furthest)
    if begin - start > _LEADING_SPACE or begin == len(text):
        return begin, "none"
    limit = _LIMITS[index] if index < len(_LIMITS) else _STEADY_LIMIT
    end, pause = _cut(text, begin, limit, is_first=index == 0)
    end = _skip_space(text, end, furthest)
    return end, "sentence" if end == len(text) and pause in ("clause", "none") else pause


def _skip_space(text: str, position: int, furthest: int) -> int:
    while position < furthest and text[position].isspace():
        position += 1
    return position


def _cut(text: str, begin: int, limit: int, *, is_first: bool) -> tuple[int, Pause]:
    """The end of the unit that begins at `begin`, before its whitespace."""
    sentence = find_sentence_end(text, begin, begin + limit + _SHORTEST_REST)
    while sentence and sentence.end - begin < _TINY and sentence.pause == "sentence":
        following = _skip_space(text, sentence.end, min(len(text), begin + limit))
        longer = find_sentence_end(text, following, begin + limit)
        if longer is None or "\n" in text[sentence.end : following]:
            break
        sentence = longer
    # A whole sentence that is hardly longer sounds better than its parts.
    if sentence and sentence.end - begin <= (limit + _SHORTEST_REST if is_first else limit):
        return sentence.end, sentence.pause
    rest_end = sentence.end if sentence else len(text)
    if rest_end - begin <= limit:
        return rest_end, "sentence"
    furthest = min(begin + limit, rest_end - _SHORTEST_REST - 1)
    if end := _clause_cut(text, begin, furthest, is_first=is_first):
        return end, "clause"
    return _word_cut(text, begin, furthest), "none"


def _clause_cut(text: str, begin: int, furthest: int, *, is_first: bool) -> int | None:
    """The first good place in a first unit, where haste matters; the last one in any other."""
    shortest, good = (10, 20) if is_first else (40, LONGEST_UNIT)
    best = None
    for end in find_clause_ends(text, begin, furthest):
        if end - begin >= shortest:
            best = end
        if end - begin >= good:
            break
    return best


def _word_cut(text: str, begin: int, furthest: int) -> int:
    """Between two words, best before a word that opens a phrase; between two characters where there is no space."""
    middle = begin + (furthest - begin) // 2
    for pattern, earliest in zip(_WORD_GAPS, (middle, middle, begin + _TINY, begin + _TINY), strict=True):
        places = (match.start() for match in pattern.finditer(text, earliest, furthest + 10))
        if place := max((place for place in places if place <= furthest), default=None):
            return place
    return _end_of_long_word(text, begin, furthest)


def _end_of_long_word(text: str, begin: int, furthest: int) -> int:
    """Not inside an address or a path if it is not endless; never between a letter and its accents."""
    if text[furthest].isascii() and text[furthest - 1].isascii():
        space = _SPACE.search(text, furthest, begin + _STEADY_LIMIT)
        if space:
            return space.start()
    end = furthest
    while end > furthest - 32 and _clings(text, end):
        end -= 1
    return end if not _clings(text, end) else furthest


def _clings(text: str, position: int) -> bool:
    """Is the character at `position` part of the one before it?"""
    return unicodedata.category(text[position])[0] == "M" or "\u200d" in text[position - 1 : position + 1]
