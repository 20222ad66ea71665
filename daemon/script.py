"""A script: what a client's text asks to be spoken, with its marks taken out, and the way back to the text as sent.

It is plain data. Voices, languages and phonemes in it are as written: whether they exist is asked elsewhere.
"""

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from utterd.stages.chunks import Instruction, Mark, Pause


class ScriptError(Exception):
    """A text whose marks cannot be followed: one sentence for people, with line, column and what would be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """What differs from the request's own way of speaking."""

    voice: str | None = None
    """A name or a blend, as written."""
    language: str | None = None
    rate: float = 1.0
    """Multiplies the speed; above 0."""
    pitch: float = 0.0
    """Semitones, added to the request's; -24 to 24."""
    gain: float = 1.0
    """Multiplies the volume, linearly; 0 to 4."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A stretch of the script in one style."""

    start: int
    """In code points of the script."""
    end: int
    style: Style


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """Silence at a place of the script; a unit ends there."""

    place: int
    """In code points of the script, 0 to its length, both included."""
    ms: int
    """0 to 10,000."""
    pause: Pause | None = None
    """`sentence` or `paragraph` where the text says only that one ends: `ms` is its length at speed 1, and follows the
    speed. None: exactly `ms`."""


def _none() -> "array[int]":
    return array("Q")


@dataclass(frozen=True, slots=True, kw_only=True)
class OffsetMap:
    """Script places ↔ source places, in stretches. Without any, they are the same.

    In a stretch each character of the script is one of the source; or it holds a single character, which the source
    writes with several (`&amp;`, CR LF). All fields have one entry a stretch, and ascend.
    """

    places: Sequence[int] = field(default_factory=_none)
    """Where in the script each stretch begins."""
    sources: Sequence[int] = field(default_factory=_none)
    """Where in the source each begins."""
    source_ends: Sequence[int] = field(default_factory=_none)
    length: int = 0
    """Of the script."""

    def to_source(self, start: int, end: int) -> tuple[int, int]:
        """Where the source writes the script's characters [start, end), without the marks around them."""
        if not self.places:
            return start, end
        first = self._source_of(start)
        return first, self._source_behind(end) if end > start else first

    def to_script(self, source: int) -> int:
        """The first place of the script that stands at or behind this place of the source."""
        if not self.places:
            return source
        stretch = bisect_right(self.sources, source) - 1
        if stretch < 0:
            return 0
        return min(self.places[stretch] + source - self.sources[stretch], self._end(stretch))

    def _source_of(self, place: int) -> int:
        """Where the character at `place` begins; at the script's end, where its last one ends."""
        if place >= self.length:
            return self.source_ends[-1]
        stretch = bisect_right(self.places, place) - 1
        return self.sources[stretch] + place - self.places[stretch]

    def _source_behind(self, place: int) -> int:
        """Where the character before `place` ends."""
        stretch = bisect_right(self.places, min(place, self.length) - 1) - 1
        if place >= self._end(stretch):
            return self.source_ends[stretch]
        return self.sources[stretch] + place - self.places[stretch]

    def _end(self, stretch: int) -> int:
        return self.places[stretch + 1] if stretch + 1 < len(self.places) else self.length


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What is to be spoken."""

    text: str
    """What is segmented and spoken: the source's own characters in order, marks left out, entities resolved."""
    offsets: OffsetMap
    runs: tuple[Run, ...]
    """They cover the text in order, without gaps; neighbours differ in style. None only for an empty text."""
    breaks: tuple[Break, ...] = ()
    """In order, no two at the same place."""
    instructions: tuple[Instruction, ...] = ()
    """In script places, in order, not overlapping, none empty."""
    marks: tuple[Mark, ...] = ()
    """In script places, in order."""

    @classmethod
    def plain(cls, text: str) -> "Script":
        """A text without any marks."""
        runs = (Run(start=0, end=len(text), style=Style()),) if text else ()
        return cls(text=text, offsets=OffsetMap(), runs=runs)


def describe_place(source: str, place: int) -> str:
    """As people count, from 1: `line 2, column 5`."""
    line_start = source.rfind("\n", 0, place) + 1
    return f"line {source.count(chr(10), 0, place) + 1}, column {place - line_start + 1}"
