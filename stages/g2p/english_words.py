"""Reads English words with signs and figures in them, hashtags, mentions and the names and signs of programmers."""

import re
from typing import Final

from utterd.stages.g2p.code_names import say_name, split_name
from utterd.stages.g2p.english_letters import spell
from utterd.stages.g2p.kinds import CAPITAL, DIGIT, HUMP
from utterd.stages.g2p.readings import Reading, Rule, drop, rule, say

_SAID_LIKE: Final = {
    "README": "read me",
    "TODO": "to do",
    "FIXME": "fix me",
    "JSON": "jason",
    "CO2": "C O 2",
    "CO₂": "C O 2",
    "H₂O": "H two O",
    "w/o": "without",
    "w/": "with",
    "b/c": "because",
    "and/or": "and or",
    "and / or": "and or",
    "he/she": "he or she",
    "she/her": "she her",
    "they/them": "they them",
    "he/him": "he him",
    "his/her": "his or her",
    "n/a": "N A",
    "N/A": "N A",
}
_OPERATORS: Final = {
    "->": "to",
    "=>": "to",
    "<-": "from",
    "<=": "is at most",
    ">=": "is at least",
    "!=": "is not equal to",
    "==": "equals",
    "===": "equals",
    "&&": "and",
    "||": "or",
    ":=": "becomes",
    "+=": "plus equals",
    "-=": "minus equals",
}
_WHOLE_NAMES: Final = frozenset("YouTube GitHub GitLab JavaScript TypeScript FaceTime MacBook PayPal LinkedIn".split())
"""Said better in one word than in two."""
_ENDINGS: Final = frozenset(("cy", "x", "s"))
"""Of names such as spaCy."""
_PREFIXES: Final = frozenset("Mac Van Von Fitz".split())
"""A capital behind one of these is of a family name."""


def _read_slash(match: re.Match[str]) -> Reading:
    """Silent between single letters (I/O, A/B) and between acronyms (TCP/IP), else said."""
    text, slash = match.string, match.start()
    left, right = text[max(0, slash - 2) : slash], text[slash + 1 : slash + 3]
    are_letters = not (left[:-1].isalpha() or right[1:].isalpha())
    are_acronyms = left.isupper() and right.isupper() and len(left) == len(right) == 2
    return Reading(" " if are_letters or are_acronyms else " slash ")


def _read_humps(match: re.Match[str]) -> str | None:
    """A name of a program; but neither PhDs nor a McDonald."""
    name = match[0]
    parts = split_name(name)
    if name in _WHOLE_NAMES or parts[0] in _PREFIXES or len(parts) < 2 or len(name) > 100:
        return None
    is_camel = parts[0].islower() and (len(parts) > 2 or (len(parts[0]) > 2 and parts[1].casefold() not in _ENDINGS))
    are_words = all(len(part) > 2 or part.isupper() for part in parts) and any(part[1:].islower() for part in parts)
    return say_name(name) if is_camel or are_words else None


def _read_hashtag(match: re.Match[str]) -> str:
    return f"hashtag {say_name(match['name'])}"


def _read_mention(match: re.Match[str]) -> str:
    return f"at {say_name(match['name'])}"


def _read_shout(match: re.Match[str]) -> str | None:
    """WHO is the organisation, unless everything is in capitals."""
    start, end = match.span()
    around = match.string[max(0, start - 20) : start] + match.string[end : end + 20]
    return "W.H.O." if any(map(str.islower, around)) else None


def _alternatives(table: dict[str, str]) -> str:
    return "|".join(re.escape(key) for key in sorted(table, key=len, reverse=True))


WORD_RULES: Final[tuple[Rule, ...]] = (
    rule(rf"(?<![\w/])(?:{_alternatives(_SAID_LIKE)})(?![\w/])", lambda match: _SAID_LIKE[match[0]], f"/{HUMP}₂"),
    say(r"vs(?<![\w.]vs)(?![\w.])", "versus"),
    rule(r"WHO(?<![\w.]WHO)(?![\w.'’])", _read_shout, HUMP),
    say(r"H2O(?<![\w.]H2O)(?!\w)", "H two O", (DIGIT, CAPITAL)),
    rule(r"(?<!\w)([A-Z]{1,4})&([A-Z]{1,4})(?!\w)", lambda match: f"{spell(match[1])} and {spell(match[2])}", "&"),
    say(r"\+\+(?<=\bC\+\+)(?!\w)", " plus plus", "+"),
    say(r"#(?<=\b[CF]#)(?!\w)", " sharp", "#"),
    rule(r"#(?<![\w&/]#)(?P<name>(?=\d{0,20}+[^\W\d_])\w{1,100}+)", _read_hashtag, "#"),
    say(r"(?<![\w&/])#(?=[^\W\d_])", "hashtag ", "#"),
    rule(r"@(?<![\w.]@)(?P<name>[^\W\d_]\w{0,60}(?:-\w{1,60})?)(?!\w)", _read_mention, "@"),
    rule(r"(?<![\w@.])(?=[^\W_]{0,60}?[^\W\d_][A-Z])[^\W\d_][^\W_]{3,99}(?![\w.]?\w)", _read_humps, HUMP),
    say(r"(?<=\w)::(?=\w)", " colon colon ", ":"),
    rule(
        rf"(?<![-=<>!&|])(?:{_alternatives(_OPERATORS)})(?![-=<>&|])",
        lambda match: f" {_OPERATORS[match[0]]} ",
        "=><&|",
    ),
    rule(r"/(?<=[^\W\d_]/)(?=[^\W\d_])", _read_slash, "/"),
    rule(r"–(?<=[a-z]–)(?=[A-Z])", lambda _match: Reading(" ", joins=True), "–"),  # Paris–London
    say(r"(?<=\w)<(?=\w)|(?<!\S)<(?!\S)|<(?=\s?\d)", " less than ", "<"),
    say(r"(?<=\w)>(?=\w)|(?<!\S)>(?!\S)|>(?=\s?\d)", " greater than ", ">"),
    drop(r"[<>]", "angle bracket", "<>"),
)
