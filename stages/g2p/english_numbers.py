"""Reads English numbers, fractions, ranges and sums, as far as misaki's own reading gets them wrong.

Readings may hold plain digits: misaki says "7", "42nd", "1999", "1990s" and "4,096" well. What it gets wrong (tried
with 0.9.4): times, dates, ranges, fractions, final zeros of decimals, leading zeros, four-digit numbers that are no
years, and numbers with more digits than a float holds.
"""

import re
from typing import Final

from utterd.stages.g2p.context import word_before
from utterd.stages.g2p.english_letters import spell
from utterd.stages.g2p.kinds import DIGIT
from utterd.stages.g2p.readings import Reading, Rule, rule, say

AMOUNT: Final = r"\d{1,3}(?:,\d{3})+(?!\d|,\d)(?:\.\d++)?|\d++(?:\.\d++)?|\.\d++"
"""A number as English writes it."""

_PARTS: Final = {
    2: "half",
    3: "third",
    4: "quarter",
    5: "fifth",
    6: "sixth",
    7: "seventh",
    8: "eighth",
    9: "ninth",
    12: "twelfth",
    16: "sixteenth",
    32: "thirty-second",
    64: "sixty-fourth",
    100: "hundredth",
    1000: "thousandth",
}
"""Bottom of a fraction → its name."""
MIXED: Final = {
    "½": "a half",
    "¼": "one quarter",
    "¾": "three quarters",
    "⅓": "one third",
    "⅔": "two thirds",
    "⅛": "one eighth",
    "⅜": "three eighths",
    "⅝": "five eighths",
    "⅞": "seven eighths",
}
_SAID_IN_DIGITS: Final = ("24/7", "9/11", "20/20", "50/50", "80/20", "60/40", "7/7")
_BEFORE_YEARS: Final = frozenset("in since until till from by before after around of year ad about circa".split())
"""Before a number as small as 1066, one of these says that it is a year."""
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


def ordinal(number: int) -> str:
    """1 → "1st", which misaki reads as "first"."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"


def say_fraction(top: int, bottom: int) -> str | None:
    """3, 4 → "3 quarters"; None if the bottom has no name."""
    name = _PARTS.get(bottom)
    plural = "halves" if bottom == 2 else f"{name}s"
    return f"{top} {name if top == 1 else plural}" if name else None


def _read_number(match: re.Match[str]) -> Reading:
    written = match[0]
    is_old_year = len(written) == 4 and written.startswith("10") and _is_year(match)
    spoken = written if is_old_year else say_number(written, is_year="," not in written)
    return Reading(spoken, joins=spoken == written)  # claimed in any case: its commas are no commas


def _is_year(match: re.Match[str]) -> bool:
    return match[0].isdecimal() and word_before(match.string, match.start()).casefold() in _BEFORE_YEARS


def _read_continental(match: re.Match[str]) -> str:
    """1.234,50, as in much of Europe."""
    return say_number(match[0].replace(".", "").replace(",", "."))


def _read_fraction(match: re.Match[str]) -> str:
    whole, top, bottom = match["whole"], int(match["top"]), int(match["bottom"])
    if match[0] in _SAID_IN_DIGITS:
        return f"{top} {bottom}"
    if 0 < top < bottom and (bottom < 100 or top == 1) and (said := say_fraction(top, bottom)):
        return f"{whole} and {said}" if whole else said
    lead = f"{whole} " if whole else ""
    return f"{lead}{top} {'out of' if bottom % 10 == 0 and 0 <= top <= bottom else 'slash'} {bottom}"


def _read_scientific(match: re.Match[str]) -> str:
    sign = "minus " if match["exponent"][0] in "-−" else ""
    return f"{say_number(match['base'])} times 10 to the power of {sign}{say_number(match['exponent'].lstrip('+-−'))}"


def _read_season(match: re.Match[str]) -> str | None:
    """2008/09: a winter, a school year."""
    first, second = match[1], match[2]
    if (int(first[2:]) + 1) % 100 != int(second):
        return None
    return f"{first} {second if second[0] != '0' else f'oh {second[1]}'}"


def _say_hex(match: re.Match[str]) -> str:
    written = match[0].casefold()
    base = {"x": "hex", "b": "binary", "o": "octal"}[written[1]]
    digits = written[2:].replace("_", "").upper()
    return f"{base} {spell(digits)}"


def _read_range(match: re.Match[str]) -> str:
    """10-15; but in "Boeing 747-400" the figures only follow each other."""
    text, (start, end) = match.string, match.span()
    first, second = _FIGURES_BEFORE.search(text, max(0, start - 9), start), _FIGURES.match(text, end)
    falls = first and second and len(first[0]) >= 3 and len(second[0]) >= 3 and _value(first[0]) > _value(second[0])
    is_name = first is None and text[max(0, start - 1) : start].isdecimal()  # i7-9700, ISO-8859-1
    return " " if (falls or is_name) and match[0] == "-" else " to "


def _value(figures: str) -> int:
    return int(re.sub(r"\D", "", figures.partition(".")[0]) or 0)


_FIGURES: Final = re.compile(r"\d{1,9}(?!\d)")
_FIGURES_BEFORE: Final = re.compile(r"(?<![\w.,-])[\d.,]{0,8}\d\Z|(?<=[-−$€£])(?<!\w[-−])[\d.,]{0,8}\d\Z")


def _read_power(match: re.Match[str]) -> str:
    """10⁻⁶."""
    return f" to the power of {match[0].translate(_SUPERSCRIPTS).replace('-', 'minus ')}"


_SUPERSCRIPTS: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


HEX_RULE: Final = rule(r"(?<!\w)0(?:[xX][\da-fA-F_]{1,64}|[bB][01_]{1,64}|[oO][0-7_]{1,64})(?!\w)", _say_hex, DIGIT)


NUMBER_RULES: Final[tuple[Rule, ...]] = (
    HEX_RULE,
    rule(r"(?<![\w.,])\d{1,3}(?:\.\d{3})++,\d++(?![\w,])", _read_continental, (DIGIT, ",")),
    rule(
        r"(?<![\w.,])\d{1,3}(?:['’]\d{3})++(?!\w)",
        lambda match: say_number(re.sub("['’]", "", match[0])),
        (DIGIT, "'’"),
    ),
    rule(
        r"(?<![\w.,])\d{1,3}(?:(?:[ ]\d{3}){2,4}|(?:[\u00a0\u202f]\d{3}){1,4})(?!\w|[.,]?\d)",
        lambda match: say_number(re.sub(r"\s", "", match[0])),
        (DIGIT, " \u00a0\u202f"),
    ),
    rule(r"(?<![\d/.])((?:19|20)\d\d)/(\d\d)(?![\d/]|\.\d)", _read_season, (DIGIT, "/")),
    rule(
        r"(?<![\d/.])(?:(?P<whole>\d{1,9})[ ])?(?P<top>\d{1,4})/(?P<bottom>\d{1,4})(?![\d/]|\.\d)",
        _read_fraction,
        (DIGIT, "/"),
    ),
    rule(r"(?<![\w.])(?P<base>\d++(?:\.\d++)?)e(?P<exponent>[+-]?\d++)(?!\w)", _read_scientific, DIGIT),
    rule(r"(?<=\d)\s?([½¼¾⅓⅔⅛⅜⅝⅞])", lambda match: f" and {MIXED[match[1]]}", "½¼¾⅓⅔⅛⅜⅝⅞"),
    rule(r"(?<=[\w)])(?:⁻?[⁰¹⁴-⁹][⁰¹²³⁴-⁹]{0,3}|⁻[²³]|[²³][⁰¹²³⁴-⁹]{1,3})", _read_power, "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"),
    say(r"(?<=[\w)])(?:\^2(?!\d)|²)", " squared", "^²"),
    say(r"(?<=[\w)])(?:\^3(?!\d)|³)", " cubed", "^³"),
    say(r"(?<=[\w)])\^(?=[\w(−-])|(?<=\d)\s?\*\*\s?(?=\d)", " to the power of ", "^*"),
    say(r"(?<=\d)\s?[×*]\s?(?=\d)", " times ", (DIGIT, "×*")),
    say(r"x(?<=\dx)(?<!\b0x)(?=\s?\d)|(?<=\d)\sx\s?(?=\d)", " by ", DIGIT),
    say(
        r"x(?<=\dx)(?=\s(?:as|better|bigger|cheaper|faster|higher|larger|less|lower|longer|more|slower|smaller)\b)",
        " times",
        DIGIT,
    ),
    say(r"(?<=\d):(?=\d)", " to ", (DIGIT, ":")),
    rule(r"(?<=[\d%])(?:\s?–\s?|-)(?=[\d$€£])", _read_range, (DIGIT, "-–")),
    say(r"[-–](?:(?<=\ds[-–])|(?<=\d(?:st|nd|rd|th)[-–]))(?=\d)", " to ", (DIGIT, "-–")),
    say(r"(?<=\d)\s-\s(?=\d)", " minus ", (DIGIT, "-")),
    say(r"(?<![\w)\]-])[−-](?=\.?\d)", "minus ", (DIGIT, "-−")),
    say(r"(?<!\w)~\s?(?=[\d$€£])", "about ", "~"),
    say(r"#(?<![\w&]#)(?=\d)", "number ", ("#", DIGIT)),
    rule(
        r"(?<![\w.,])\d{1,3}(?:,\d{3})++(?:st|nd|rd|th|s)\b",
        lambda match: Reading(match[0], joins=True),
        (DIGIT, ","),
    ),
    rule(r"(?<![\w.,])\d{1,15}(?:ST|ND|RD|TH)\b", lambda match: Reading(match[0].lower(), joins=True), DIGIT),
    rule(rf"(?<![\w.])(?<!\d,)(?:{AMOUNT})(?!\w|[.,]\d)", _read_number, DIGIT),
    say(r"(?<=\d),(?=\d)", ", ", (DIGIT, ",")),
    rule(rf"(?<![\w.])(?:{AMOUNT})(?!\w|\.\d)", _read_number, DIGIT),
)
