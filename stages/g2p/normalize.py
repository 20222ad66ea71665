"""Turns written text into words, and remembers where each came from: no character is lost on the way.

First come the language's rules (amounts, times, addresses …), each on what those before it have left; then what is
still left is read character by character. A later span never depends on an earlier one, so the work is linear.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from utterd.stages.g2p.characters import read_characters
from utterd.stages.g2p.readings import Reading
from utterd.stages.g2p.rules import rules_of


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


class _Claim(NamedTuple):
    start: int
    end: int
    reading: Reading


def normalize(text: str, language: str) -> list[Span]:
    """Spans that cover `text` in order, without gaps or overlap. `language` is one of `languages.LANGUAGES`."""
    spans = enumerate(_spans(text, _claims(text, language)))
    return [_join([span for _, span in run]) for _, run in itertools.groupby(spans, _likeness)]


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


def _claims(text: str, language: str) -> list[_Claim]:
    """A reading for every stretch of `text`, in order."""
    claims: list[_Claim] = []
    taken = bytearray(len(text))
    for rule in rules_of(language):
        for match in rule.pattern.finditer(text):
            start, end = match.span()
            if taken.find(1, start, end) < 0 and (reading := rule.read(match)):
                claims.append(_Claim(start, end, reading))
                taken[start:end] = b"\1" * (end - start)
    claims += (_Claim(*claim) for start, end in _gaps(taken) for claim in read_characters(text, start, end, language))
    claims.sort(key=lambda claim: claim.start)
    return claims


def _gaps(taken: bytearray) -> Iterator[tuple[int, int]]:
    """The stretches that are still 0."""
    start = taken.find(0)
    while start >= 0:
        end = taken.find(1, start)
        end = end if end >= 0 else len(taken)
        yield start, end
        start = taken.find(0, end)


def _spans(text: str, claims: list[_Claim]) -> Iterator[Span]:
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
