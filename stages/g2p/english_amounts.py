"""Reads English sums of money and measures: "$3.5" is three dollars and fifty cents, "5 km" five kilometers."""

import re
from typing import Final

from utterd.stages.g2p.english_numbers import AMOUNT, say_number
from utterd.stages.g2p.readings import Rule, rule, say

_CURRENCIES: Final = {
    "$": ("dollar", "dollars", "cents"),
    "€": ("euro", "euros", "cents"),
    "£": ("pound", "pounds", "pence"),
    "¥": ("yen", "yen", ""),
    "₹": ("rupee", "rupees", "paise"),
    "₩": ("won", "won", ""),
    "₽": ("ruble", "rubles", "kopecks"),
    "₿": ("bitcoin", "bitcoin", ""),
}
"""Sign → one, many, and the hundredth part (empty if none is in use)."""
_SIGNS: Final = "".join(_CURRENCIES)
_COINS: Final = {"cents": "cent", "pence": "penny", "kopecks": "kopeck"}
_MAGNITUDES: Final = {
    "k": "thousand",
    "m": "million",
    "mn": "million",
    "b": "billion",
    "bn": "billion",
    "t": "trillion",
    "tn": "trillion",
}

_METRIC: Final = {
    "m": "meter",
    "g": "gram",
    "L": "liter",
    "l": "liter",
    "Hz": "hertz",
    "W": "watt",
    "V": "volt",
    "s": "second",
}
_PREFIXES: Final = {
    "k": "kilo",
    "M": "mega",
    "G": "giga",
    "T": "tera",
    "c": "centi",
    "m": "milli",
    "µ": "micro",
    "n": "nano",
}
_METRIC_IN_USE: Final = (
    "km cm mm µm nm m kg mg µg g L mL cL ml cl dl l Hz kHz MHz GHz THz W kW MW GW mW V kV mV s ms µs ns".split()
)
_OTHER_UNITS: Final = {
    "km/h": ("kilometer per hour", "kilometers per hour"),
    "m/s": ("meter per second", "meters per second"),
    "Mbit/s": ("megabit per second", "megabits per second"),
    "kB/s": ("kilobyte per second", "kilobytes per second"),
    "MB/s": ("megabyte per second", "megabytes per second"),
    "GB/s": ("gigabyte per second", "gigabytes per second"),
    "km²": ("square kilometer", "square kilometers"),
    "m²": ("square meter", "square meters"),
    "cm²": ("square centimeter", "square centimeters"),
    "m³": ("cubic meter", "cubic meters"),
    "dl": ("deciliter", "deciliters"),
    "ft": ("foot", "feet"),
    "mi": ("mile", "miles"),
    "mph": ("mile per hour", "miles per hour"),
    "lb": ("pound", "pounds"),
    "lbs": ("pound", "pounds"),
    "oz": ("ounce", "ounces"),
    "sec": ("second", "seconds"),
    "min": ("minute", "minutes"),
    "h": ("hour", "hours"),
    "hr": ("hour", "hours"),
    "hrs": ("hour", "hours"),
    "dB": ("decibel", "decibels"),
    "kWh": ("kilowatt hour", "kilowatt hours"),
    "mAh": ("milliamp hour", "milliamp hours"),
    "kB": ("kilobyte", "kilobytes"),
    "KB": ("kilobyte", "kilobytes"),
    "MB": ("megabyte", "megabytes"),
    "GB": ("gigabyte", "gigabytes"),
    "TB": ("terabyte", "terabytes"),
    "KiB": ("kibibyte", "kibibytes"),
    "MiB": ("mebibyte", "mebibytes"),
    "GiB": ("gibibyte", "gibibytes"),
    "px": ("pixel", "pixels"),
    "fps": ("frame per second", "frames per second"),
    "dpi": ("dot per inch", "dots per inch"),
    "rpm": ("revolution per minute", "revolutions per minute"),
    "°C": ("degree Celsius", "degrees Celsius"),
    "°F": ("degree Fahrenheit", "degrees Fahrenheit"),
    "℃": ("degree Celsius", "degrees Celsius"),
    "℉": ("degree Fahrenheit", "degrees Fahrenheit"),
    "°": ("degree", "degrees"),
    "%": ("percent", "percent"),
    "¢": ("cent", "cents"),
}


def _metric_unit(unit: str) -> tuple[str, str]:
    base = unit if unit in _METRIC else unit[1:]
    name = _PREFIXES.get(unit[: -len(base)], "deci" if unit != base else "") + _METRIC[base]
    return name, name if base == "Hz" else f"{name}s"


_UNITS: Final = {unit: _metric_unit(unit) for unit in _METRIC_IN_USE} | _OTHER_UNITS
"""Unit → its name for one and for many."""
_UNIT_NAMES: Final = "|".join(re.escape(unit) for unit in sorted(_UNITS, key=len, reverse=True)).replace("µ", "[µμ]")


def _count(amount: str, one: str, many: str) -> str:
    return f"{say_number(amount)} {one if amount == '1' else many}"


def _read_money(match: re.Match[str]) -> str:
    sign, amount, until = match["sign"], match["amount"], match["until"]
    lead = "minus " if match["minus"] else ""
    if until:
        return f"{lead}{say_number(amount)} to {say_number(until)} {_magnitude(match)}{_CURRENCIES[sign][1]}"
    if match["magnitude"]:
        return f"{lead}{say_number(amount)} {_magnitude(match)}{_CURRENCIES[sign][1]}"
    return lead + _say_money(amount, sign)


def _magnitude(match: re.Match[str]) -> str:
    written = match["magnitude"]
    return f"{_MAGNITUDES.get(written.casefold(), written)} " if written else ""


def _say_money(amount: str, sign: str) -> str:
    one, many, coins_name = _CURRENCIES[sign]
    whole, _, cents = amount.replace(",", "").partition(".")
    if not cents.strip("0"):
        return _count(whole or "0", one, many)
    if len(cents) > 2 or not coins_name:
        return f"{say_number(amount)} {many}"
    coins = int(cents.ljust(2, "0"))
    change = f"{coins} {_COINS.get(coins_name, coins_name) if coins == 1 else coins_name}"
    return f"{_count(whole, one, many)} and {change}" if int(whole or "0") else change


def _read_money_in_front(match: re.Match[str]) -> str:
    """The sign comes last, perhaps after a decimal comma: 20 €, 3,50€."""
    return _say_money(re.sub(r",(\d{1,2})$", r".\1", match["amount"]), match["sign"])


def _read_measure(match: re.Match[str]) -> str | None:
    unit, amount, gap = match["unit"].replace("μ", "µ"), match["amount"], match["gap"]
    if unit == "s" and (gap or (len(amount) > 1 and amount.endswith("0"))):
        return None  # "the 90s"
    one, many = _UNITS[unit]
    return _count(amount, one, one if gap == "-" else many)  # a 5-km run


def _read_feet(match: re.Match[str]) -> str:
    return f"{match[1]} {'foot' if match[1] == '1' else 'feet'} {match[2]} {'inch' if match[2] == '1' else 'inches'}"


AMOUNT_RULES: Final[tuple[Rule, ...]] = (
    rule(
        rf"(?<![\w-])(?P<minus>[-−])?(?:US|CA|AU|NZ|HK|A|C)?(?P<sign>[{_SIGNS}])"
        rf"(?:(?<!\d[{_SIGNS}])(?<!\d\s[{_SIGNS}])\s)?(?P<amount>{AMOUNT})"
        rf"(?:(?:[-–]|\s[-–]\s)(?P=sign)?(?P<until>{AMOUNT}))?"
        r"(?:\s?(?P<magnitude>(?i:thousand|million|billion|trillion|[kmbt]|mn|bn|tn)(?!\w)))?",
        _read_money,
    ),
    rule(
        r"(?<![\w.,])(?P<amount>\d++(?:,\d{3})*(?:[.,]\d{1,2})?)\s?(?P<sign>[€£₽₩]|\$(?![\w{(]))",
        _read_money_in_front,
    ),
    say(r"\$(?=[A-Za-z_{(])", "dollar"),
    rule(r"(?<![\w.])(\d{1,2})['′’]\s?(\d{1,2})(?:[\"″”]|''|’’)", _read_feet),
    rule(
        rf"(?<![\w.^])(?<!\d,)(?P<amount>{AMOUNT})(?P<gap>[ \u00a0-]?)(?P<unit>{_UNIT_NAMES})(?![\w°²³]|/\w)",
        _read_measure,
    ),
    say(
        rf"(?<=[\w%){_SIGNS}])\s?/\s?(?=(?:second|sec|minute|min|hour|hr|day|week|month|mo|year|yr|person|user|night|kg|lb)\b)",
        " per ",
    ),
)
