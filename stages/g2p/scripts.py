"""Which eSpeak voice reads letters that are not Latin: a name in Cyrillic is read, not spelled or skipped."""

import re
from collections.abc import Iterator
from typing import Final

_RANGES: Final = {
    "el": "\u0370-\u03ff\u1f00-\u1fff",
    "ru": "\u0400-\u052f",
    "hy": "\u0530-\u058f",
    "he": "\u0590-\u05ff",
    "ar": "\u0600-\u06ff\u0750-\u077f",
    "hi": "\u0900-\u097f",
    "bn": "\u0980-\u09ff",
    "pa": "\u0a00-\u0a7f",
    "gu": "\u0a80-\u0aff",
    "ta": "\u0b80-\u0bff",
    "te": "\u0c00-\u0c7f",
    "kn": "\u0c80-\u0cff",
    "ml": "\u0d00-\u0d7f",
    "ka": "\u10a0-\u10ff",
    "ko": "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af",
    "ja": "\u3040-\u30ff",
    "cmn": "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002ffff",
}
"""eSpeak voice → characters, as the inside of a regular expression's class."""

_RUN: Final = re.compile(
    "|".join(f"(?P<{voice}>[{characters}]+)" for voice, characters in _RANGES.items())
    + r"|(?P<latin>(?:[\u0000-\u036f\u1d00-\u1eff\u2000-\u2bff])+)|(?P<other>.)",
    re.DOTALL,
)

LATIN: Final = "latin"
NO_VOICE: Final = "other"


def script_runs(word: str) -> Iterator[tuple[str, str]]:
    """Runs of `word` in one script, each with the eSpeak voice for it, or LATIN, or NO_VOICE."""
    for match in _RUN.finditer(word):
        assert match.lastgroup is not None
        yield match.lastgroup, match[0]


def is_latin(text: str) -> bool:
    """Nothing in it but Latin letters, digits and marks."""
    return text.isascii() or all(script == LATIN for script, _ in script_runs(text))
