"""Reads English measures: "5 km" is five kilometers, "a 5-km run" a five kilometer run."""

import re
from typing import Final

from utterd.stages.g2p.context import describes_what_follows, word_before
from utterd.stages.g2p.english_numbers import AMOUNT, MIXED, say_number
from utterd.stages.g2p.english_unit_names import UNITS
from utterd.stages.g2p.kinds import DIGIT
from utterd.stages.g2p.readings import Rule, rule, say
from utterd.stages.g2p.spoken_symbols import symbols_of

_SCREENS: Final = "screen|monitor|display|TV|laptop|tablet|pipe|wide|tall|long|thick|deep|high|wheels?|vinyl|nails?"


_PARTS: Final = "".join(MIXED)
_UNIT_NAMES: Final = "|".join(re.escape(unit) for unit in sorted(UNITS, key=len, reverse=True)).replace("µ", "[µμ]")


def _read_measure(match: re.Match[str]) -> str | None:
    unit, amount, gap = match["unit"].replace("μ", "µ"), match["amount"], match["gap"]
    if unit == "s" and (gap == "-" or (not gap and len(amount) > 1 and amount.endswith("0"))):
        return None  # "the 90s"
    if unit == "h" and gap == "-":
        return None
    one, many = UNITS[unit]
    is_one = amount == "1" or gap == "-" or describes_what_follows(match)  # a 5-km run
    return f"{say_number(amount)} {one if is_one else many}"


def _read_mixed(match: re.Match[str]) -> str:
    """1½ tsp, ½ km."""
    one, many = UNITS[match["unit"].replace("μ", "µ")]
    if match["whole"]:
        return f"{match['whole']} and {MIXED[match['part']]} {many}"
    return f"{symbols_of('en-us')[match['part']]} {one}"


def read_unit(written: str) -> str | None:
    """A measure, or a unit alone, by its full name; None for what is no unit."""
    measure = re.fullmatch(rf"(?:(?P<amount>[-−]?(?:{AMOUNT}))[ \u00a0-]?)?(?P<unit>{_UNIT_NAMES})", written.strip())
    if not measure:
        return None
    one, many = UNITS[measure["unit"].replace("μ", "µ")]
    if not measure["amount"]:
        return many
    amount = measure["amount"].lstrip("-−")
    sign = "minus " if amount != measure["amount"] else ""
    return f"{sign}{say_number(amount)} {one if amount == '1' else many}"


def _read_feet(match: re.Match[str]) -> str:
    feet, inches = match["feet"], match["inches"] or match["inch"]
    return f"{feet} {'foot' if feet == '1' else 'feet'} {inches} {'inch' if inches == '1' else 'inches'}"


def _read_inches(match: re.Match[str]) -> str:
    is_one = match[1] == "1" or describes_what_follows(match)
    return f"{say_number(match[1])} {'inch' if is_one else 'inches'}"


def _read_decade_or_seconds(match: re.Match[str]) -> str | None:
    is_span = word_before(match.string, match.start()) in (
        "for",
        "wait",
        "after",
        "within",
        "every",
        "took",
        "takes",
        "in",
    )
    return f"{match[1]} seconds" if is_span and match[1] not in ("50", "60", "70", "80", "90") else None


UNIT_RULES: Final[tuple[Rule, ...]] = (
    rule(
        r"(?<![\w.])(?P<feet>\d{1,2})(?:['′’]\s?(?P<inches>\d{1,2})(?:[\"″”]|''|’’)|\s?ft\.?\s(?P<inch>\d{1,2})\s?in\b\.?)",
        _read_feet,
        DIGIT,
    ),
    rule(rf"(?<![\w.,])(\d{{1,3}}(?:\.\d{{1,2}})?)[\"”″](?=[- ](?:{_SCREENS})\b)", _read_inches, ('"”″', DIGIT)),
    rule(
        rf"(?<![\w.,])(\d{{1,4}}(?:\.\d{{1,3}})?)[ -]in\.(?=[ ](?:{_SCREENS}|of|by|x)\b|[,;)])",
        _read_inches,
        (".", DIGIT),
    ),
    rule(
        rf"(?<![\w.])(?:(?P<whole>\d{{1,4}})[ ]?)?(?P<part>[{_PARTS}])[ ]?(?P<unit>{_UNIT_NAMES})(?![\w°²³]|/\w)",
        _read_mixed,
        _PARTS,
    ),
    rule(r"(?<![\w.])(\d0)s(?!\w)", _read_decade_or_seconds, DIGIT),
    rule(
        rf"(?<![\w.^])(?<!\d,)(?P<amount>{AMOUNT})(?P<gap>[ \u00a0-]?)(?P<unit>{_UNIT_NAMES})(?![\w°²³]|/\w)",
        _read_measure,
        DIGIT,
    ),
    say(
        r"(?<=[\w%)$€£¥₹])\s?/\s?(?=(?:second|sec|minute|min|hour|hr|day|week|month|mo|year|yr|person|user|night|kg|lb)\b)",
        " per ",
        "/",
    ),
)
