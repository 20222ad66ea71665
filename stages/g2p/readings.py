"""How stretches of text are read that are not plain words: a rule finds them, a Reading says what is said instead."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from utterd.stages.g2p.kinds import DIGIT


@dataclass(frozen=True, slots=True)
class Reading:
    """What is said in place of a stretch of text."""

    text: str
    """Plain words; for a dropped stretch at most a space, to keep its neighbours apart."""
    dropped_because: str = ""
    """Why nothing is said; empty if something is."""
    joins: bool = False
    """Part of the word it stands in, as an accent or a ligature is; otherwise kept apart from its neighbours."""
    reach_back: int = 0
    """So many characters before the match belong to the stretch as well."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Finds one kind of stretch and reads it."""

    pattern: re.Pattern[str]
    """Never matches nothing. Takes linear time: it is run over text of any kind."""
    read: Callable[[re.Match[str]], Reading | None]
    """None leaves the stretch to the rules after this one. Looks only a bounded distance around the match."""
    needs: tuple[frozenset[str], ...] = ()
    """The pattern matches only in a text that has one kind (see `kinds`) of each of these."""


def rule(pattern: str, read: Callable[[re.Match[str]], Reading | str | None], needs: str | Sequence[str] = ()) -> Rule:
    """A rule whose reader may answer with the words alone. `needs`: the characters of each string are alternatives."""

    def read_match(match: re.Match[str]) -> Reading | None:
        reading = read(match)
        return Reading(reading) if isinstance(reading, str) else reading

    return Rule(re.compile(pattern), read_match, _sets(needs))


def drop(pattern: str, because: str, needs: str | Sequence[str] = (), *, joins: bool = False) -> Rule:
    """A rule for what is never said."""
    reading = Reading("" if joins else " ", dropped_because=because)
    return Rule(re.compile(pattern), lambda _match: reading, _sets(needs))


def say(pattern: str, words: str, needs: str | Sequence[str] = ()) -> Rule:
    """A rule with one fixed reading."""
    reading = Reading(words)
    return Rule(re.compile(pattern), lambda _match: reading, _sets(needs))


def with_digits(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """The same rules, which need a digit as well."""
    return tuple(Rule(rule.pattern, rule.read, (frozenset(DIGIT), *rule.needs)) for rule in rules)


def _sets(needs: str | Sequence[str]) -> tuple[frozenset[str], ...]:
    return tuple(map(frozenset, [needs] if isinstance(needs, str) else needs))
