"""Reads English abbreviations that end in a full stop, and full stops that are no stops.

The rules find the stop and look back from it: most words are no abbreviations and cost nothing.
"""

import re
from typing import Final

from utterd.stages.g2p.boundaries import LETTERED, STARTERS
from utterd.stages.g2p.context import letters_before, word_before
from utterd.stages.g2p.kinds import CAPITAL, DIGIT, INNER_STOP
from utterd.stages.g2p.readings import Reading, Rule, rule, say

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
    "Hon": "Honorable",
    "Jr": "Junior",
    "Sr": "Senior",
    "Inc": "Incorporated",
    "Ltd": "Limited",
    "Corp": "Corporation",
    "Co": "Company",
    "Bros": "Brothers",
    "Assn": "Association",
    "Dept": "Department",
    "dept": "department",
    "Govt": "Government",
    "govt": "government",
    "Univ": "University",
    "Ave": "Avenue",
    "Blvd": "Boulevard",
    "Rd": "Road",
    "Mt": "Mount",
    "Ft": "Fort",
    "approx": "approximately",
    "Approx": "approximately",
    "est": "estimated",
    "incl": "including",
    "excl": "excluding",
    "resp": "respectively",
    "misc": "miscellaneous",
    "temp": "temperature",
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
    "E.g": "For example",
    "i.e": "that is",
    "I.e": "That is",
    "viz": "namely",
}
"""With a full stop behind them, which is part of the abbreviation."""
_BEFORE_NUMBERS: Final = {
    "fig": "figure",
    "figs": "figures",
    "eq": "equation",
    "eqs": "equations",
    "vol": "volume",
    "vols": "volumes",
    "ch": "chapter",
    "chap": "chapter",
    "sec": "section",
    "sect": "section",
    "art": "article",
    "p": "page",
    "pp": "pages",
    "no": "number",
    "nos": "numbers",
    "ext": "extension",
    "tel": "telephone",
    "max": "maximum",
    "min": "minimum",
    "ca": "about",
    "est": "established",
}
"""With a full stop and a number behind them; any case."""
_ONLY_BEFORE_NUMBERS: Final = frozenset("est temp".split())
_LONGEST: Final = 8


def _read_stop(match: re.Match[str]) -> Reading | None:
    """The word before the full stop, if it is an abbreviation."""
    text, stop = match.string, match.start()
    word = letters_before(text, stop, _LONGEST)
    if not word:
        return None
    if (in_front := _BEFORE_NUMBERS.get(word.casefold())) and match["number"]:
        return Reading(in_front, reach_back=len(word))
    if match.end() > match.end("stop") and match["number"] and not text[stop + 1].isspace():
        return None
    if word == "St":
        return Reading(_saint_or_street(text, stop - 2, stop + 1), reach_back=2)
    if (word == "Sat" and text[max(0, stop - 5) : stop - 3].rstrip(", ")[-1:].islower()) or (
        word == "Sun" and _is_sunday(text, stop)
    ):
        return Reading("Saturday" if word == "Sat" else "Sunday", reach_back=3)
    full = _ABBREVIATIONS.get(word)
    return Reading(full, reach_back=len(word)) if full else None


def _is_sunday(text: str, stop: int) -> bool:
    return word_before(text, stop - 3) == "on" or text[stop + 1 : stop + 3] == ", "


def _saint_or_street(text: str, start: int, end: int) -> str:
    """ "St. Paul" is a saint; the St. behind another name, or before no name, is a street."""
    before = word_before(text, start)
    following = text[end : end + 10].lstrip()
    is_street = not following[:1].isupper() or (before[:1].isupper() and before.isalpha() and len(before) > 3)
    return "Street" if is_street else "Saint"


def _read_initial(match: re.Match[str]) -> Reading | None:
    """The full stop of "J. R. R. Tolkien" is no stop; that of "Plan B. Then …" is one."""
    if match["following"] in STARTERS or word_before(match.string, match.start()).casefold() in LETTERED:
        return None
    return Reading(match[1], joins=True)


ABBREVIATION_RULES: Final[tuple[Rule, ...]] = (
    rule(r"(?P<stop>\.)(?<=[A-Za-z]\.)(?:(?=\s?(?P<number>\d))|(?=[\s,;:)\"”]|\Z))", _read_stop, "."),
    say(r"\.(?<=\b[A-Z]\.)(?=\d)", " ", (INNER_STOP, DIGIT)),  # H.264
    rule(r"(?<![\w.'’])([A-HJ-Z])\.(?=\s(?P<following>[A-Z]\w{0,20}))", _read_initial, (".", CAPITAL)),
)
