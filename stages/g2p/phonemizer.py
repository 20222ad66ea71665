"""What turns words into phonemes: the Phonemizer protocols, and a stand-in that spells.

A phonemizer knows one language. It gets text that `normalize` has made speakable, and knows nothing of tokens, units
or where the text came from.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol, runtime_checkable

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A stretch of a text whose phonemes are known beforehand."""

    phonemes: str
    """Symbols of the table, with a sound among them."""
    char_start: int
    """In code points of the text given to `phonemize`; neither it nor the end is at white space."""
    char_end: int


@runtime_checkable
class GivenPhonemizer(Phonemizer, Protocol):
    """A phonemizer that fits given words into the sentence by itself."""

    def phonemize_given(self, text: str, given: Sequence[Given]) -> list[Word]:
        """As `phonemize`; each given stretch is one word, or the beginning of one that it gives most of the sound."""


def phonemize_given(phonemizer: Phonemizer, text: str, given: Sequence[Given]) -> list[Word]:
    """As `phonemizer.phonemize(text)`, but with the given phonemes. They are in order and do not overlap."""
    if not given:
        return phonemizer.phonemize(text)
    if isinstance(phonemizer, GivenPhonemizer):
        return phonemizer.phonemize_given(text, given)
    # The whole sentence is said, so that the other words sound as they do in it.
    words = phonemizer.phonemize(text)
    said = [_given_word(text, item) for item in given]
    for word in words:
        over = [item for item in given if item.char_start < word.char_end and word.char_start < item.char_end]
        if not over:
            said.append(word)
        for start, end in _left_over(word, over):
            said += _say_part(phonemizer, text, start, end)
    return sorted(said, key=lambda word: word.char_start)


def _given_word(text: str, given: Given) -> Word:
    return Word(
        phonemes=given.phonemes,
        char_start=given.char_start,
        char_end=given.char_end,
        space_after=text[given.char_end : given.char_end + 1].isspace(),
    )


def _left_over(word: Word, over: Sequence[Given]) -> Iterator[tuple[int, int]]:
    """The parts of a word that the given ones over it do not cover."""
    start = word.char_start
    for item in over:
        if start < item.char_start:
            yield start, item.char_start
        start = item.char_end
    if over and start < word.char_end:
        yield start, word.char_end


def _say_part(phonemizer: Phonemizer, text: str, start: int, end: int) -> Iterator[Word]:
    """`text[start:end]` by itself."""
    for word in phonemizer.phonemize(text[start:end]):
        place_end = word.char_end + start
        yield replace(
            word,
            char_start=word.char_start + start,
            char_end=place_end,
            space_after=text[place_end : place_end + 1].isspace(),
        )


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
