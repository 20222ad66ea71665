"""Figures as people write them: times, dates, prices, percentages."""

from collections.abc import Mapping
from random import Random
from typing import Final

from training.corpus.grammar import Terminal

MONTHS: Final = "January February March April May June July August September October November December".split()


def clock(rng: Random) -> str:
    hour, minute = rng.randint(1, 12), rng.randrange(0, 60, 5)
    return rng.choice((f"{hour}:{minute:02}", f"{hour}:{rng.randint(1, 59):02}", f"{hour} o'clock", f"{hour} p.m."))


def date(rng: Random) -> str:
    month, day = rng.choice(MONTHS), rng.randint(1, 28)
    return rng.choice((f"{month} {day}", f"the {ordinal_of(day)} of {month}", f"{month} {ordinal_of(day)}"))


def ordinal_of(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}" + {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def price(rng: Random) -> str:
    dollars = rng.randint(2, 99)
    return rng.choice((f"${dollars}", f"${dollars}.{rng.randint(10, 99)}", f"${dollars}00"))


def large(rng: Random) -> str:
    return rng.choice((str(rng.randint(21, 999)), f"{rng.randint(1, 80)},{rng.randint(0, 9)}00"))


TERMINALS: Final[Mapping[str, Terminal]] = {
    "clock": clock,
    "date": date,
    "year": lambda rng: str(rng.randint(1801, 2030)),
    "price": price,
    "small": lambda rng: str(rng.randint(2, 30)),
    "large": large,
    "percent": lambda rng: f"{rng.randint(2, 100)}%",
    "decimal": lambda rng: f"{rng.randint(0, 20)}.{rng.randint(1, 9)}",
    "ordinal": lambda rng: ordinal_of(rng.randint(1, 31)),
    "month": lambda rng: rng.choice(MONTHS),
}
