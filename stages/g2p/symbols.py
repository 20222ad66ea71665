"""The Kokoro symbol table: one token for each Unicode character of a phoneme string.

Ids run from 1 to 177 with holes; 0 is the model's padding and never made here.
"""

from typing import Final

# fmt: off
SYMBOL_IDS: Final[dict[str, int]] = {
    ";": 1, ":": 2, ",": 3, ".": 4, "!": 5, "?": 6, "—": 9, "…": 10, '"': 11, "(": 12, ")": 13, "“": 14, "”": 15,
    " ": 16, "\u0303": 17, "ʣ": 18, "ʥ": 19, "ʦ": 20, "ʨ": 21, "ᵝ": 22, "ꭧ": 23, "A": 24, "I": 25, "O": 31,
    "Q": 33, "S": 35, "T": 36, "W": 39, "Y": 41, "ᵊ": 42, "a": 43, "b": 44, "c": 45, "d": 46, "e": 47, "f": 48,
    "h": 50, "i": 51, "j": 52, "k": 53, "l": 54, "m": 55, "n": 56, "o": 57, "p": 58, "q": 59, "r": 60, "s": 61,
    "t": 62, "u": 63, "v": 64, "w": 65, "x": 66, "y": 67, "z": 68, "ɑ": 69, "ɐ": 70, "ɒ": 71, "æ": 72, "β": 75,
    "ɔ": 76, "ɕ": 77, "ç": 78, "ɖ": 80, "ð": 81, "ʤ": 82, "ə": 83, "ɚ": 85, "ɛ": 86, "ɜ": 87, "ɟ": 90, "ɡ": 92,
    "ɥ": 99, "ɨ": 101, "ɪ": 102, "ʝ": 103, "ɯ": 110, "ɰ": 111, "ŋ": 112, "ɳ": 113, "ɲ": 114, "ɴ": 115, "ø": 116,
    "ɸ": 118, "θ": 119, "œ": 120, "ɹ": 123, "ɾ": 125, "ɻ": 126, "ʁ": 128, "ɽ": 129, "ʂ": 130, "ʃ": 131, "ʈ": 132,
    "ʧ": 133, "ʊ": 135, "ʋ": 136, "ʌ": 138, "ɣ": 139, "ɤ": 140, "χ": 142, "ʎ": 143, "ʒ": 147, "ʔ": 148, "ˈ": 156,
    "ˌ": 157, "ː": 158, "ʰ": 162, "ʲ": 164, "↓": 169, "→": 171, "↗": 172, "↘": 173, "ᵻ": 177,
}
# fmt: on

SYMBOLS: Final = {token: symbol for symbol, token in SYMBOL_IDS.items()}
"""The table read backwards."""

PUNCTUATION: Final = frozenset(';:,.!?—…"()“”')
"""Symbols that shape the melody and the pauses, and make no sound of their own."""

_NEIGHBOURS: Final = str.maketrans(
    {
        "g": "ɡ",
        "ɫ": "l",
        "ʍ": "w",
        "ɭ": "l",
        "ɬ": "l",
        "ʏ": "y",
        "ɵ": "ə",
        "ɘ": "ə",
        "ɱ": "m",
        "ħ": "h",
        "ɦ": "h",
        "ʀ": "ʁ",
    }
)
"""What eSpeak may say and the table lacks → the nearest sound it has."""


def speakable(phonemes: str) -> str:
    """`phonemes` in symbols of the table alone: a neighbour where there is one, else left out."""
    return "".join(symbol for symbol in phonemes.translate(_NEIGHBOURS) if symbol in SYMBOL_IDS)


def token_ids(phonemes: str) -> list[int]:
    """One id for each symbol; symbols outside the table are left out (see `speakable`)."""
    return [SYMBOL_IDS[symbol] for symbol in phonemes if symbol in SYMBOL_IDS]


def phonemes_of(tokens: tuple[int, ...]) -> str:
    """The phoneme string of `tokens`, for people."""
    return "".join(SYMBOLS[token] for token in tokens)


def is_sound(phonemes: str) -> bool:
    """Is there anything in it that is heard: more than punctuation, spaces and stress marks?"""
    return any(symbol not in PUNCTUATION and symbol not in " ˈˌː" for symbol in phonemes)
