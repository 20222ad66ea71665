"""The forms of English words: plurals, and the parts of a verb."""

import re
from typing import Final

DOUBLED_THOUGH_LONG: Final = frozenset(("begin", "forget", "admit", "regret", "prefer"))
"""Stressed on the last syllable, so their consonant doubles."""


def with_s(noun: str) -> str:
    """A noun's plural, or a verb's third person: they are spelled alike."""
    if noun.endswith("man"):
        return noun[:-2] + "en"
    if noun.endswith(("thief", "leaf", "shelf")):
        return noun[:-1] + "ves"
    if noun.endswith(("s", "x", "z", "ch", "sh")):
        return noun + "es"
    return noun[:-1] + "ies" if re.search("[^aeiou]y$", noun) else noun + "s"


def past(verb: str) -> str:
    """Of a regular verb."""
    if verb.endswith("e"):
        return verb + "d"
    return verb[:-1] + "ied" if re.search("[^aeiou]y$", verb) else _stem(verb) + "ed"


def gerund(verb: str) -> str:
    return (verb[:-1] if re.search("[^eoy]e$", verb) else _stem(verb)) + "ing"


def _stem(verb: str) -> str:
    """With its last consonant doubled where that is due: "stopp" of "stop", but "visit" of "visit"."""
    is_short = re.fullmatch("(qu|[^aeiou])*[aeiou][bdgklmnprt]", verb) is not None
    return verb + verb[-1] if is_short or verb in DOUBLED_THOUGH_LONG else verb


def noun_forms(noun: str) -> dict[str, str]:
    return {"": noun, ".s": with_s(noun)}


def verb_forms(entry: str) -> dict[str, str]:
    """Of "carry", or of "break/broke/broken"."""
    base, *irregular = entry.split("/")
    had, done = irregular or (past(base), past(base))
    return {"": base, ".s": with_s(base), ".ed": had, ".en": done, ".ing": gerund(base)}
