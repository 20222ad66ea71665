"""How a stretch is read that the writer has called a number, a date, a telephone number … (SSML's `say-as`)."""

import re
from collections.abc import Callable
from typing import Final

from utterd.stages.chunks import InstructionKind
from utterd.stages.g2p import english_dates, other_dates
from utterd.stages.g2p.emoji_names import split_emoji
from utterd.stages.g2p.english_network import read_telephone
from utterd.stages.g2p.english_numbers import ordinal, say_fraction, say_number
from utterd.stages.g2p.english_roman import roman_value
from utterd.stages.g2p.english_units import read_unit
from utterd.stages.g2p.other_units import FRACTIONS
from utterd.stages.g2p.sign_names import name_character

_LARGEST_ORDINAL: Final = 999_999
_NUMBER: Final = re.compile(r"([-+−]?)(\d[\d,]{0,40}(?:\.\d{1,20})?|\.\d{1,20})")
_TIME: Final = re.compile(r"(\d{1,2})[:.h]([0-5]\d)(?:[:.]([0-5]\d))?\s?(?:([AaPp])\.?[Mm]\.?)?")
_HOUR: Final = re.compile(r"(\d{1,2})\s?([AaPp])\.?[Mm]\.?")
_DURATION: Final = re.compile(r"(\d{1,3})['′](?:(\d{1,2})[\"″])?")
_FRACTION: Final = re.compile(r"(?:(\d{1,6})[ +])?(\d{1,6})\s?[/⁄]\s?(\d{1,6})")
_TELEPHONE: Final = re.compile(r"[\d\s()+./x–-]{2,40}")
_DATE_LENGTHS: Final = {"y": 4, "m": 2, "d": 2}


def read_as(kind: InstructionKind, written: str, value: str, language: str) -> str | None:
    """The words for `written`, or None if it cannot be read that way.

    Args:
        kind: any but `sub`, `phoneme` and `emphasis`, for which the answer is None.
        written: the stretch, without white space at its ends.
        value: of a date: the order of its figures, such as "dmy"; else unused.
    """
    reader = _READERS.get(kind)
    return reader(written, value, language) if reader and written else None


def _characters(written: str, _value: str, language: str) -> str | None:
    named = (name_character(symbol, language) for symbol in split_emoji(written))
    return " ".join(filter(None, named)) or None


def _digits(written: str, _value: str, language: str) -> str | None:
    if not re.fullmatch(r"[\d\s.,:/()+–-]+", written):
        return None
    groups = re.findall(r"\d+", written)
    return ", ".join(" ".join(group) for group in groups) or None


def _cardinal(written: str, _value: str, language: str) -> str | None:
    if (value := roman_value(written)) is not None:
        return str(value)
    number = _NUMBER.fullmatch(written)
    if not number:
        return None
    if not language.startswith("en"):
        return written
    sign = {"-": "minus ", "−": "minus ", "+": "plus "}.get(number[1], "")
    return sign + say_number(number[2])


def _ordinal(written: str, _value: str, language: str) -> str | None:
    figures = re.fullmatch(r"(\d[\d,]{0,9})(?:st|nd|rd|th|er|re|e|[.ºªo°])?", written)
    value = int(figures[1].replace(",", "")) if figures else roman_value(written)
    if value is None or value > _LARGEST_ORDINAL:
        return None
    return ordinal(value) if language.startswith("en") else _foreign_ordinal(value, language)


def _foreign_ordinal(value: int, language: str) -> str | None:
    from num2words import num2words

    try:
        return str(num2words(value, to="ordinal", lang=language.partition("-")[0]))
    except (NotImplementedError, OverflowError, IndexError, KeyError):
        return None


def _fraction(written: str, _value: str, language: str) -> str | None:
    found = _FRACTION.fullmatch(written)
    if not found or int(found[3]) == 0:
        return None
    whole, top, bottom = found[1], int(found[2]), int(found[3])
    if not language.startswith("en"):
        name = FRACTIONS[language.partition("-")[0]].get(f"{top}/{bottom}")
        return name if name and not whole else None
    said = say_fraction(top, bottom) or _say_any_fraction(top, bottom)
    return f"{whole} and {said}" if whole else said


def _say_any_fraction(top: int, bottom: int) -> str:
    from num2words import num2words

    if not 1 < bottom < 1000:
        return f"{top} over {bottom}"
    return f"{top} {num2words(bottom, to='ordinal')}{'' if top == 1 else 's'}"


def _date(written: str, value: str, language: str) -> str | None:
    order = re.sub(r"(.)\1+", r"\1", value.casefold()) or _guess_order(written, language)
    figures = re.findall(r"\d{1,8}", written)
    if re.search(r"[^\W\d_]", written) or not order or not set(order) <= set("dmy"):
        return None
    if len(figures) == 1 and len(order) > 1 and len(figures[0]) == sum(_DATE_LENGTHS[part] for part in order):
        figures = _cut(figures[0], order)
    if language.startswith("en"):
        return english_dates.read_date(figures, order)
    if len(figures) != len(order) or len(set(order)) != len(order) or "m" not in order:
        return None
    parts = dict(zip(order, figures, strict=True))
    year = english_dates.full_year(parts["y"]) if "y" in parts else None
    return other_dates.say_date(language, year, int(parts["m"]), int(parts["d"]) if "d" in parts else None)


def _guess_order(written: str, language: str) -> str:
    if re.match(r"\d{4}\D", written):
        return "ymd" if len(re.findall(r"\d+", written)) == 3 else "ym"
    order = "mdy" if language == "en-us" else "dmy"
    return order if len(re.findall(r"\d+", written)) == 3 else ""


def _cut(figures: str, order: str) -> list[str]:
    parts, position = [], 0
    for letter in order:
        parts.append(figures[position : position + _DATE_LENGTHS[letter]])
        position += _DATE_LENGTHS[letter]
    return parts


def _time(written: str, _value: str, language: str) -> str | None:
    if not language.startswith("en"):
        return None
    if clock := _TIME.fullmatch(written):
        return english_dates.say_time(int(clock[1]), clock[2], clock[3] or "", clock[4] or "")
    if hour := _HOUR.fullmatch(written):
        return english_dates.say_time(int(hour[1]), half=hour[2])
    if duration := _DURATION.fullmatch(written):
        minutes, seconds = duration[1], duration[2]
        said = f"{minutes} minute{'' if minutes == '1' else 's'}"
        return f"{said} {seconds} second{'' if seconds == '1' else 's'}" if seconds else said
    return None


def _telephone(written: str, _value: str, language: str) -> str | None:
    if not _TELEPHONE.fullmatch(written) or not any(map(str.isdecimal, written)):
        return None
    if language.startswith("en"):
        return read_telephone(written)
    return _digits(written.replace("x", " "), "", language)


def _unit(written: str, _value: str, language: str) -> str | None:
    return read_unit(written) if language.startswith("en") else None


_READERS: Final[dict[InstructionKind, Callable[[str, str, str], str | None]]] = {
    "characters": _characters,
    "digits": _digits,
    "cardinal": _cardinal,
    "ordinal": _ordinal,
    "fraction": _fraction,
    "date": _date,
    "time": _time,
    "telephone": _telephone,
    "unit": _unit,
}
