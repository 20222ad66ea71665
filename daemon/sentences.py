"""Which sentence, paragraph or word a place of a text belongs to, and which are its neighbours. Pure functions.

They look at a bounded stretch around the place, so that a book costs no more than a page.
"""

import re

from utterd.stages.g2p.boundaries import find_sentence_end

REACH = 2_000
"""Code points looked at to either side: a sentence or paragraph longer than that is taken to begin or end there."""

_BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*")
_NEXT_WORD = re.compile(r"\s+\S")
_LAST_WORD = re.compile(r"\S+\s*\Z")


def sentence_around(text: str, place: int) -> tuple[int, int]:
    """(start, end) of the sentence at `place`, without whitespace before it; with it behind."""
    start = _paragraph_start(text, place)
    while (found := find_sentence_end(text, start, min(len(text), place + REACH))) is not None:
        following = _skip_space(text, found.end)
        if following > place:
            return start, following
        start = following
    return start, min(len(text), place + REACH)


def paragraph_around(text: str, place: int) -> tuple[int, int]:
    """(start, end) of the paragraph at `place`: blank lines part them."""
    start = _paragraph_start(text, place)
    found = _BLANK_LINE.search(text, place, min(len(text), place + REACH))
    return start, found.end() if found else min(len(text), place + REACH)


def step(text: str, place: int, by: str, count: int) -> int:
    """The place of the text `count` words, sentences or paragraphs on, or back if `count` is negative.

    Args:
        place: the first character of the word that is heard.
        by: "word", "sentence" or "paragraph".

    Returns:
        0 at the beginning; the text's length behind its end.
    """
    for _ in range(min(abs(count), 10_000)):
        moved = (_on if count > 0 else _back)(text, place, by)
        if moved == place:
            break
        place = moved
    return place


def _on(text: str, place: int, by: str) -> int:
    if by == "word":
        found = _NEXT_WORD.search(text, place)
        return found.end() - 1 if found else len(text)
    around = sentence_around if by == "sentence" else paragraph_around
    return around(text, place)[1] if place < len(text) else place


_NEAR = 12
"""Back from so little behind its start goes to the one before, as a player's "previous" does."""


def _back(text: str, place: int, by: str) -> int:
    if by == "word":
        before = text[max(0, place - REACH) : place]
        found = _LAST_WORD.search(before)
        return max(0, place - len(before) + found.start()) if found else 0
    around = sentence_around if by == "sentence" else paragraph_around
    start, _ = around(text, min(place, max(0, len(text) - 1)))
    if place - start > _NEAR or start == 0:
        return start
    return around(text, _last_letter(text, start))[0]


def _last_letter(text: str, place: int) -> int:
    """The last character before `place` that is no whitespace."""
    place -= 1
    while place > 0 and text[place].isspace():
        place -= 1
    return max(0, place)


def _paragraph_start(text: str, place: int) -> int:
    """Behind the last blank line before `place`, or not too far from it."""
    begin = max(0, place - REACH)
    last = begin
    for found in _BLANK_LINE.finditer(text, begin, place + 1):
        if found.end() <= place:
            last = found.end()
    if last == begin and begin > 0:  # in the middle of a long paragraph: not within a word
        while last < place and not text[last].isspace():
            last += 1
    return min(place, _skip_space(text, last)) if last < place else place


def _skip_space(text: str, place: int) -> int:
    while place < len(text) and text[place].isspace():
        place += 1
    return place
