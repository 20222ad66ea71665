"""A line to be said: its text, and the phonemes that utterd's own G2P reads it with."""

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Literal

from utterd.stages.g2p.normalize import normalize
from utterd.stages.g2p.phonemizer import Phonemizer, Word
from utterd.stages.g2p.spoken import join_spans
from utterd.stages.g2p.stage import Phonemizers
from utterd.stages.g2p.symbols import token_ids

Spelling = Literal["misaki", "espeak"]
"""Who writes the phonemes: misaki's dictionary and rules, or plain eSpeak NG."""


@dataclass(frozen=True)
class Line:
    """One line of the corpus or of the judge, as it is to be said. The same phonemes for every teacher and student."""

    text: str
    spoken: str
    """Numbers and symbols written out; `words` point into it."""
    words: tuple[Word, ...]
    """Words and marks in order; only those with phonemes."""

    @cached_property
    def phonemes(self) -> str:
        """In symbols of the Kokoro table, words parted by spaces, as the acoustic model gets them."""
        joined = "".join(word.phonemes + (" " if word.space_after else "") for word in self.words)
        return joined.strip()

    @cached_property
    def tokens(self) -> tuple[int, ...]:
        """Ids of `phonemes`, between two pads (0)."""
        return (0, *token_ids(self.phonemes), 0)

    def spelling_of(self, word: Word) -> str:
        return self.spoken[word.char_start : word.char_end]


@cache
def _phonemizer(spelling: Spelling, british: bool) -> Phonemizer:
    from utterd.stages.g2p.espeak import EspeakPhonemizer
    from utterd.stages.g2p.espeak_voices import EspeakVoices

    if spelling == "espeak":
        return EspeakPhonemizer(EspeakVoices(), "en-gb" if british else "en-us")
    return Phonemizers()("en-gb" if british else "en-us")


def read_line(text: str, *, spelling: Spelling = "misaki", british: bool = False) -> Line:
    """How `text` is said."""
    language = "en-gb" if british else "en-us"
    spoken = join_spans(normalize(text, language)).text
    words = tuple(word for word in _phonemizer(spelling, british).phonemize(spoken) if word.phonemes)
    return Line(text=text, spoken=spoken, words=words)
