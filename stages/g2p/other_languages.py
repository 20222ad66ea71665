"""Reads amounts and times for the languages eSpeak speaks: it says numbers itself, but not signs and colons."""

import re
from typing import Final

from utterd.stages.g2p.readings import Rule, drop, rule
from utterd.stages.g2p.spoken_symbols import symbols_of

_AMOUNT: Final = r"\d++(?:[.,]\d++)*"
_REAIS: Final = "reais"


def other_rules(language: str) -> tuple[Rule, ...]:
    """The rules for `language`, which is not English."""
    names = symbols_of(language)

    def read_money(match: re.Match[str]) -> str:
        return f"{match['amount']} {names.get(match['sign'], '')}".rstrip()

    def read_time(match: re.Match[str]) -> str:
        return match["hour"] if match["minute"] == "00" else f"{match['hour']} {match['minute'].lstrip('0')}"

    return (
        rule(rf"(?<!\w)R\$\s?({_AMOUNT})", lambda match: f"{match[1]} {_REAIS}"),
        rule(rf"(?P<sign>[$€£¥₹])\s?(?P<amount>{_AMOUNT})", read_money),
        rule(r"(?<![\d:.,])(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)(?![\d:])", read_time),
        rule(r"(?<=\d)\s?–\s?(?=\d)|(?<=\d)-(?=\d)", lambda _match: " – "),
        rule(r"(?<=[^\W\d_])/(?=[^\W\d_])", lambda _match: " "),
        drop(r"(?<=\w)[<>](?=\w)|(?<!\S)[<>](?=\S)(?!\s?\d)", "angle bracket"),
    )
