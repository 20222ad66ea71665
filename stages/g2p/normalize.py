"""Turns written text into words, and remembers where each came from: no character is lost on the way.

First come the writer's instructions, then the rules of the language and the kind of text (amounts, times, addresses …),
each on what those before it have left; then what is still left is read character by character. A later span never
depends on an earlier one, so the work is linear.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Literal

from utterd.stages.chunks import Instruction, Profile
from utterd.stages.g2p.characters import read_characters
from utterd.stages.g2p.instructions import read_instructions
from utterd.stages.g2p.kinds import kinds_in
from utterd.stages.g2p.rules import rules_for
from utterd.stages.g2p.stretches import Claim, Stretch, set_code_apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of the input and what is said for it."""

    text: str
    """`spoken`: as many characters as the stretch has, one for one. `expanded`: other words. `dropped`: "" or " "."""
    char_start: int
    """In code points of the input."""
    char_end: int
    kind: Literal["spoken", "expanded", "dropped"]
    reason: str = ""
    """Of a dropped span: a short phrase for people."""


def normalize(
    text: str, language: str, *, profile: Profile = "prose", instructions: Sequence[Instruction] = ()
) -> list[Span]:
    """Spans that cover `text` in order, without gaps or overlap.

    Args:
        text: a unit, or any text.
        language: one of `languages.LANGUAGES`.
        profile: what kind of text it is.
        instructions: how stretches of `text` are to be read; their places are code points of `text`. In order, not
            overlapping. No span reaches over the edge of one; one that cannot be followed is as if not given.
    """
    spans = enumerate(_spans(text, _claims(text, language, profile, instructions)))
    return [_join([span for _, span in run]) for _, run in itertools.groupby(spans, _likeness)]


def _say(words: str, language: str, profile: Profile) -> str:
    return "".join(span.text for span in normalize(words, language, profile=profile))


def _likeness(numbered: tuple[int, Span]) -> tuple[str, str, int]:
    """Equal for neighbours that may be one span: an expanded one stays for itself."""
    number, span = numbered
    return span.kind, span.reason, number if span.kind == "expanded" else -1


def _join(run: list[Span]) -> Span:
    if len(run) == 1:
        return run[0]
    text = "".join(span.text for span in run)
    if run[0].kind == "dropped":
        text = " " if text else ""
    return replace(run[0], text=text, char_end=run[-1].char_end)


def _claims(text: str, language: str, profile: Profile, instructions: Sequence[Instruction]) -> list[Claim]:
    """A reading for every stretch of `text`, in order."""
    claims: list[Claim] = []
    stretches = [Stretch(0, len(text), profile)]
    if instructions:
        claims, stretches = read_instructions(
            text, language, profile, instructions, lambda words: _say(words, language, profile)
        )
    if profile == "chat":
        marks, stretches = set_code_apart(text, stretches)
        claims += marks
    kinds = kinds_in(text)
    for stretch in stretches:
        claims += _read_stretch(text, stretch, language, kinds)
    claims.sort(key=itemgetter(0))
    return claims


def _read_stretch(text: str, stretch: Stretch, language: str, kinds: frozenset[str]) -> Iterable[Claim]:
    """A reading for every part of the stretch, in any order."""
    first, last, profile = stretch
    claims: list[Claim] = []
    taken: bytearray | None = None
    for rule in rules_for(language, profile, kinds):
        for match in rule.pattern.finditer(text, first, last):
            start, end = match.span()
            if taken is not None and taken.find(1, start - first, end - first) >= 0:
                continue
            reading = rule.read(match)
            if reading is None:
                continue
            start -= reading.reach_back
            taken = taken or bytearray(last - first)
            if reading.reach_back and (start < first or taken.find(1, start - first, end - first) >= 0):
                continue
            claims.append(Claim(start, end, reading))
            taken[start - first : end - first] = b"\1" * (end - start)
    for start, end in _gaps(taken) if taken else ((0, last - first),):
        claims += itertools.starmap(Claim, read_characters(text, first + start, first + end, language))
    return claims


def _gaps(taken: bytearray) -> Iterator[tuple[int, int]]:
    """The stretches that are still 0."""
    start = taken.find(0)
    while start >= 0:
        end = taken.find(1, start)
        end = end if end >= 0 else len(taken)
        yield start, end
        start = taken.find(0, end)


def _spans(text: str, claims: list[Claim]) -> Iterator[Span]:
    """A span for every claim, set apart from its neighbours if need be."""
    before = ""
    for start, end, reading in claims:
        words = reading.text
        kind: Literal["spoken", "expanded", "dropped"] = "expanded"
        if reading.dropped_because:
            kind = "dropped"
        elif reading.joins and len(words) == end - start:
            kind = "spoken"
        elif not reading.joins:
            words = _set_apart(words, before, text[end : end + 1])
        yield Span(text=words, char_start=start, char_end=end, kind=kind, reason=reading.dropped_because)
        before = words[-1:] or before


def _set_apart(words: str, before: str, behind: str) -> str:
    if before.isalnum() and words[:1].isalnum():
        words = f" {words}"
    if behind.isalnum() and words[-1:].isalnum():
        words = f"{words} "
    return words
