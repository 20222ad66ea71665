"""Reads English abbreviations, acronyms with signs in them, Roman numerals and the symbols of programmers."""

import re
from typing import Final

from utterd.stages.g2p.boundaries import LETTERED, STARTERS
from utterd.stages.g2p.readings import Reading, Rule, drop, rule, say

_ABBREVIATIONS: Final = {
    "vs": "versus",
    "Prof": "Professor",
    "Gen": "General",
    "Sen": "Senator",
    "Rep": "Representative",
    "Gov": "Governor",
    "Capt": "Captain",
    "Lt": "Lieutenant",
    "Col": "Colonel",
    "Sgt": "Sergeant",
    "Rev": "Reverend",
    "Pres": "President",
    "Jr": "Junior",
    "Sr": "Senior",
    "Inc": "Incorporated",
    "Ltd": "Limited",
    "Corp": "Corporation",
    "Co": "Company",
    "Bros": "Brothers",
    "Dept": "Department",
    "dept": "department",
    "Univ": "University",
    "Ave": "Avenue",
    "Blvd": "Boulevard",
    "Rd": "Road",
    "Mt": "Mount",
    "Ft": "Fort",
    "approx": "approximately",
    "Approx": "approximately",
    "incl": "including",
    "resp": "respectively",
    "Jan": "January",
    "Feb": "February",
    "Mar": "March",
    "Apr": "April",
    "Jun": "June",
    "Jul": "July",
    "Aug": "August",
    "Sep": "September",
    "Sept": "September",
    "Oct": "October",
    "Nov": "November",
    "Dec": "December",
    "Mon": "Monday",
    "Tue": "Tuesday",
    "Tues": "Tuesday",
    "Wed": "Wednesday",
    "Thu": "Thursday",
    "Thur": "Thursday",
    "Thurs": "Thursday",
    "Fri": "Friday",
    "cf": "compare",
    "e.g": "for example",
    "i.e": "that is",
}
"""With a full stop behind them, which is part of the abbreviation."""
_BEFORE_NUMBERS: Final = {
    "fig": "figure",
    "figs": "figures",
    "eq": "equation",
    "vol": "volume",
    "ch": "chapter",
    "sec": "section",
    "art": "article",
    "p": "page",
    "pp": "pages",
    "no": "number",
    "nos": "numbers",
    "ext": "extension",
    "max": "maximum",
    "min": "minimum",
    "ca": "about",
}
"""With a full stop and a number behind them; any case."""
_SAID_LIKE: Final = {
    "README": "read me",
    "TODO": "to do",
    "FIXME": "fix me",
    "JSON": "jason",
    "CO2": "C O 2",
    "CO₂": "C O 2",
    "w/o": "without",
    "w/": "with",
    "b/c": "because",
    "and/or": "and or",
    "he/she": "he or she",
    "his/her": "his or her",
    "n/a": "N A",
    "N/A": "N A",
}
_OPERATORS: Final = {
    "->": "to",
    "=>": "to",
    "<-": "from",
    "<=": "is at most",
    ">=": "is at least",
    "!=": "is not equal to",
    "==": "equals",
    "===": "equals",
    "&&": "and",
    "||": "or",
    ":=": "becomes",
    "+=": "plus equals",
    "-=": "minus equals",
}
_ROMAN: Final = {"I": 1, "V": 5, "X": 10, "L": 50}
_NUMBERED_THINGS: Final = frozenset(
    "Chapter Part Section Book Volume Act Scene War Phase Type Article Title Stage Class Figure Table Appendix Bowl "
    "Episode Grade Division Rocky Lesson".split()
)
"""A Roman numeral behind one of these is a number."""
_RULERS: Final = frozenset(
    "Henry Louis Charles Edward George James William Elizabeth Richard Philip Paul Benedict Pius Leo Napoleon "
    "Frederick Catherine Francis Nicholas Alexander Peter Ramses John Robert Mary Gregory Innocent Clement".split()
)
"""Behind one of these it is "the second"."""


def _read_saint_or_street(match: re.Match[str]) -> str:
    """ "St. Paul" is a saint; the St. behind another name, or before no name, is a street."""
    before = match.string[: match.start()].rstrip().rpartition(" ")[2]
    following = match.string[match.end() :].lstrip()
    is_street = not following[:1].isupper() or (before[:1].isupper() and before.isalpha() and len(before) > 3)
    return "Street" if is_street else "Saint"


def _roman_value(numeral: str) -> int | None:
    """The value of a well-formed numeral up to 89, else None."""
    if not re.fullmatch(r"L?X{0,3}(?:IX|IV|V?I{0,3})|XL(?:IX|IV|V?I{0,3})", numeral) or not numeral:
        return None
    values = [_ROMAN[letter] for letter in numeral]
    pairs = zip(values, [*values[1:], 0], strict=True)
    return sum(-value if value < following else value for value, following in pairs)


def _read_roman(match: re.Match[str]) -> str | None:
    before = match.string[: match.start()].rstrip().rpartition(" ")[2]
    value = _roman_value(match[0])
    if value and before in _NUMBERED_THINGS:
        return str(value)
    if value and 1 < value <= 30 and before in _RULERS:
        ending = {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th") if not 11 <= value <= 13 else "th"
        return f"the {value}{ending}"
    return None


def _read_initial(match: re.Match[str]) -> Reading | None:
    """The full stop of "J. R. R. Tolkien" is no stop; that of "Plan B. Then …" is one."""
    before = match.string[: match.start()].rstrip().rpartition(" ")[2]
    if match["following"] in STARTERS or before.casefold() in LETTERED:
        return None
    return Reading(match[1], joins=True)


def _read_slash(match: re.Match[str]) -> Reading:
    """Silent between single letters (I/O, A/B), else said."""
    left, right = match.string[: match.start()][-2:], match.string[match.end() : match.end() + 2]
    are_letters = not (left[:-1].isalpha() or right[1:].isalpha())
    return Reading(" " if are_letters else " slash ")


def _alternatives(table: dict[str, str]) -> str:
    return "|".join(re.escape(key) for key in sorted(table, key=len, reverse=True))


WORD_RULES: Final[tuple[Rule, ...]] = (
    rule(rf"(?<![\w/])(?:{_alternatives(_SAID_LIKE)})(?![\w/])", lambda match: _SAID_LIKE[match[0]]),
    rule(r"(?<![\w.])St\.(?=[\s,;)]|\Z)", _read_saint_or_street),
    rule(
        rf"(?<![\w.])(?i:{_alternatives(_BEFORE_NUMBERS)})\.(?=\s?\d)",
        lambda match: _BEFORE_NUMBERS[match[0][:-1].casefold()],
    ),
    rule(rf"(?<![\w.])({_alternatives(_ABBREVIATIONS)})\.(?=[\s,;:)\"”]|\Z)", lambda match: _ABBREVIATIONS[match[1]]),
    say(r"(?<![\w.])vs(?![\w.])", "versus"),
    say(r"(?<=[a-z,] )Sat\.(?=[\s,;)]|\Z)", "Saturday"),
    say(r"(?<=\bon )Sun\.(?=[\s,;)]|\Z)|(?<![\w.])Sun\.(?=,\s)", "Sunday"),
    say(r"(?<=\b[A-Z])\.(?=\d)", " "),  # H.264
    rule(r"(?<=\s)[IVXL]+(?![\w'’]|\.\w)", _read_roman),
    rule(r"(?<![\w.'’])([A-HJ-Z])\.(?=\s(?P<following>[A-Z]\w*))", _read_initial),
    rule(r"(?<!\w)([A-Z]{1,4})&([A-Z]{1,4})(?!\w)", lambda match: f"{' '.join(match[1])} and {' '.join(match[2])}"),
    say(r"(?<=\bC)\+\+(?!\w)", " plus plus"),
    say(r"(?<=\b[CF])#(?!\w)", " sharp"),
    say(r"(?<![\w&/])#(?=[^\W\d_])", "hashtag "),
    rule(rf"(?<![-=<>!&|])(?:{_alternatives(_OPERATORS)})(?![-=<>&|])", lambda match: f" {_OPERATORS[match[0]]} "),
    rule(r"(?<=[^\W\d_])/(?=[^\W\d_])", _read_slash),
    say(r"(?<=\w)<(?=\w)|(?<!\S)<(?!\S)|<(?=\s?\d)", " less than "),
    say(r"(?<=\w)>(?=\w)|(?<!\S)>(?!\S)|>(?=\s?\d)", " greater than "),
    drop(r"[<>]", "angle bracket"),
)
