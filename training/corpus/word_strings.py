"""Strings of words without grammar: they bring together sounds that sentences seldom do."""

import importlib.resources
import json
import re
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Final

from misaki import data

from training.corpus.grammar import vocabulary

INNER_MARKS: Final = (*"," * 8, *";" * 3, *":" * 3, *(" —",) * 3, *"…" * 2, "?", "!")
MARKED_GAPS: Final = 0.09
"""The share of gaps between words that have a mark."""
BRACKETS: Final = ("“”", "“”", "()")
BRACKETED_LINES: Final = 0.05
"""The share of long lines with some words in quotes or parentheses."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What candidates for one line have in common, so that they compete by their sounds and not by their length."""

    length_words: int
    ending: str
    """Its last mark, if any."""
    opening: str
    """The kind of its first word, or "" for any: a question's says whether it is asked with yes and no."""


def make_string(shape: Shape, rng: Random) -> str:
    """Words at random, the first of them of the kind that `shape` names."""
    first = rng.choice(vocabulary()[shape.opening]) if shape.opening else _word(rng)
    words = [first[0].upper() + first[1:], *(_word(rng) for _ in range(shape.length_words - 1))]
    if shape.length_words > 3 and rng.random() < BRACKETED_LINES:
        _bracket(words, rng)
    return _punctuate(words, rng) + shape.ending


def _bracket(words: list[str], rng: Random) -> None:
    """Puts some words in the middle of at least four in brackets."""
    left, right = rng.choice(BRACKETS)
    start = rng.randrange(1, len(words) - 1)
    end = rng.randrange(start, min(start + 4, len(words)))
    words[start] = left + words[start]
    words[end] += right


def _punctuate(words: list[str], rng: Random) -> str:
    gaps = len(words) - 1
    marks = [rng.choice(INNER_MARKS) if rng.random() < MARKED_GAPS else "" for _ in range(gaps)]
    return " ".join(map("".join, zip(words, [*marks, ""], strict=True)))


def _word(rng: Random) -> str:
    draw = rng.random()
    if draw < 0.30:
        return rng.choice(vocabulary()["function"])
    return rng.choice(_own_words() if draw < 0.55 else _dictionary_words())


@cache
def _own_words() -> tuple[str, ...]:
    return tuple(sorted({word for words in vocabulary().values() for word in words}))


@cache
def _dictionary_words() -> tuple[str, ...]:
    """Plain words that misaki knows, said alike as any part of speech. Of its dictionary the keys alone are used."""
    gold = json.loads(importlib.resources.files(data).joinpath("us_gold.json").read_bytes())
    return tuple(sorted(word for word, said in gold.items() if isinstance(said, str) and _is_plain(word)))


def _is_plain(word: str) -> bool:
    return re.fullmatch("[a-z]{2,11}", word) is not None and re.search("[aeiouy]", word) is not None
