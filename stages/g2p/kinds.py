"""Which kinds of characters a text holds: a rule that needs one that is not there need not be tried.

Most text is letters, spaces and full stops, and most rules are about something else: to ask first is what makes
normalising fast.
"""

import functools
import re
from typing import Final

DIGIT: Final = "0"
"""Stands for every decimal digit of any script."""
CAPITAL: Final = "A"
"""Stands for every capital letter."""
INNER_STOP: Final = "\ue000"
"""Stands for a full stop with something other than white space behind it."""
PICTURE: Final = "\ue001"
"""Stands for a character of the blocks that hold emoji and pictures."""
HUMP: Final = "\ue002"
"""Stands for a capital letter behind another letter."""
ROMAN: Final = "\ue003"
"""Stands for two letters of Roman numerals in a row, or for one other than I that is a word of its own."""

PICTURES: Final = (
    "\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u231a-\u23ff\u25a0-\u25ff\u2194-\u2199\u21a9\u21aa\u2934\u2935\u2139"
    "\u24c2\u3030\u303d\u3297\u3299\u203c\u2049\u20e3"
)
"""Inside a character class: the blocks that hold emoji, and pictures with them."""
_PICTURE: Final = re.compile(f"[{PICTURES}]")
_INNER_STOP: Final = re.compile(r"\.\S")
_HUMP: Final = re.compile(r"[^\W\d_][A-Z]")
_ROMAN: Final = re.compile(r"[IVXLCDM]{2}|(?<!\w)[VXLCDM](?!\w)")


@functools.lru_cache(maxsize=4096)
def _kind(character: str) -> str:
    if character.isalpha():
        return CAPITAL if character.isupper() else "a"
    return DIGIT if character.isdecimal() else character


def kinds_in(text: str) -> frozenset[str]:
    """The kinds above, and every sign by itself, that are in `text`."""
    characters = set(text)
    kinds = set(map(_kind, characters))
    if "." in kinds and _INNER_STOP.search(text):
        kinds.add(INNER_STOP)
    if CAPITAL in kinds:
        if _HUMP.search(text):
            kinds.add(HUMP)
        if not characters.isdisjoint("IVXLCDM") and _ROMAN.search(text):
            kinds.add(ROMAN)
    if not text.isascii() and _PICTURE.search(text):
        kinds.add(PICTURE)
    return frozenset(kinds)
