"""Reads amounts and times for the languages eSpeak speaks: it says numbers itself, but not signs and colons."""

import re
from typing import Final

from utterd.stages.g2p.kinds import DIGIT
from utterd.stages.g2p.other_dates import say_date
from utterd.stages.g2p.other_units import FRACTIONS, HOURS, RANGES, UNITS
from utterd.stages.g2p.readings import Rule, drop, rule, say
from utterd.stages.g2p.spoken_symbols import symbols_of

_AMOUNT: Final = r"\d++(?:[.,]\d++)*"
_REAIS: Final = "reais"


def other_rules(language: str) -> tuple[Rule, ...]:
    """The rules for `language`, which is not English."""
    subtag = language.partition("-")[0]
    names, units, fractions = symbols_of(language), UNITS[subtag], FRACTIONS[subtag]
    hours = HOURS.get(subtag, "")
    unit_names = "|".join(map(re.escape, sorted(units, key=len, reverse=True)))

    def read_money(match: re.Match[str]) -> str:
        return f"{match['amount']} {names.get(match['sign'], '')}".rstrip()

    def read_time(match: re.Match[str]) -> str:
        hour = f"{match['hour']} {hours}".rstrip()
        return hour if match["minute"] == "00" else f"{hour} {match['minute'].lstrip('0')}"

    def read_measure(match: re.Match[str]) -> str:
        return f"{match['amount']} {units[match['unit']][0 if match['amount'] == '1' else 1]}"

    def read_date(match: re.Match[str]) -> str | None:
        return say_date(language, int(match["year"]), int(match["month"]), int(match["day"]))

    return (
        rule(r"(?<![\d-])(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)(?![\d-])", read_date, ("-", DIGIT)),
        rule(r"(?<![\d/])(?P<day>\d\d?)/(?P<month>\d\d?)/(?P<year>\d{4})(?![\d/])", read_date, ("/", DIGIT)),
        rule(rf"(?<!\w)R\$\s?({_AMOUNT})", lambda match: f"{match[1]} {_REAIS}", ("$", DIGIT)),
        rule(rf"(?P<sign>[$€£¥₹])\s?(?P<amount>{_AMOUNT})", read_money, ("$€£¥₹", DIGIT)),
        rule(r"(?<![\d:.,])(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)(?![\d:])", read_time, (":", DIGIT)),
        rule(
            rf"(?<![\w.,])(?P<amount>{_AMOUNT})[ \u00a0\u202f]?(?P<unit>{unit_names})(?![\w°²³]|/\w)",
            read_measure,
            DIGIT,
        ),
        rule(r"(?<![\w/.,])\d/\d(?![\w/]|[.,]\d)", lambda match: fractions.get(match[0]), ("/", DIGIT)),
        say(r"(?<=\d)(?:\s?–\s?|-)(?=\d{1,4}(?![\d-]))(?<!-\d\d\d[-–])", f" {RANGES[subtag]} ", ("-–", DIGIT)),
        say(r"(?<=\d)-(?=\d)", ", ", ("-", DIGIT)),
        rule(r"(?<=[^\W\d_])/(?=[^\W\d_])", lambda _match: " ", "/"),
        drop(r"(?<=\w)[<>](?=\w)|(?<!\S)[<>](?=\S)(?!\s?\d)", "angle bracket", "<>"),
    )
