"""Sentences of our own in Kokoro's phonemes: what int8 is calibrated on, and voices are measured with."""

import importlib.resources
from dataclasses import dataclass
from functools import cache

from utterd.stages.g2p.symbols import token_ids

FILE = "sentences.tsv"
_USUAL_TOKENS = 45


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


def sentences_for_measuring(language: str, count: int) -> tuple[Sentence, ...]:
    """Of a language, those of the most usual length; English ones where there are too few."""
    everything = sorted(sentences(), key=lambda sentence: abs(len(sentence.tokens) - _USUAL_TOKENS))
    own = [sentence for sentence in everything if sentence.language == language]
    english = [sentence for sentence in everything if sentence.language == "en-us" != language]
    return tuple((own + english)[:count])
