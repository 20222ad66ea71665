"""The judge's own sentences, which are never trained on."""

import re
from functools import cache
from pathlib import Path
from typing import Final

JUDGE: Final = Path(__file__).parents[1] / "judge"


def words_of(text: str) -> str:
    """The words alone, in lower case: two lines with the same words are the same line to a judge."""
    return " ".join(re.findall(r"[a-z0-9']+", text.lower().replace("’", "'")))


@cache
def reserved() -> frozenset[str]:
    """As `words_of` gives them."""
    files = ("held_out.txt", "selection.txt")
    return frozenset(
        words_of(line) for file in files for line in (JUDGE / file).read_text(encoding="utf-8").splitlines()
    )
