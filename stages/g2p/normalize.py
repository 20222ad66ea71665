"""Turns written text into words, and remembers where each came from: no character is lost on the way.

First come the language's rules (amounts, times, addresses …), each on what those before it have left; then what is
still left is read character by character. A later span never depends on an earlier one, so the work is linear.
"""

from collections.abc import Iterator
from dataclasses import dataclass
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
    spans: list[Span] = []
    for start, end, reading in _claims(text, language):
        _append(spans, text, start, end, reading)
    return spans


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


def _append(spans: list[Span], text: str, start: int, end: int, reading: Reading) -> None:
    """Add the span of a claim, kept apart from its neighbours if need be, or one with a like neighbour."""
    words = reading.text
    if reading.dropped_because:
        kind: Literal["spoken", "expanded", "dropped"] = "dropped"
    elif reading.joins and len(words) == end - start:
        kind = "spoken"
    else:
        kind = "expanded"
        if not reading.joins:
            words = _set_apart(words, spans, text[end : end + 1])
    last = spans[-1] if spans else None
    if last and kind != "expanded" and last.kind == kind and last.reason == reading.dropped_because:
        words = last.text + words if kind == "spoken" else last.text or words
        start = last.char_start
        spans.pop()
    spans.append(Span(text=words, char_start=start, char_end=end, kind=kind, reason=reading.dropped_because))


def _set_apart(words: str, spans: list[Span], following: str) -> str:
    before = spans[-1].text[-1:] if spans else ""
    if before.isalnum() and words[:1].isalnum():
        words = f" {words}"
    if following.isalnum() and words[-1:].isalnum():
        words = f"{words} "
    return words
