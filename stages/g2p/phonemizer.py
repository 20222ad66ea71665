"""What turns words into phonemes: the Phonemizer protocol, and a stand-in that spells.

A phonemizer knows one language. It gets text that `normalize` has made speakable, and knows nothing of tokens, units
or where the text came from.
"""

from dataclasses import dataclass
from typing import Final, Protocol

from utterd.stages.g2p.symbols import PUNCTUATION, is_sound


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word, or a mark, and how it is said."""

    phonemes: str
    """Symbols of the Kokoro table, punctuation and spaces included; empty if nothing can be said."""
    char_start: int
    """In code points of the text given to `phonemize`."""
    char_end: int
    space_after: bool

    @property
    def is_heard(self) -> bool:
        """More than a mark that shapes the melody."""
        return is_sound(self.phonemes)


class Phonemizer(Protocol):
    """The words of one language."""

    def phonemize(self, text: str) -> list[Word]:
        """The words and marks of `text`, in order, not overlapping. Never raises over what is in the text."""


_LETTERS: Final = dict(zip("abcdefghijklmnopqrstuvwxyz", "abkdɛfɡhiʤklmnopkɹstuvwksjz", strict=False))
_DIGITS: Final = dict(
    zip("0123456789", ("zO", "wʌn", "tu", "θɹi", "fɔ", "fIv", "sɪks", "sɛvᵊn", "At", "nIn"), strict=True)
)


class LetterPhonemizer:
    """Says every letter as one symbol and every digit as a syllable: quick, the same everywhere, wrong. For tests."""

    def phonemize(self, text: str) -> list[Word]:
        words: list[Word] = []
        start = 0
        while start < len(text):
            end = start + 1
            if text[start].isalnum():
                while end < len(text) and text[end].isalnum():
                    end += 1
            if not text[start].isspace():
                said = "".join(map(_say_character, text[start:end].casefold()))
                follows_space = text[end : end + 1].isspace()
                words.append(Word(phonemes=said, char_start=start, char_end=end, space_after=follows_space))
            start = end
        return words


def _say_character(character: str) -> str:
    if character in PUNCTUATION:
        return character
    return _LETTERS.get(character) or _DIGITS.get(character) or ("ə" if character.isalpha() else "")
