"""Texts that were never spoken before: every measurement gets its own."""

import itertools
import random
from collections.abc import Iterator

_SUBJECTS = "the baker|our neighbour|a young doctor|the old clock|my sister|the last train|a quiet river|the engineer"
_VERBS = "carried|forgot|painted|followed|measured|opened|repaired|described|noticed|borrowed"
_OBJECTS = "the green ladder|seven letters|a wooden boat|the morning paper|two heavy boxes|an empty bottle|the map"
_ENDS = "before sunrise|in the garden|after a long winter|without a word|near the harbour|on the second of May|at 7:45"


def sentences(seed: int = 0) -> Iterator[str]:
    """An endless supply of plain sentences, the same ones for the same seed."""
    chance = random.Random(seed)
    parts = [words.split("|") for words in (_SUBJECTS, _VERBS, _OBJECTS, _ENDS)]
    while True:
        first, second = (" ".join(chance.choice(words) for words in parts) for _ in range(2))
        yield f"{first.capitalize()}, and {second}." if chance.random() < 0.5 else f"{first.capitalize()}."


def document(characters: int, seed: int = 0) -> str:
    """Prose of at least so many characters, in paragraphs of six sentences."""
    text = ""
    supply = sentences(seed)
    while len(text) < characters:
        text += " ".join(itertools.islice(supply, 6)) + "\n\n"
    return text


def greetings(count: int) -> list[str]:
    """Short texts like "Hello, world.", all different."""
    names = "world|Anna|reader|friend|captain|morning|Berlin|doctor|maker|stranger"
    words = "Hello|Good day|Welcome|Listen|Thank you|Come in|Well done|Good night"
    pairs = [f"{word}, {name}." for name in names.split("|") for word in words.split("|")]
    return list(itertools.islice(itertools.cycle(pairs), count))
