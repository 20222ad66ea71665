"""Reads Roman numerals where they are numbers: behind "Chapter", behind a ruler's name, before "century"."""

import re
from typing import Final

from utterd.stages.g2p.context import word_before
from utterd.stages.g2p.english_numbers import ordinal
from utterd.stages.g2p.kinds import ROMAN
from utterd.stages.g2p.readings import Rule, rule

_VALUES: Final = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_WELL_FORMED: Final = re.compile(r"(?=.)M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
_NUMBERED_THINGS: Final = frozenset(
    "chapter part section book volume act scene war phase type article title stage class figure table appendix bowl "
    "episode grade division rocky lesson apollo fantasy level verse canto psalm amendment mark tier category "
    "olympiad schedule annex clause paragraph rule theorem lemma proposition sonnet symphony hepatitis gemini soyuz "
    "saturn titan".split()
)
"""A Roman numeral behind one of these is a number."""
_LETTERED_THINGS: Final = frozenset(
    "class type grade level mark tier category figure table appendix part section".split()
)
"""Behind one of these an X is as likely a letter."""
_TRIALS: Final = frozenset("diabetes error errors trial trials study studies cancer".split())
"""In front of one of these "type I" is a number whatever its case."""
_RULERS: Final = frozenset(
    "Henry Louis Charles Edward George James William Elizabeth Richard Philip Paul Benedict Pius Leo Napoleon "
    "Frederick Catherine Francis Nicholas Alexander Peter Ramses John Robert Mary Gregory Innocent Clement "
    "Urban Boniface Sixtus Julius Adrian Celestine Otto Wilhelm Friedrich Ferdinand Alfonso Carlos Felipe Umberto "
    "Victor Emmanuel Leopold Christian Gustav Harald Haakon Olav Margrethe Ivan Constantine Darius Xerxes Cyrus "
    "Ptolemy Ramesses Thutmose Amenhotep Rama Mehmed Murad Selim".split()
)
"""Behind one of these it is "the second"."""
_DEEDS_OF_RULERS: Final = frozenset(
    "was became of ruled reigned died married who whose ordered signed ascended abdicated".split()
)
"""Behind "Charles I" one of these says that it is the king, not "Charles" and "I"."""


def roman_value(numeral: str) -> int | None:
    """The value of a well-formed numeral up to 3999 in capitals, else None."""
    if not _WELL_FORMED.fullmatch(numeral):
        return None
    values = [_VALUES[letter] for letter in numeral]
    pairs = zip(values, [*values[1:], 0], strict=True)
    return sum(-value if value < following else value for value, following in pairs)


def _read_roman(match: re.Match[str]) -> str | None:
    before, numeral = word_before(match.string, match.start()), match[0]
    value = roman_value(numeral.upper())
    if not value:
        return None
    if before.casefold() in _NUMBERED_THINGS:
        return str(value) if _is_number(before, numeral, match["following"] or "") else None
    if numeral.islower():
        return None
    if before in _RULERS and value <= 30:
        is_pronoun = numeral == "I" and match["following"] not in _DEEDS_OF_RULERS
        return None if is_pronoun else f"the {ordinal(value)}"
    if value <= 30 and match["following"] in ("century", "centuries"):
        return ordinal(value)
    return str(value) if value > 1000 and len(numeral) > 3 else None  # a year


def _is_number(thing: str, numeral: str, following: str) -> bool:
    """Behind a numbered thing: is it no letter and no pronoun?"""
    if numeral in ("C", "D", "L", "M", "c", "d", "l", "m", "x", "v"):
        return False
    if numeral in ("X", "x"):
        return thing.casefold() not in _LETTERED_THINGS
    if numeral == "I":
        return thing[0].isupper() or following in _TRIALS
    return numeral.isupper() or thing.casefold() in ("chapter", "scene", "volume", "section", "act", "part", "book")


_FOLLOWING: Final = r"(?!\w|['’](?!s\b)|\.\w)(?=(?:\s(?P<following>[a-z]{2,10}))?)"

ROMAN_RULES: Final[tuple[Rule, ...]] = (
    rule(rf"(?<![\w.'’-])(?!I(?![IVXLCDM]))[IVXLCDM]{{1,15}}{_FOLLOWING}", _read_roman, ROMAN),
    rule(rf"[Iivx](?<=[ \t\n][Iivx])[ivx]{{0,8}}{_FOLLOWING}", _read_roman, " \t\n"),
)
