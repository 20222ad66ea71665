"""Words written alike and said differently, where the part of speech does not tell, but the words around them do.

The reading is given as another word that sounds like it, which misaki's dictionary holds.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Heteronym:
    """One reading of one word."""

    word: str
    sounds_like: str
    where: re.Pattern[str]
    """Found in the sentence (in lower case, words apart by single spaces) with the word as a group."""
    unless: re.Pattern[str]
    """Found anywhere in the sentence, it speaks against this reading."""


def _heteronym(word: str, sounds_like: str, where: str, unless: str = r"(?!)") -> Heteronym:
    return Heteronym(word, sounds_like, re.compile(where, re.VERBOSE), re.compile(unless))


HETERONYMS: Final = (
    _heteronym(
        "lead",  # the metal
        "led",
        r"""\b(lead)\ (?:-\ )?(?:pipes?|paints?|poisoning|acid|bullets?|levels|exposure|shot|ore|mines?|balloon|
                pencils?|glass|content|oxide|crystal|free|roof|solder|lined|based|contamination|weights?)\b
          | \b(?:of|contains?|contained|containing|molten|heavy\ as|(?:mercury|copper|zinc|arsenic)(?:\ ,)?(?:\ and)?)
            \ (lead)\b (?!\ (?:by|to|in|role|singer|author))""",
    ),
    _heteronym(
        "bass",  # not the fish
        "base",
        r"\b(bass)\b",
        unless=r"\b(?:fish|fishing|lake|striped|largemouth|smallmouth|anglers?|bait|trout|swam|swim|grilled|caught)\b",
    ),
    _heteronym(
        "bow",
        "bough",
        r"\b(?:take|took|takes|taking|final|deep)\ (?:a\ |his\ |her\ |their\ )?(bow)\b(?!\ (?:and\ arrow|tie))",
    ),
    _heteronym(
        "bow", "bough", r"\b(?:ship|boat|ferry|yacht)\ ?'s\ (bow)\b|\b(bow)\ (?:of\ the\ (?:ship|boat|ferry)|wave)\b"
    ),
    _heteronym("bow", "bough", r"\b(bow)\ (?:and|to|or)\ stern\b"),
    _heteronym(
        "resume",  # the paper
        "résumé",
        r"""\b(?:my|your|his|her|their|our|a|the|this|strong|updated|attached)\ (resume)\b
            (?!\ (?:of|the|your|playing|work))""",
    ),
    _heteronym("polish", "polish", r"(?:^|[.!?]\ )(polish)\ (?:the|your|my|his|her|it|them|this|that|up)\b"),
    _heteronym("august", "august", r"\b(?:an|most)\ (august)\b"),
)


def sound_alikes(words: Sequence[str]) -> dict[int, str]:
    """Index of a word → a word that sounds as it does here, for those whose spelling misleads."""
    present = set(words)
    found: dict[int, str] = {}
    for reading in HETERONYMS:
        if reading.word not in present:
            continue
        sentence = " ".join(words)
        if reading.unless.search(sentence):
            continue
        for match in reading.where.finditer(sentence):
            assert match.lastindex is not None
            found[sentence.count(" ", 0, match.start(match.lastindex))] = reading.sounds_like
    return found
