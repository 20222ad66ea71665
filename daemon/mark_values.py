"""What the values of marks mean, in SSML and in light marks alike: `300ms`, `x-slow`, `+6dB`, `date` and their like.

Followed is SSML 1.1 (https://www.w3.org/TR/speech-synthesis11/); where it leaves a number to the processor, it is here.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Final, NamedTuple

from utterd.stages.chunks import InstructionKind, Pause

LONGEST_BREAK_MS: Final = 10_000
LONGEST_VALUE: Final = 400
"""Code points of an alias or a pronunciation: as long as the longest unit of text."""
LONGEST_NAME: Final = 200
"""Code points of a voice (or a blend of them), a language, or a mark."""

BREAK_STRENGTHS: Final = {"none": 0, "x-weak": 100, "weak": 150, "medium": 350, "strong": 600, "x-strong": 1000}
"""In ms. `weak`, `medium` and `strong` are the pauses of a clause, a sentence and a paragraph."""
RATES: Final = {"x-slow": 0.5, "slow": 0.75, "medium": 1.0, "default": 1.0, "fast": 1.25, "x-fast": 1.75}
PITCHES: Final = {"x-low": -6.0, "low": -3.0, "medium": 0.0, "default": 0.0, "high": 3.0, "x-high": 6.0}
"""In semitones."""
LARGEST_PITCH: Final = 24.0
"""Semitones up or down, of marks together: what a request's own pitch can need to be brought to the other end."""
VOLUMES: Final = {
    "silent": 0.0, "x-soft": 0.25, "soft": 0.5, "medium": 1.0, "default": 1.0, "loud": 1.5, "x-loud": 2.0,
}  # fmt: skip
"""Linear: -12, -6, 0, +3.5 and +6 dB."""
EMPHASIS_LEVELS: Final = ("strong", "moderate", "none", "reduced")
READINGS: Final[dict[str, InstructionKind]] = {
    "characters": "characters", "spell-out": "characters", "verbatim": "characters", "digits": "digits",
    "cardinal": "cardinal", "number": "cardinal", "ordinal": "ordinal", "fraction": "fraction",
    "date": "date", "time": "time", "telephone": "telephone", "unit": "unit",
}  # fmt: skip
"""SSML leaves the names to a note, https://www.w3.org/TR/ssml-sayas/; these are that note's and the large vendors'."""
DATE_FORMATS: Final = ("mdy", "dmy", "ymd", "md", "dm", "ym", "my", "d", "m", "y")

_NUMBER: Final = r"(?:[0-9]{1,9}(?:\.[0-9]{1,9})?|\.[0-9]{1,9})"
"""Bounded, so that a megabyte of digits is no number, and none overflows."""
_PLAIN_NUMBER: Final = re.compile(_NUMBER)
_TIME: Final = re.compile(rf"\+?({_NUMBER}) ?(ms|s)")
_PERCENTAGE: Final = re.compile(rf"([+-]?)({_NUMBER})%")
_SEMITONES: Final = re.compile(rf"([+-]?{_NUMBER})st")
_DECIBELS: Final = re.compile(rf"([+-]?{_NUMBER})dB")


class WrongMark(Exception):
    """A mark that cannot be followed: what is wrong; what would be right. Not yet where it stands."""


class Factor(NamedTuple):
    """A change of rate, pitch or volume."""

    value: float
    is_absolute: bool
    """A label such as `slow`: whatever is in force around the mark does not count. Numbers multiply it; those of
    pitch, semitones, are added to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a mark asks of the text within it. None asks nothing."""

    voice: str | None = None
    language: str | None = None
    rate: Factor | None = None
    pitch: Factor | None = None
    gain: Factor | None = None
    emphasis: str | None = None
    reading: tuple[InstructionKind, str] | None = None
    """Kind and value of an `Instruction` other than emphasis. Within it is text alone."""
    pause: Pause | None = None
    """It is a sentence, or a paragraph: it ends with this pause, and so does what comes before it."""


def quoted(value: str) -> str:
    """For a message: shortened, and with invisible characters shown as escapes."""
    return repr(value if len(value) <= 40 else value[:39] + "…")


def one_of(names: Iterable[str]) -> str:
    return ", ".join(names)


def break_ms(text: str) -> int:
    """The milliseconds of `300ms` or `1.5s`."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise WrongMark(f"{quoted(text)} is not a length of time; write it like 300ms or 1.5s")
    ms = round(float(match[1]) * (1000 if match[2] == "s" else 1))
    if ms > LONGEST_BREAK_MS:
        raise WrongMark(f"{quoted(text)} is too long; a pause lasts at most {LONGEST_BREAK_MS // 1000} s")
    return ms


def break_strength_ms(label: str) -> int:
    if label not in BREAK_STRENGTHS:
        raise WrongMark(f"there is no strength {quoted(label)}; there are {one_of(BREAK_STRENGTHS)}")
    return BREAK_STRENGTHS[label]


def rate_factor(text: str) -> Factor:
    """Of `fast`, `1.3`, `130%` (all of the same kind: times 1.3), or `+30%` (1.3 as well)."""
    text = text.strip()
    if text in RATES:
        return Factor(RATES[text], is_absolute=True)
    if _PLAIN_NUMBER.fullmatch(text):
        value = float(text)
    elif match := _PERCENTAGE.fullmatch(text):
        change = float(match[2]) / 100
        value = {"": change, "+": 1 + change, "-": 1 - change}[match[1]]
    else:
        raise WrongMark(f"{quoted(text)} is not a rate; write {one_of(RATES)}, a factor such as 1.3, or 130%")
    if value <= 0:
        raise WrongMark(f"the rate {quoted(text)} leaves no speed at all; it has to be above 0")
    return Factor(value, is_absolute=False)


def pitch_shift(text: str) -> Factor:
    """In semitones, of `high`, `+2st`, or `+10%` of the frequency. Hertz would depend on the voice, and are refused."""
    text = text.strip()
    if text in PITCHES:
        return Factor(PITCHES[text], is_absolute=True)
    if match := _SEMITONES.fullmatch(text):
        return Factor(float(match[1]), is_absolute=False)
    match = _PERCENTAGE.fullmatch(text)
    if match is None or not match[1]:
        raise WrongMark(f"{quoted(text)} is not a pitch; write {one_of(PITCHES)}, or a change such as +2st or -10%")
    ratio = 1 + float(match[1] + match[2]) / 100
    if ratio <= 0:
        raise WrongMark(f"the pitch {quoted(text)} leaves no tone at all; it has to be above -100%")
    return Factor(12 * math.log2(ratio), is_absolute=False)


def volume_factor(text: str) -> Factor:
    """Of `loud` or `+6dB` (times 2). SSML 1.0's numbers from 0 to 100 are no longer SSML, and are refused."""
    text = text.strip()
    if text in VOLUMES:
        return Factor(VOLUMES[text], is_absolute=True)
    match = _DECIBELS.fullmatch(text)
    if match is None:
        raise WrongMark(f"{quoted(text)} is not a volume; write {one_of(VOLUMES)}, or decibels such as +6dB")
    decibels = min(float(match[1]), 1000.0)  # far beyond what is allowed, and not yet beyond a float
    return Factor(10 ** (decibels / 20), is_absolute=False)


def linear_volume_factor(text: str) -> Factor:
    """As `volume_factor`, and of a linear factor such as `0.5`."""
    if _PLAIN_NUMBER.fullmatch(text.strip()):
        return Factor(float(text), is_absolute=False)
    return volume_factor(text)


def emphasis_level(text: str) -> str:
    if text not in EMPHASIS_LEVELS:
        raise WrongMark(f"there is no level {quoted(text)}; there are {one_of(EMPHASIS_LEVELS)}")
    return text


def say_as(kind: str, date_format: str = "") -> Effect:
    """Args: date_format: `dmy`, or `ddmmyyyy`, which says the same; empty if the date itself shows it."""
    if kind not in READINGS:
        raise WrongMark(f"text cannot be said as {quoted(kind)}; it can as {one_of(READINGS)}")
    if date_format and kind != "date":
        raise WrongMark(f"{quoted(kind)} takes no format; only date does")
    return Effect(reading=(READINGS[kind], _short_format(date_format) if date_format else ""))


def _short_format(text: str) -> str:
    short = "".join(letter for letter, _ in groupby(text))
    if len(text) > len("ddmmyyyy") or short not in DATE_FORMATS:
        raise WrongMark(f"there is no date format {quoted(text)}; there are {one_of(DATE_FORMATS)}")
    return short


def substitute(alias: str) -> Effect:
    return Effect(reading=("sub", _checked("the alias", alias, LONGEST_VALUE)))


def pronunciation(ipa: str) -> Effect:
    return Effect(reading=("phoneme", _checked("the pronunciation", ipa, LONGEST_VALUE)))


def name(what: str, text: str) -> str:
    """A voice, a language or a mark, without the space around it. Args: what: such as `the voice`."""
    return _checked(what, text, LONGEST_NAME)


def _checked(what: str, text: str, longest: int) -> str:
    text = text.strip()
    if not text:
        raise WrongMark(f"{what} is empty; it needs at least one character")
    if len(text) > longest:
        raise WrongMark(f"{what} has {len(text):,} characters; it may have at most {longest}")
    return text
