"""What every engine says, as it crosses between processes; the processes of the engines import no more than this."""

from dataclasses import dataclass
from typing import Final

LANGUAGE: Final = "en-us"
VOICE: Final = "af_heart"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One thing to say."""

    name: str
    text: str
    phonemes: str
    units: tuple[str, ...]
    """The phonemes of each unit, as the daemon cuts the text: the first one is short."""


CLAUSE, SENTENCE, FIVE, WORDS, MEMORY = "clause", "sentence", "five sentences", "500 words", "500 tokens"
OPENINGS: Final = "openings"
"""The five sentences, begun with each in turn: where its first comma stands decides how soon a text is heard."""


def opening(number: int) -> str:
    """The name of the prompt that begins with this sentence, from 0 on."""
    return f"{OPENINGS} {number}"
