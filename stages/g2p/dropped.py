"""The account of a unit's characters: whatever is not said is named, with the reason. Nothing is lost silently."""

from collections.abc import Iterator, Sequence
from typing import Final

from utterd.stages.chunks import Dropped
from utterd.stages.g2p.normalize import Span
from utterd.stages.g2p.pieces import Saying

MARKS: Final = frozenset(".,;:!?…—–-'\"“”‘’()[]{}«»„‟‚‛‹›¿¡।॥。．，、！？：；（）「」『』《》؟،؛۔‐‑‒―′″ʼ")
"""They are heard as melody or pause at most, and so are never called dropped."""


def find_dropped(text: str, spans: Sequence[Span], sayings: Sequence[Saying]) -> list[Dropped]:
    """Every character of `text` that is neither said nor a mark nor a space; neighbours with one reason together."""
    reasons: list[str | None] = [
        None if character.isspace() or character in MARKS else "no spoken form is known" for character in text
    ]
    for span in spans:
        if span.kind == "dropped":
            reasons[span.char_start : span.char_end] = [span.reason] * (span.char_end - span.char_start)
    for saying in sayings:
        if saying.is_word:
            reasons[saying.char_start : saying.char_end] = [None] * (saying.char_end - saying.char_start)
    return list(_runs(text, reasons))


def _runs(text: str, reasons: Sequence[str | None]) -> Iterator[Dropped]:
    start = 0
    for position in range(1, len(reasons) + 1):
        if position < len(reasons) and reasons[position] == reasons[start]:
            continue
        reason = reasons[start]
        if reason and not text[start:position].isspace():
            yield Dropped(char_start=start, char_end=position, reason=reason)
        start = position
