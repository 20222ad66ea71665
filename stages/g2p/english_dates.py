"""Reads English dates, times of day and durations."""

import re
from collections.abc import Sequence
from typing import Final

from utterd.stages.g2p.context import word_before
from utterd.stages.g2p.english_numbers import ordinal, say_number
from utterd.stages.g2p.kinds import CAPITAL, DIGIT, INNER_STOP
from utterd.stages.g2p.readings import Rule, rule, say

MONTHS: Final = tuple("January February March April May June July August September October November December".split())
_MONTH: Final = "|".join(MONTHS)
_SHORT_MONTH: Final = r"(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?"
_DAYS: Final = {
    "Mon": "Monday",
    "Tue": "Tuesday",
    "Tues": "Tuesday",
    "Wed": "Wednesday",
    "Thu": "Thursday",
    "Thur": "Thursday",
    "Thurs": "Thursday",
    "Fri": "Friday",
    "Sat": "Saturday",
    "Sun": "Sunday",
}
_DAY: Final = "Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun"
_NAMES: Final = {**_DAYS, **{month[:3]: month for month in MONTHS}, "Sept": "September"}
_ZONES: Final = "UTC|GMT|EST|EDT|CST|CDT|MST|MDT|PST|PDT|CET|CEST|BST|IST|JST"
_CLOCK: Final = r"(?P<hour>\d{1,2}):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?"
_HALF: Final = r"(?P<half>[AaPp])\.?[Mm](?!\w)(?:\.(?=[,;:)\]]|\s{1,9}[a-z(\d]|\s?[-–]|\s{0,9}\Z))?"
_DATE_FORMATS: Final = frozenset("mdy dmy ymd ydm md dm my ym y m d".split())


def say_date(year: int | None, month: int, day: int | None) -> str | None:
    """ "January 2nd, 2024"; None if there is no such month or day."""
    if not 1 <= month <= 12 or (day is not None and not 1 <= day <= 31):
        return None
    name = MONTHS[month - 1] if day is None else f"{MONTHS[month - 1]} {ordinal(day)}"
    if year is None:
        return name
    return f"{name}{'' if day is None else ','} {say_number(str(year), is_year=True)}"


def read_date(figures: Sequence[str], date_format: str) -> str | None:
    """Figures in the order that the format names with the letters d, m and y; None if they are no such date."""
    if date_format not in _DATE_FORMATS or len(figures) != len(date_format):
        return None
    parts = {letter: int(figure) for letter, figure in zip(date_format, figures, strict=True)}
    year = full_year(figures[date_format.index("y")]) if "y" in parts else None
    if "m" in parts:
        return say_date(year, parts["m"], parts.get("d"))
    if "d" in parts:
        return ordinal(parts["d"]) if 1 <= parts["d"] <= 31 else None
    return say_number(str(year), is_year=True)


def full_year(figures: str) -> int:
    """Two figures are of this century up to 49."""
    year = int(figures)
    return year if len(figures) > 2 else year + (2000 if year < 50 else 1900)


def say_time(hour: int, minute: str = "00", second: str = "", half: str = "") -> str | None:
    """ "3 oh 5", "10 30 A.M.", "12 o'clock"; `half`: "a" or "p" or nothing. None for an hour that no clock shows."""
    if hour > 24 or (half and not 1 <= hour <= 12 and hour != 0):
        return None
    if second:
        spoken = f"{hour} {_minutes(minute)} {_minutes(second)}"
    elif minute != "00":
        spoken = f"{hour} {_minutes(minute)}"
    elif half:
        spoken = str(hour)
    else:
        spoken = f"{hour} o'clock" if 1 <= hour <= 12 else f"{'zero' if hour % 24 == 0 else hour} hundred"
    return f"{spoken} {half.upper()}.M." if half else spoken


def _minutes(minute: str) -> str:
    return minute if minute[0] != "0" else "oh oh" if minute == "00" else f"oh {minute[1]}"


def _read_time(match: re.Match[str]) -> str | None:
    hour, minute, second, half = match["hour"], match["minute"], match["second"], match["half"]
    if half and int(hour) > 12:
        half = ""
    return say_time(int(hour), minute, second or "", half or "")


def _read_iso_date(match: re.Match[str]) -> str | None:
    return say_date(int(match["year"]), int(match["month"]), int(match["day"]))


def _read_iso_time(match: re.Match[str]) -> str | None:
    date, second = _read_iso_date(match), match["second"]
    time = say_time(int(match["hour"]), match["minute"], second if second not in (None, "00") else "")
    if not date or not time:
        return None
    return f"{date}, {time} U.T.C." if match["zone"] == "Z" else f"{date}, {time}"


def _read_month_and_day(match: re.Match[str]) -> str | None:
    day, until = int(match["day"]), match["until"]
    if not 1 <= day <= 31 or (until and not day < int(until) <= 31):
        return None
    spoken = f"{_full(match['name'])} {ordinal(day)}"
    return f"{spoken} to {ordinal(int(until))}" if until else spoken


def _read_day_and_month(match: re.Match[str]) -> str | None:
    day, until = int(match["day"]), match["until"]
    if not 1 <= day <= 31 or (until and not day < int(until) <= 31):
        return None
    has_article = word_before(match.string, match.start()) in ("the", "The")
    days = f"{ordinal(day)} to {ordinal(int(until))}" if until else ordinal(day)
    return f"{'' if has_article else 'the '}{days} of {_full(match['name'])}"


def _full(name: str) -> str:
    return next(month for month in MONTHS if month.startswith(name[:3]))


def _read_names(match: re.Match[str]) -> str:
    return f"{_NAMES[match[1].rstrip('.')]} to {_NAMES[match[2].rstrip('.')]}"


def _read_duration(match: re.Match[str]) -> str:
    units = {"h": "hour", "m": "minute", "s": "second"}
    parts = re.findall(r"(\d{1,3})([hms])", match[0])
    return " ".join(f"{int(figure)} {units[unit]}{'' if int(figure) == 1 else 's'}" for figure, unit in parts)


def date_rules(*, day_first: bool) -> tuple[Rule, ...]:
    """Dates and times; `day_first`: 1/2/2024 is in February."""

    def read_figures(match: re.Match[str]) -> str | None:
        first, second = int(match[1]), int(match[2])
        day, month = (first, second) if (day_first or first > 12) and second <= 12 else (second, first)
        return say_date(full_year(match[3]), month, day)

    def read_points(match: re.Match[str]) -> str | None:
        return say_date(full_year(match[3]), int(match[2]), int(match[1]))

    return (
        rule(
            r"(?<![\d-])(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)[T ](?P<hour>[0-2]\d):(?P<minute>[0-5]\d)"
            r"(?::(?P<second>[0-5]\d))?(?:\.\d{1,9})?(?P<zone>Z|[+-]\d\d:?\d\d)?(?![\d:-])",
            _read_iso_time,
            (DIGIT, ":"),
        ),
        rule(r"(?<![\d-])(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)(?![\d-])", _read_iso_date, (DIGIT, "-")),
        rule(
            r"(?<![\d/])(?P<year>(?:1[5-9]|20)\d\d)/(?P<month>\d\d)/(?P<day>\d\d)(?![\d/])",
            _read_iso_date,
            (DIGIT, "/"),
        ),
        rule(r"(?<![\d/])(\d{1,2})/(\d{1,2})/(\d{4}|\d\d)(?![\d/])", read_figures, (DIGIT, "/")),
        rule(r"(?<![\w.])(\d{1,2})\.(\d{1,2})\.((?:1[5-9]|20)\d\d)(?![\w]|\.\d)", read_points, (DIGIT, INNER_STOP)),
        rule(
            rf"(?<!\w)(?P<name>{_MONTH}|{_SHORT_MONTH})\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?"
            r"(?:\s?[-–]\s?(?P<until>\d{1,2}))?(?![\w:%]|[.,]\d|[-–]\d)",
            _read_month_and_day,
            (DIGIT, CAPITAL),
        ),
        rule(
            rf"(?<![\w.,:/-])(?P<day>\d{{1,2}})(?:\s?[-–]\s?(?P<until>\d{{1,2}}))?\s(?P<name>{_MONTH}|{_SHORT_MONTH})(?!\w)",
            _read_day_and_month,
            (DIGIT, CAPITAL),
        ),
        rule(rf"(?<![\d:.,]){_CLOCK}(?![\d:]|\.\d)(?:h(?!\w)|\s?{_HALF})?", _read_time, (DIGIT, ":")),
        rule(
            rf"(?<![\w:.,$€£/-])(?P<hour>\d{{1,2}})\s?{_HALF}",
            lambda m: say_time(int(m["hour"]), half=m["half"]),
            DIGIT,
        ),
        rule(
            rf"(?<=[-–\s])(?<!\d\s)(?P<hour>\d{{1,2}})\s?{_HALF}",
            lambda m: say_time(int(m["hour"]), half=m["half"]),
            DIGIT,
        ),
        rule(r"(?<![\w:.,])(\d{1,2})h([0-5]\d)(?!\w)", lambda m: say_time(int(m[1]), m[2]), DIGIT),
        rule(
            r"(?<![\w.,])(?:\d{1,3}h\s?[0-5]?\d ?m(?:in)?(?:\s?[0-5]?\d\s?s)?|\d{1,3}m\s?[0-5]?\d\s?s)(?!\w)",
            _read_duration,
            DIGIT,
        ),
        say(
            r"(?:(?<=[apAP][mM])|(?<=[ap]\.m\.))\s?[-–]\s?(?=\d)|[-–](?<=\d\d[-–])(?=\d{1,2}:\d\d)",
            " to ",
            (DIGIT, "-–"),
        ),
        rule(
            rf"(?<!\w)({_DAY}|{_SHORT_MONTH})[-–]({_DAY}|{_SHORT_MONTH})(?!\w)",
            _read_names,
            ("-–", CAPITAL),
        ),
        rule(rf"(?<!\w)({_DAY})(?=,?\s\d)", lambda match: _DAYS[match[1]], (DIGIT, CAPITAL)),
        rule(rf"(?<=\d\s)({_ZONES})(?!\w)", lambda match: ".".join(match[1]) + ".", (DIGIT, CAPITAL)),
    )
