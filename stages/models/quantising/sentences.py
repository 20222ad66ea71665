"""Sentences of our own in Kokoro's phonemes: what int8 is calibrated on, and voices are measured with."""

import importlib.resources
from dataclasses import dataclass
from functools import cache

from utterd.stages.g2p.symbols import token_ids

FILE = "sentences.tsv"
_MARGIN = 0.15
"""How far a piece for measuring may be from the wanted length, as a share of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One line of the file."""

    language: str
    phonemes: str

    @property
    def tokens(self) -> tuple[int, ...]:
        """Without padding."""
        return tuple(token_ids(self.phonemes))


@cache
def sentences() -> tuple[Sentence, ...]:
    """All of them, of every language that Kokoro speaks through our G2P."""
    text = importlib.resources.files(__package__).joinpath(FILE).read_text("utf-8")
    rows = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    return tuple(Sentence(language=row[0], phonemes=row[1]) for row in rows)


@cache
def sentences_for_measuring(language: str, tokens: int, count: int) -> tuple[Sentence, ...]:
    """So many pieces of about so many tokens, each of one sentence or of some joined by spaces; none is in two of them.

    They are of the language, and of English where it has too few.
    """
    own = [sentence for sentence in sentences() if sentence.language == language]
    english = [sentence for sentence in sentences() if sentence.language == "en-us" != language]
    unused = [*_longest_first(own), *_longest_first(english)]
    return tuple(Sentence(language=language, phonemes=_taken(unused, tokens)) for _ in range(count))


def _longest_first(group: list[Sentence]) -> list[Sentence]:
    return sorted(group, key=lambda sentence: len(sentence.tokens), reverse=True)


def _taken(unused: list[Sentence], tokens: int) -> str:
    """The first that fit, one behind the other, until they are long enough or none fits."""
    phonemes = ""
    while len(token_ids(phonemes)) < tokens * (1 - _MARGIN):
        begun = f"{phonemes} " if phonemes else ""
        room = tokens * (1 + _MARGIN) - len(token_ids(begun))
        fitting = next((sentence for sentence in unused if len(sentence.tokens) <= room), None)
        if fitting is None:
            break
        unused.remove(fitting)
        phonemes = begun + fitting.phonemes
    return phonemes
