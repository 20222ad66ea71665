"""The corpus: written lines, sentences of a grammar, figures, and strings of words chosen for their sounds."""

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from random import Random
from typing import Final

from training.corpus.coverage import Coverage
from training.corpus.grammar import read_grammar
from training.corpus.quantities import TERMINALS
from training.corpus.reserved import reserved, words_of
from training.corpus.word_strings import Shape, make_string

WRITTEN_SHARE: Final = 0.1
"""At most: of 4000 lines it takes every written one."""
GRAMMAR_SHARE: Final = 0.33
QUANTITY_SHARE: Final = 0.05
SHORT_SHARE: Final = 0.06

GRAMMAR_KINDS: Final = {
    "statement": 67,
    "command": 9,
    "exclamation": 11,
    "yes-no-question": 4,
    "tag-question": 2,
    "wh-question": 7,
}
STRING_ENDINGS: Final = {".": 76, "?": 11, "!": 7, ",": 2, "": 2, "…": 2}
SHORT_ENDINGS: Final = {".": 59, "?": 18, "!": 11, ",": 3, "": 6, "…": 3}

CANDIDATES: Final = 6
LONGEST_WORDS: Final = 16
LONGEST_CHARACTERS: Final = 110


def sentences(count: int, seed: int) -> list[str]:
    """`count` lines in random order, all different, none with the words of a judge's. The same for the same seed."""
    rng = Random(seed)
    kept = _Kept()
    grammar = read_grammar(TERMINALS)
    kept.take(round(count * WRITTEN_SHARE), iter(_written(rng)))
    kept.take(round(count * GRAMMAR_SHARE), _forever(lambda: grammar.line(_draw(GRAMMAR_KINDS, rng), rng)))
    kept.take(round(count * QUANTITY_SHARE), _forever(lambda: grammar.line("quantity", rng)))
    kept.take(round(count * SHORT_SHARE), _strings(_short_shape, kept.coverage, rng))
    kept.take(count - len(kept.lines), _strings(_long_shape, kept.coverage, rng))
    rng.shuffle(kept.lines)
    return kept.lines


class _Kept:
    """The lines so far, and the sounds in them."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.coverage = Coverage()
        self._known: set[str] = set()

    def take(self, count: int, lines: Iterator[str]) -> None:
        """`count` of these lines that are new and fit, or all there are."""
        for line in islice((line for line in lines if self._is_wanted(line)), count):
            self._known.add(line)
            self.lines.append(line)
            self.coverage.add(line)

    def _is_wanted(self, line: str) -> bool:
        is_short = len(line) <= LONGEST_CHARACTERS and len(line.split()) <= LONGEST_WORDS
        return is_short and line not in self._known and words_of(line) not in reserved()


def _written(rng: Random) -> list[str]:
    lines = Path(__file__).with_name("written.txt").read_text(encoding="utf-8").splitlines()
    rng.shuffle(lines)
    return lines


def _forever(make: Callable[[], str]) -> Iterator[str]:
    while True:
        yield make()


def _strings(shape: Callable[[Random], Shape], coverage: Coverage, rng: Random) -> Iterator[str]:
    """Of each few candidates, the one whose sounds are rarest so far."""
    while True:
        wanted = shape(rng)
        yield max((make_string(wanted, rng) for _ in range(CANDIDATES)), key=coverage.gain)


def _short_shape(rng: Random) -> Shape:
    ending = _draw(SHORT_ENDINGS, rng)
    return Shape(length_words=rng.randint(1, 3), ending=ending, opening=_opening(ending, ("wh", ""), rng))


def _long_shape(rng: Random) -> Shape:
    ending = _draw(STRING_ENDINGS, rng)
    return Shape(length_words=rng.randint(2, 12), ending=ending, opening=_opening(ending, ("wh", "aux"), rng))


def _opening(ending: str, of_questions: tuple[str, ...], rng: Random) -> str:
    return rng.choice(of_questions) if ending == "?" else ""


def _draw(weights: dict[str, int], rng: Random) -> str:
    return rng.choices(list(weights), weights=list(weights.values()))[0]
