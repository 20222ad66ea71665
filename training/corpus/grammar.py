"""Makes lines from grammar.txt and vocabulary.txt."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from random import Random
from typing import Final

from training.corpus.inflection import noun_forms, verb_forms

Terminal = Callable[[Random], str]
"""Makes up a word."""

FOLDER: Final = Path(__file__).parent


class Grammar:
    """Phrases and words by kind, chosen at random."""

    def __init__(
        self,
        phrases: Mapping[str, tuple[str, ...]],
        words: Mapping[str, tuple[str, ...]],
        terminals: Mapping[str, Terminal],
    ) -> None:
        assert phrases.keys().isdisjoint(words.keys() | terminals.keys())
        self._phrases = phrases
        self._words = words
        self._terminals = terminals

    def line(self, kind: str, rng: Random) -> str:
        """A whole line of this kind, with its capitals, and "an" where it is due."""
        return _finish(self._expand(kind, rng))

    def _expand(self, kind: str, rng: Random) -> str:
        if kind in self._terminals:
            return self._terminals[kind](rng)
        if kind in self._words:
            return rng.choice(self._words[kind])
        phrase = rng.choice(self._phrases[kind])
        return re.sub(r"\{([\w.-]+)\}", lambda match: self._expand(match[1], rng), phrase)


def _finish(text: str) -> str:
    text = re.sub(r"\b([Aa]) (?=[aeiou])(?!uni|use|usu|eu|one\b)", r"\1n ", text)
    text = re.sub(r"(^|(?<!\.m)[.!?] )([“(]?)(?=\w)", r"\1\2^", text)  # not after "p.m."
    return re.sub(r"\^+(\w?)", lambda match: match[1].upper(), text)


@cache
def vocabulary() -> dict[str, tuple[str, ...]]:
    """Our words by kind and form: "thing", "thing.s", "act.ing"."""
    words: defaultdict[str, list[str]] = defaultdict(list)
    for header, entries in _entries("vocabulary.txt"):
        sort, kind = header.split()
        for entry in " ".join(entries).split():
            for ending, form in _forms(sort, entry).items():
                words[kind + ending].append(form.replace("_", " "))
    return {kind: tuple(forms) for kind, forms in words.items()}


def _forms(sort: str, entry: str) -> dict[str, str]:
    if sort == "verb":
        return verb_forms(entry)
    return noun_forms(entry) if sort == "noun" else {"": entry}


def read_grammar(terminals: Mapping[str, Terminal]) -> Grammar:
    phrases = {kind: tuple(alternatives) for kind, alternatives in _entries("grammar.txt")}
    return Grammar(phrases, vocabulary(), terminals)


def _entries(file: str) -> Iterator[tuple[str, list[str]]]:
    """Each "header:" that starts a line, with what follows it, there and on the indented lines below."""
    header, below = "", list[str]()
    for line in (FOLDER / file).read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        if not line.startswith(" "):
            if header:
                yield header, below
            header, _, rest = line.partition(":")
            below = []
            line = rest
        if line.strip():
            below.append(line.strip())
    yield header, below
