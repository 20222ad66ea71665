"""Reads source code so that a programmer understands it: names in words, operators and brackets by their short names.

What was chosen, after what screen readers offer as "most punctuation": operators are said as programmers say them
("equals equals", "not equals", "arrow"); brackets always, by short names ("open paren"), an empty pair in one word
("parens"); commas and semicolons are heard as pauses, and so is the end of a line; indentation is silent.
"""

import re
from typing import Final

from utterd.stages.g2p.addresses import MARKS, web_rules
from utterd.stages.g2p.code_names import say_name
from utterd.stages.g2p.emoji_names import emoji_rules
from utterd.stages.g2p.english_letters import CLOSE
from utterd.stages.g2p.english_numbers import HEX_RULE, say_number
from utterd.stages.g2p.kinds import DIGIT, INNER_STOP
from utterd.stages.g2p.readings import Rule, rule, say

_OPERATORS: Final = {
    "===": "equals equals equals",
    "!==": "not equals equals",
    "<=>": "spaceship",
    "**=": "star star equals",
    "//=": "slash slash equals",
    "<<=": "shift left equals",
    ">>=": "shift right equals",
    ">>>": "unsigned shift right",
    "...": "dot dot dot",
    "..=": "dot dot equals",
    "==": "equals equals",
    "!=": "not equals",
    "<=": "less than or equal to",
    ">=": "greater than or equal to",
    "->": "arrow",
    "=>": "fat arrow",
    "<-": "left arrow",
    "::": "colon colon",
    "&&": "and",
    "||": "or",
    "??": "or else",
    "?.": "question dot",
    "+=": "plus equals",
    "-=": "minus equals",
    "*=": "star equals",
    "/=": "slash equals",
    "%=": "percent equals",
    "&=": "ampersand equals",
    "|=": "pipe equals",
    "^=": "caret equals",
    ":=": "colon equals",
    "=~": "equals tilde",
    "|>": "pipe to",
    "++": "plus plus",
    "--": "minus minus",
    "**": "star star",
    "<<": "shift left",
    ">>": "shift right",
    "..": "dot dot",
}
_BRACKETS: Final = {
    "()": "parens",
    "[]": "brackets",
    "{}": "braces",
    "(": "open paren",
    ")": f"{CLOSE} paren",
    "[": "open bracket",
    "]": f"{CLOSE} bracket",
    "{": "open brace",
    "}": f"{CLOSE} brace",
}
_SIGNS: Final = {
    "=": "equals",
    "+": "plus",
    "-": "minus",
    "*": "star",
    "/": "slash",
    "%": "percent",
    "&": "ampersand",
    "|": "pipe",
    "^": "caret",
    "~": "tilde",
    "<": "less than",
    ">": "greater than",
    "@": "at",
    "#": "hash",
    "$": "dollar",
    "\\": "backslash",
    "`": "backtick",
    ":": "colon",
}


def _named(table: dict[str, str], needs: str) -> Rule:
    keys = "|".join(re.escape(key) for key in sorted(table, key=len, reverse=True))
    return rule(keys, lambda match: table[match[0]], needs)


def _read_name(match: re.Match[str]) -> str | None:
    """A name that is more than a word."""
    name = match[0]
    if name.islower() and name.isalpha() and len(name) > 1 and name.isascii() and not _is_short(name):
        return None
    core = name.strip("_")
    if not core:
        return " ".join(["underscore"] * min(len(name), 3))
    if name.startswith("__") and name.endswith("__") and len(name) > len(core) + 3:
        return f"dunder {say_name(core)}"
    lead, trail = len(name) - len(name.lstrip("_")), len(name) - len(name.rstrip("_"))
    words = [*["underscore"] * min(lead, 3), say_name(core), *["underscore"] * min(trail, 3)]
    return " ".join(words)


def _is_short(name: str) -> bool:
    """Perhaps an abbreviation without a vowel: ctx, str, fn."""
    return len(name) < 6


def _read_grouped(match: re.Match[str]) -> str:
    """1_000_000, 10L, 1.5f."""
    return f"{say_number(match['number'].replace('_', ''))} {say_name(match['suffix'])}".strip()


def _read_kebab(match: re.Match[str]) -> str:
    return say_name(match[0])


def code_rules(language: str) -> tuple[Rule, ...]:
    """All the rules for code; in other languages than English, what their own words for signs allow."""
    if not language.startswith("en"):
        return _other_rules(language)
    return (
        *web_rules(language),
        *emoji_rules(language),
        say(r"\"{3}|'{3}", "triple quote", "\"'"),
        say(r"/\*+|//+(?<!:..)|<!--", "comment", ("/<",)),
        say(r"\*+/|-->", "end comment", "/>"),
        say(r"#!(?=/)", "hash bang", "#"),
        say(r"#+(?=[ \t]|\Z)|(?<!\S)--(?=\s)", "comment", "#-"),
        HEX_RULE,
        rule(
            r"(?<!\w)(?<!\d\.)(\d{1,15}(?:\.\d{1,20})?)[eE]([+-]?)(\d{1,4})(?!\w)",
            lambda m: f"{say_number(m[1])} E {'minus ' if m[2] == '-' else ''}{say_number(m[3])}",
            DIGIT,
        ),
        rule(
            r"(?<!\w)(?<!\d\.)(?P<number>\d{1,15}(?:_\d{1,9}){0,9}(?:\.\d{1,20})?)(?P<suffix>[A-Za-z]{0,5})(?!\w|\.\d)",
            _read_grouped,
            DIGIT,
        ),
        rule(r"(?<![\w-])[a-z]{2,40}(?:-[a-z][a-z0-9]{1,40}){1,20}(?![\w-])", _read_kebab, "-"),
        say(r"(?:(?<=\s)|\A)--(?=[A-Za-z])", "dash dash", "-"),
        say(r"(?:(?<=[^\w\s)\]]\s)|(?<=\w\s)|\A)-(?=[A-Za-z])", "dash", "-"),
        rule(r"(?<![\w'’])[^\W\d]\w{0,199}", _read_name),
        _named(_OPERATORS, "=<>&|?+-*.:/%^~!"),
        _named(_BRACKETS, "()[]{}"),
        say(r"!(?<=\w!)(?=[(\[{])", "bang", "!"),
        say(r"!(?=[\w(!])", "not", "!"),
        say(r"\?(?=\s)|\?(?=\w)", "question mark", "?"),
        say(r"\.(?=\w)(?<=[\w)\]\"'].)|\.(?<=[\w)\]\"']\n\s)(?=\w)", "dot", INNER_STOP),
        say(r"\.(?=\w)", "dot", INNER_STOP),
        say(r"[\"'](?<![^\s(\[{=,:+<>|&!?frbuFRBU;/-].)(?<!\w[frbuFRBU].)(?=\S)", "quote", "\"'"),
        say(r"\"|'(?!\w)", "end quote", "\"'"),
        _named(_SIGNS, "".join(_SIGNS)),
        say(r"\n(?<=[\w)\]}\"']\n)(?=\s*\S)", ", ", "\n"),
    )


def _other_rules(language: str) -> tuple[Rule, ...]:
    marks = MARKS[language.partition("-")[0]]
    return (
        *web_rules(language),
        *emoji_rules(language),
        rule(r"(?<!\w)[^\W\d]\w{0,199}", lambda match: _read_other_name(match[0])),
        say(r"\.(?=\w)(?<=\w.)", f" {marks['.']} ", INNER_STOP),
        say(r"-(?=\w)(?<=\w.)", f" {marks['-']} ", "-"),
    )


def _read_other_name(name: str) -> str | None:
    if not name.isascii() or (name.isalpha() and (name.islower() or name.istitle() or len(name) < 2)):
        return None
    return say_name(name, english=False) or None
