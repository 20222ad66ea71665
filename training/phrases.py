"""The sentences of a line, as its tokens tell: where each begins and ends, and whether it asks, exclaims or states."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from training.lines import Line

Kind = Literal["statement", "yes_no", "wh", "exclamation"]

_WH_WORDS = frozenset("who whom whose what which when where why how".split())
_BEFORE_WH = frozenset("and but so then well in on at by for from with to of since until about".split())
_ENDS = frozenset(".!?…")


@dataclass(frozen=True, slots=True)
class Phrase:
    """One sentence."""

    first_token: int
    end_token: int
    """Of the mark that ends it, or of the closing pad."""
    kind: Kind
    wh_first_token: int = 0
    wh_end_token: int = 0


def phrases_of(line: Line) -> list[Phrase]:
    """In order. Tokens are `line.tokens`, pads included."""
    return list(_phrases(line))


def _phrases(line: Line) -> Iterator[Phrase]:
    place, first = 1, 1
    words: list[tuple[str, int, int]] = []
    for word in line.words:
        end = place + len(word.phonemes)
        if word.is_heard:
            words.append((line.spelling_of(word).lower(), place, end))
        elif words and (mark := next((symbol for symbol in word.phonemes if symbol in _ENDS), "")):
            yield _phrase(words, first, place, mark)
            words, first = [], end
        place = end + int(word.space_after)
    if words:
        yield _phrase(words, first, min(place, len(line.tokens) - 1), "")


def _phrase(words: list[tuple[str, int, int]], first: int, end: int, mark: str) -> Phrase:
    if mark == "!":
        return Phrase(first, end, "exclamation")
    if mark != "?":
        return Phrase(first, end, "statement")
    place = 1 if len(words) > 1 and words[0][0] in _BEFORE_WH else 0
    if words[place][0].removesuffix("'s").removesuffix("’s") in _WH_WORDS:
        return Phrase(first, end, "wh", words[place][1], words[place][2])
    return Phrase(first, end, "yes_no")
