"""Says single English letters by their names, and one word, so that misaki cannot take them for another."""

from typing import Final

LETTER_A: Final = "eh"
"""misaki takes a single A for the article."""
CLOSE: Final = "cloze"
"""As in "close the door": before a noun misaki takes "close" for "near"."""


def spell(letters: str) -> str:
    """The letters and figures by their names: "ai2" → "eh I 2"."""
    return " ".join(map(say_letter, letters))


def say_letter(letter: str) -> str:
    """One letter or figure."""
    return LETTER_A if letter in "aA" else letter.upper()
