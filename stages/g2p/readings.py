"""How stretches of text are read that are not plain words: a rule finds them, a Reading says what is said instead."""

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reading:
    """What is said in place of a stretch of text."""

    text: str
    """Plain words; for a dropped stretch at most a space, to keep its neighbours apart."""
    dropped_because: str = ""
    """Why nothing is said; empty if something is."""
    joins: bool = False
    """Part of the word it stands in, as an accent or a ligature is; otherwise kept apart from its neighbours."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Finds one kind of stretch and reads it."""

    pattern: re.Pattern[str]
    """Never matches nothing. Takes linear time: it is run over text of any kind."""
    read: Callable[[re.Match[str]], Reading | None]
    """None leaves the stretch to the rules after this one."""


def rule(pattern: str, read: Callable[[re.Match[str]], Reading | str | None]) -> Rule:
    """A rule whose reader may answer with the words alone."""

    def read_match(match: re.Match[str]) -> Reading | None:
        reading = read(match)
        return Reading(reading) if isinstance(reading, str) else reading

    return Rule(re.compile(pattern), read_match)


def drop(pattern: str, because: str, *, joins: bool = False) -> Rule:
    """A rule for what is never said."""
    reading = Reading("" if joins else " ", dropped_because=because)
    return Rule(re.compile(pattern), lambda _match: reading)


def say(pattern: str, words: str) -> Rule:
    """A rule with one fixed reading."""
    reading = Reading(words)
    return Rule(re.compile(pattern), lambda _match: reading)
