"""What every sign is called when a text is spelled out, language by language: also those that are else but pauses."""

import unicodedata
from typing import Final

from utterd.stages.g2p.addresses import MARKS
from utterd.stages.g2p.emoji_names import name_emoji
from utterd.stages.g2p.english_letters import CLOSE, say_letter
from utterd.stages.g2p.spoken_symbols import symbols_of

_PUNCTUATION: Final[dict[str, dict[str, str]]] = {
    "en": {
        ",": "comma",
        ";": "semicolon",
        "!": "exclamation mark",
        "'": "apostrophe",
        "’": "apostrophe",
        '"': "quote",
        "(": "open paren",
        ")": f"{CLOSE} paren",
        "[": "open bracket",
        "]": f"{CLOSE} bracket",
        "{": "open brace",
        "}": f"{CLOSE} brace",
        "*": "star",
        "|": "pipe",
        "`": "backtick",
        "$": "dollar",
        "€": "euro",
        "£": "pound",
        "…": "ellipsis",
        "–": "dash",
        "—": "dash",
    },
    "es": {
        ",": "coma",
        ";": "punto y coma",
        "!": "signo de exclamación",
        "?": "signo de interrogación",
        "'": "apóstrofo",
        '"': "comillas",
        "(": "abre paréntesis",
        ")": "cierra paréntesis",
        "*": "asterisco",
        "#": "almohadilla",
    },
    "fr": {
        ",": "virgule",
        ";": "point-virgule",
        "!": "point d'exclamation",
        "?": "point d'interrogation",
        "'": "apostrophe",
        '"': "guillemet",
        "(": "parenthèse ouvrante",
        ")": "parenthèse fermante",
        "*": "astérisque",
        "#": "dièse",
    },
    "it": {
        ",": "virgola",
        ";": "punto e virgola",
        ":": "due punti",
        "!": "punto esclamativo",
        "?": "punto interrogativo",
        "'": "apostrofo",
        '"': "virgolette",
        "(": "aperta parentesi",
        ")": "chiusa parentesi",
        "*": "asterisco",
        "#": "cancelletto",
    },
    "pt": {
        ",": "vírgula",
        ";": "ponto e vírgula",
        "!": "ponto de exclamação",
        "?": "ponto de interrogação",
        "'": "apóstrofo",
        '"': "aspas",
        "(": "abre parêntese",
        ")": "fecha parêntese",
        "*": "asterisco",
        "#": "cerquilha",
    },
    "hi": {",": "अल्पविराम", "?": "प्रश्न चिह्न", "!": "विस्मय चिह्न", ":": "कोलन", ";": "सेमीकोलन"},
}


def name_character(character: str, language: str) -> str:
    """How one character, or emoji, is said when it is spelled; "" for white space, and for what has no name."""
    subtag = language.partition("-")[0]
    if len(character) > 1:
        return name_emoji(character, language)
    if character.isalnum():
        return say_letter(character) if subtag == "en" else character.upper()[:1]
    if character.isspace() or unicodedata.category(character)[0] in "CM":
        return ""
    named = _PUNCTUATION[subtag].get(character) or MARKS[subtag].get(character) or symbols_of(language).get(character)
    if named:
        return named
    if not character.isascii() and (name := name_emoji(character, language)):
        return name
    return unicodedata.name(character, "").lower().replace("-", " ") if subtag == "en" else ""
