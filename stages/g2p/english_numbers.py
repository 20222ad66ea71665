"""Reads English numbers, times, dates, fractions and versions, as far as misaki's own reading gets them wrong.

Readings may hold plain digits: misaki says "7", "42nd", "1999", "1990s" and "4,096" well. What it gets wrong (tried
with 0.9.4): times, dates, ranges, fractions, final zeros of decimals, leading zeros, four-digit numbers that are no
years, and numbers with more digits than a float holds.
"""

import re
from typing import Final

from utterd.stages.g2p.readings import Reading, Rule, rule, say

AMOUNT: Final = r"\d{1,3}(?:,\d{3})+(?!\d|,\d)(?:\.\d++)?|\d++(?:\.\d++)?|\.\d++"
"""A number as English writes it."""

_MONTHS: Final = "January February March April May June July August September October November December".split()
_MONTH_NAMES: Final = "|".join(_MONTHS)
_SHORT_MONTHS: Final = r"(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?"
_FRACTIONS: Final = {2: "half", 3: "third", 4: "quarter", 5: "fifth", 6: "sixth", 7: "seventh", 8: "eighth", 9: "ninth"}
_MIXED: Final = {"½": "a half", "¼": "one quarter", "¾": "three quarters", "⅓": "one third", "⅔": "two thirds"}
_SAID_IN_DIGITS: Final = ("24/7", "9/11", "20/20", "50/50")
_LONGEST_COUNT: Final = 15
"""Longer numbers are read digit by digit, as people do."""


def say_number(amount: str, *, is_year: bool = False) -> str:
    """What misaki reads as this number: "1.50" → "1 point 5 0", "4096" → "4,096", "007" → "0 0 7"."""
    whole, _, decimals = amount.replace(",", "").partition(".")
    if len(whole) > _LONGEST_COUNT or (len(whole) > 1 and whole[0] == "0"):
        spoken = ", ".join(" ".join(whole[start : start + 3]) for start in range(0, len(whole), 3))
    elif is_year and len(whole) == 4 and 1100 <= int(whole) <= 2099:
        spoken = whole
    else:
        spoken = f"{int(whole):,}" if whole else ""
    return f"{spoken} point {' '.join(decimals)}".strip() if decimals else spoken


def _read_number(match: re.Match[str]) -> Reading:
    spoken = say_number(match[0], is_year="," not in match[0])
    return Reading(spoken, joins=spoken == match[0])  # claimed in any case: its commas are no commas


def _read_continental(match: re.Match[str]) -> str:
    """1.234,50, as in much of Europe."""
    return say_number(match[0].replace(".", "").replace(",", "."))


def _read_time(match: re.Match[str]) -> str | None:
    hour, minute, second, half = int(match["hour"]), match["minute"], match["second"], match["half"]
    if hour > 24:
        return None
    if second:
        spoken = f"{hour} {_minutes(minute)} {_minutes(second)}"
    elif minute != "00":
        spoken = f"{hour} {_minutes(minute)}"
    elif half:
        spoken = str(hour)
    else:
        spoken = f"{hour} o'clock" if 1 <= hour <= 12 else f"{'zero' if hour % 24 == 0 else hour} hundred"
    return f"{spoken} {half.upper()}M" if half else spoken


def _minutes(minute: str) -> str:
    return minute if minute[0] != "0" else "oh oh" if minute == "00" else f"oh {minute[1]}"


def _read_iso_date(match: re.Match[str]) -> str | None:
    return _date(int(match["year"]), int(match["month"]), int(match["day"]))


def _date(year: int, month: int, day: int) -> str | None:
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return f"{_MONTHS[month - 1]} {_ordinal(day)}, {say_number(str(year), is_year=True)}"


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _read_month_and_day(match: re.Match[str]) -> str | None:
    day = int(match["day"])
    return f"{_full_month(match['name'])} {_ordinal(day)}" if 1 <= day <= 31 else None


def _read_day_and_month(match: re.Match[str]) -> str | None:
    day = int(match["day"])
    article = "" if match.string[: match.start()].endswith(("the ", "The ")) else "the "
    return f"{article}{_ordinal(day)} of {_full_month(match['name'])}" if 1 <= day <= 31 else None


def _full_month(name: str) -> str:
    return next(month for month in _MONTHS if month.startswith(name[:3]))


def _read_fraction(match: re.Match[str]) -> str:
    whole, top, bottom = match["whole"], int(match["top"]), int(match["bottom"])
    lead = f"{whole} and " if whole else ""
    name = _FRACTIONS.get(bottom)
    if match[0] in _SAID_IN_DIGITS:
        return f"{top} {bottom}"
    if name and 0 < top < bottom:
        return f"{lead}{top} {name if top == 1 else name + 's'}"
    return f"{lead}{top} {'out of' if bottom % 10 == 0 and 0 <= top <= bottom else 'slash'} {bottom}"


def _read_digits(match: re.Match[str]) -> str:
    """A telephone number or the like: digit by digit, a breath between groups."""
    lead = "plus " if match[0].startswith("+") else ""
    return lead + ", ".join(" ".join(group) for group in re.findall(r"\d+", match[0]))


def _read_version(match: re.Match[str]) -> str:
    parts = match["parts"].split(".")
    if len(parts) > 2 and not match["v"] and all(len(part) == 3 for part in parts[1:]):
        return say_number("".join(parts))  # 1.000.000, as in much of Europe
    joint = " dot " if len(parts) == 4 else " point "
    return ("version " if match["v"] else "") + joint.join(" ".join(p) if p[0] == "0" else p for p in parts)


def _read_scientific(match: re.Match[str]) -> str:
    sign = "minus " if match["exponent"][0] in "-−" else ""
    return f"{say_number(match['base'])} times 10 to the power of {sign}{match['exponent'].lstrip('+-−')}"


def date_rules(*, day_first: bool) -> tuple[Rule, ...]:
    """Dates and times; `day_first`: 1/2/2024 is in February."""

    def read_slashes(match: re.Match[str]) -> str | None:
        first, second, year = int(match[1]), int(match[2]), int(match[3])
        if second > 12 or (day_first and first > 12) or (first > 12) == day_first:
            day_comes_first = first > 12
        else:
            day_comes_first = day_first
        day, month = (first, second) if day_comes_first else (second, first)
        return _date(year, month, day)

    return (
        rule(r"(?<![\d-])(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)(?![\d-])", _read_iso_date),
        rule(r"(?<![\d/])(\d{1,2})/(\d{1,2})/(\d{4})(?![\d/])", read_slashes),
        rule(
            rf"(?<!\w)(?P<name>{_MONTH_NAMES}|{_SHORT_MONTHS})\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?"
            r"(?![\w:%]|[.,]\d|[-–]\d)",
            _read_month_and_day,
        ),
        rule(rf"(?<![\w.,:/-])(?P<day>\d{{1,2}})\s(?P<name>{_MONTH_NAMES})(?!\w)", _read_day_and_month),
        rule(
            r"(?<![\d:.,])(?P<hour>\d{1,2}):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?(?![\d:]|\.\d)"
            r"(?:\s?(?P<half>[AaPp])\.?[Mm](?!\w)(?:\.(?=,|\s+[a-z(\d]))?)?",
            _read_time,
        ),
    )


TELEPHONE_RULES: Final[tuple[Rule, ...]] = (
    rule(r"(?<![\w+-])(?:\+?1[ .-])?(?:\(\d{3}\)[ ]?|\d{3}[ .-])\d{3}[ .-]\d{4}(?![\w-])", _read_digits),
    rule(r"(?<![\w+])\+\d{1,3}(?:[ .-]?\(?\d{1,5}\)?){2,6}(?!\w)", _read_digits),
    rule(r"(?<![\w-])[2-9]\d\d-\d{4}(?<!00)(?![\w-])", _read_digits),
    rule(r"(?<![\w-])\d++(?:-\d++){2,}(?![\w-])", _read_digits),
)

NUMBER_RULES: Final[tuple[Rule, ...]] = (
    rule(r"(?<![\w.,])\d{1,3}(?:\.\d{3})++,\d++(?![\w,])", _read_continental),
    rule(r"(?<![\w.,])\d{1,3}(?:['’]\d{3})++(?!\w)", lambda match: say_number(re.sub("['’]", "", match[0]))),
    rule(r"(?<![\w.])(?P<v>v)(?P<parts>\d++(?:\.\d++)*)(?!\w)", _read_version),
    rule(r"(?<![\w.,])(?P<v>)(?P<parts>\d++(?:\.\d++){2,})(?!\w)", _read_version),
    rule(r"(?<![\d/.])(?:(?P<whole>\d++)[ ])?(?P<top>\d{1,4})/(?P<bottom>\d{1,4})(?![\d/]|\.\d)", _read_fraction),
    rule(r"(?<![\w.])(?P<base>\d++(?:\.\d++)?)e(?P<exponent>[+-]?\d++)(?!\w)", _read_scientific),
    rule(r"(?<=\d)\s?([½¼¾⅓⅔])", lambda match: f" and {_MIXED[match[1]]}"),
    say(r"(?<=[\w)])(?:\^2(?!\d)|²)", " squared"),
    say(r"(?<=[\w)])(?:\^3(?!\d)|³)", " cubed"),
    say(r"(?<=[\w)])\^(?=[\w(−-])|(?<=\d)\s?\*\*\s?(?=\d)", " to the power of "),
    say(r"(?<=\d)\s?[×*]\s?(?=\d)", " times "),
    say(r"(?<=\d)\s?(?<!\b0)x\s?(?=\d)", " by "),
    say(r"(?<=\d)x(?=\s(?:as|better|bigger|cheaper|faster|higher|larger|less|lower|more|slower|smaller)\b)", " times"),
    say(r"(?<=\d):(?=\d)", " to "),
    say(r"(?<=[\d%])(?:\s?–\s?|-)(?=[\d$€£])", " to "),
    say(r"(?<=\d)\s-\s(?=\d)", " minus "),
    say(r"(?<![\w)\]-])[−-](?=\.?\d)", "minus "),
    say(r"(?<!\w)~(?=[\d$€£])", "about "),
    say(r"(?<![\w&])#(?=\d)", "number "),
    rule(r"(?<![\w.,])\d{1,3}(?:,\d{3})++(?:st|nd|rd|th)\b", lambda match: Reading(match[0], joins=True)),
    rule(rf"(?<![\w.])(?<!\d,)(?:{AMOUNT})(?!\w|[.,]\d)", _read_number),
    say(r"(?<=\d),(?=\d)", ", "),
    rule(rf"(?<![\w.])(?:{AMOUNT})(?!\w|\.\d)", _read_number),
)
