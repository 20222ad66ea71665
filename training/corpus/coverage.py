"""Which pairs of sounds a corpus has, and how often."""

import re
from collections import Counter
from functools import lru_cache
from itertools import pairwise
from typing import Final

from training.lines import read_line

UNSOUNDED: Final = re.compile("[ˈˌ ]")


@lru_cache(maxsize=64)  # a candidate is weighed, then added
def diphones(text: str) -> tuple[str, ...]:
    """Pairs of symbols as `text` is said: those that stand side by side, and those parted only by stress or a space.

    Sorted: a set of strings is ordered by chance, and so would be the last digit of a sum over it.
    """
    phonemes = read_line(text).phonemes
    sounds = UNSOUNDED.sub("", phonemes)
    return tuple(sorted({a + b for symbols in (phonemes, sounds) for a, b in pairwise(symbols)}))


class Coverage:
    """Counts the lines that have a diphone."""

    def __init__(self) -> None:
        self._lines: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._lines)

    def add(self, text: str) -> None:
        self._lines.update(diphones(text))

    def gain(self, text: str) -> float:
        """What `text` would add: 1 for an unseen diphone, less for one the oftener it was seen."""
        # Squared: a few new diphones are worth more than many that are merely uncommon.
        return sum(1 / (1 + self._lines[diphone]) ** 2 for diphone in diphones(text))
