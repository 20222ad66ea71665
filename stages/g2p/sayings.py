"""From a unit's words to its sayings: each in its place in the original, no pause in front, a mark at the end."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from utterd.stages.chunks import Pause
from utterd.stages.g2p.phonemizer import Word
from utterd.stages.g2p.pieces import Saying
from utterd.stages.g2p.spoken import SpokenText

_FINAL_MARK: Final[dict[Pause, str]] = {"none": "", "clause": ",", "sentence": ".", "paragraph": "."}
"""What a unit without a mark at its end is said with, so that its melody suits the pause behind it."""
_MELODIC: Final = frozenset(",.;:!?…—")
_PAUSES: Final = frozenset(",.;:!?—")
_CLOSING: Final = frozenset('"”)')


def place(words: list[Word], spoken: SpokenText) -> Iterator[Saying]:
    """The words with their places in the original; those that stand for one place are said as one."""
    pending: Saying | None = None
    for word in words:
        start, end = spoken.original(word.char_start, word.char_end)
        saying = Saying(
            phonemes=word.phonemes,
            char_start=start,
            char_end=end,
            is_word=word.is_heard,
            space_after=word.space_after,
        )
        if pending and start < pending.char_end:
            pending = _join(pending, saying)
            continue
        if pending:
            yield pending
        pending = saying
    if pending:
        yield pending


def _join(first: Saying, second: Saying) -> Saying:
    gap = " " if first.space_after else ""
    return Saying(
        phonemes=f"{first.phonemes}{gap}{second.phonemes}",
        char_start=first.char_start,
        char_end=max(first.char_end, second.char_end),
        is_word=first.is_word or second.is_word,
        space_after=second.space_after,
    )


def without_silence(sayings: list[Saying]) -> list[Saying]:
    """Those that have phonemes; a space behind one that has none still keeps its neighbours apart."""
    kept: list[Saying] = []
    for saying in sayings:
        if saying.phonemes:
            kept.append(saying)
        elif kept and saying.space_after:
            kept[-1] = replace(kept[-1], space_after=True)
    return kept


def without_lead(sayings: list[Saying]) -> list[Saying]:
    """Without the marks that would be a pause before the first word."""
    first = next((index for index, saying in enumerate(sayings) if saying.phonemes not in _PAUSES), len(sayings))
    return sayings[first:]


def end_with_mark(sayings: list[Saying], pause: Pause) -> None:
    """Give the unit the mark that its pause calls for, if it ends without any."""
    last = next((s.phonemes.rstrip() for s in reversed(sayings) if not set(s.phonemes) <= _CLOSING), "")
    mark = _FINAL_MARK[pause]
    if not last or not mark or last[-1] in _MELODIC or last.rstrip('"”)')[-1:] in _MELODIC:
        return
    end = sayings[-1].char_end
    sayings[-1] = replace(sayings[-1], space_after=False)
    sayings.append(Saying(phonemes=mark, char_start=end, char_end=end, is_word=False, space_after=False))
