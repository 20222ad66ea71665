"""Other words, or phonemes, for stretches of a spoken text; every character keeps its place in the original."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from utterd.stages.g2p.phonemizer import Given
from utterd.stages.g2p.spoken import SpokenText


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What becomes of `[first, last)` of a spoken text."""

    first: int
    last: int
    char_start: int
    """The stretch of the original that is said by it."""
    char_end: int
    words: str
    """Not empty, with single spaces and none at the ends; with `phonemes` only what the stretch is read as."""
    phonemes: str = ""


def locate(spoken: SpokenText, char_start: int, char_end: int) -> tuple[int, int] | None:
    """Which part of the spoken text stands for this stretch of the original alone; None if none does.

    An empty part where nothing is said of the stretch.
    """
    first = bisect_right(spoken.ends, char_start)
    last = bisect_left(spoken.starts, char_end)
    if first >= last:
        return (first, first)
    if spoken.starts[first] < char_start or spoken.ends[last - 1] > char_end:
        return None
    return first, last


def splice(spoken: SpokenText, changes: Sequence[Change]) -> tuple[SpokenText, tuple[Given, ...]]:
    """The text with all changes made, which are in order and do not overlap; and the phonemes that are fixed in it."""
    text: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    given: list[Given] = []
    kept = 0
    for change in changes:
        text += spoken.text[kept : change.first]
        starts += spoken.starts[kept : change.first]
        ends += spoken.ends[kept : change.first]
        kept = change.last
        before, behind = "".join(text[-1:]), spoken.text[kept : kept + 1]
        lead = " " if before.isalnum() and change.words[0].isalnum() else ""
        tail = " " if behind.isalnum() and change.words[-1].isalnum() else ""
        if change.phonemes:
            start = len(text) + len(lead)
            given.append(Given(phonemes=change.phonemes, char_start=start, char_end=start + len(change.words)))
        words = f"{lead}{change.words}{tail}"
        text += words
        starts += [change.char_start] * len(words)
        ends += [change.char_end] * len(words)
    text += spoken.text[kept:]
    starts += spoken.starts[kept:]
    ends += spoken.ends[kept:]
    return SpokenText("".join(text), tuple(starts), tuple(ends)), tuple(given)
