"""IPA as people write it → the symbols of the Kokoro table; what cannot be said is refused with its name.

Imported by the client, the daemon and the g2p stage, so it knows neither misaki nor `stages/g2p/symbols.py`; a test
keeps `SOUNDS` true to that table.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

SOUNDS: Final = frozenset(
    " \u0303ʣʥʦʨᵝꭧAIOQSTWYᵊabcdefhijklmnopqrstuvwxyzɑɐɒæβɔɕçɖðʤəɚɛɜɟɡɥɨɪʝɯɰŋɳɲɴøɸθœɹɾɻʁɽʂʃʈʧʊʋʌɣɤχʎʒʔˈˌːʰʲ↓→↗↘ᵻ"
)
"""Every symbol of the table but the punctuation."""

_TIES: Final = "\u0361\u035c^"
_PAIRS: Final = {
    "tʃ": "ʧ", "dʒ": "ʤ", "tɕ": "ʨ", "dʑ": "ʥ",
    "eɪ": "A", "aɪ": "I", "oʊ": "O", "əʊ": "Q", "aʊ": "W", "ɔɪ": "Y",
}  # fmt: skip
"""Two letters of one sound, with a tie between them or without."""
_TIED_PAIRS: Final = {"ts": "ʦ", "dz": "ʣ"}
"""Two letters of one sound only where a tie says so."""
_NEAREST: Final = {
    "'": "ˈ", "’": "ˈ", ":": "ː", "ˑ": "ː", "g": "ɡ",
    "ɝ": "ɜɹ", "ɚ": "əɹ", "˞": "ɹ", "ɫ": "l", "ʟ": "l", "ɭ": "l", "ɬ": "l", "ɮ": "l", "ɺ": "ɾ", "ʀ": "ʁ",
    "ʍ": "w", "ɱ": "m", "ħ": "h", "ɦ": "h", "ʕ": "ʔ", "ɢ": "ɡ", "ʐ": "ʒ", "ʑ": "ʒ",
    "ʏ": "y", "ʉ": "u", "ɵ": "ə", "ɘ": "ə", "ɞ": "ɜ", "ɶ": "œ",
}  # fmt: skip
"""What people write and the table lacks → the nearest that it has."""
_SYLLABIC: Final = "\u0329"
_CEDILLA: Final = "\u0327"
_LEFT_OUT: Final = frozenset(
    ".‿ʷˠˤⁿˡʼ\u032f\u0325\u030a\u0324\u0330\u032a\u033a\u031a\u0320\u031f\u0339\u031c\u031d\u031e\u0308\u033d\u030d"
)
"""Marks of syllables, and details finer than the table can say."""
_VARIANTS: Final = {
    "en-us": str.maketrans({"a": "æ", "ɒ": "ɑ", "e": "ɛ", "o": "ɔ", "r": "ɹ", "Q": "O", "ɾ": "T", "ʔ": "t", "ː": ""}),
    "en-gb": str.maketrans({"æ": "a", "e": "ɛ", "o": "ɔ", "r": "ɹ", "O": "Q", "ɾ": "T", "ʔ": "t", "ᵻ": "ɪ"}),
}
"""How misaki's dictionaries, with which the voices were trained, write the same sounds."""
_VOWELS: Final = frozenset("aeiouyAIOQWYæɑɐɒɔəɚɛɜɪɨɯɤøœʊʌᵻᵊ")
_STRESSES: Final = "ˈˌ"
_STRESS_AND_ONSET: Final = re.compile(rf"([{_STRESSES}])([^{''.join(sorted(_VOWELS))}{_STRESSES}\s]*+)(?=(.)?)")
_BRACKETS: Final = {"/": "/", "[": "]"}


class IpaError(ValueError):
    """IPA with a symbol that cannot be said."""

    def __init__(self, symbol: str, position: int) -> None:
        self.symbol = symbol
        """The one that is wrong; empty if there is no sound at all."""
        self.position = position
        """In code points of the text."""
        if symbol:
            name = unicodedata.name(symbol, f"U+{ord(symbol):04X}")
            super().__init__(f"{symbol!r} ({name}), symbol {position + 1} of the IPA, is none that can be said")
        else:
            super().__init__("the IPA has no sound in it")


def check_ipa(text: str) -> None:
    """Raises IpaError, naming the first symbol of `text` that cannot be said in any language, or if nothing sounds."""
    symbols_of_ipa(text, "")


def symbols_of_ipa(text: str, language: str) -> str:
    """`text` in symbols of the table, stress marks before their vowels, as the voices know it.

    Args:
        text: IPA, or misaki's spelling of it; slashes or square brackets round it are left out.
        language: one of `languages.LANGUAGES`: English folds sounds that its dictionaries do not tell apart.

    Raises:
        IpaError: see `check_ipa`.
    """
    symbols = "".join(_symbols(text))
    if not symbols.strip(_STRESSES + " ː\u0303ʰʲ→↓↗↘"):
        raise IpaError("", 0)
    return " ".join(stress_before_vowel(symbols.translate(_VARIANTS.get(language, {}))).split())


def stress_before_vowel(phonemes: str) -> str:
    """Each stress mark moved from the beginning of its syllable to its vowel: ˈstɹɪŋ → stɹˈɪŋ. One without is lost."""
    return _STRESS_AND_ONSET.sub(
        lambda match: match[2] + (match[1] if match[3] and match[3] in _VOWELS else ""), phonemes
    )


def _symbols(text: str) -> Iterator[str]:
    start, end = _inside_brackets(text)
    at = start
    while at < end:
        symbol, following = text[at], text[at + 1 : min(at + 2, end)]
        is_tied = following != "" and following in _TIES
        pair = symbol + text[at + 1 + is_tied : min(at + 2 + is_tied, end)]
        said = _PAIRS.get(pair) or (_TIED_PAIRS.get(pair) if is_tied else None)
        if said:
            yield said
            at += 2 + is_tied
            continue
        if following == _SYLLABIC:
            yield "ᵊ"
        yield "ç" if symbol == "c" and following == _CEDILLA else _symbol(symbol, at)
        at += 2 if following in (_SYLLABIC, _CEDILLA) else 1


def _inside_brackets(text: str) -> tuple[int, int]:
    start = len(text) - len(text.lstrip())
    end = len(text.rstrip())
    if end - start >= 2 and _BRACKETS.get(text[start]) == text[end - 1]:
        return start + 1, end - 1
    return start, end


def _symbol(symbol: str, position: int) -> str:
    if symbol in _NEAREST:
        return _NEAREST[symbol]
    if symbol in SOUNDS:
        return symbol
    if symbol in _LEFT_OUT or symbol in _TIES:
        return ""
    if symbol.isspace():
        return " "
    parts = unicodedata.normalize("NFD", symbol)
    if len(parts) > 1 and all(part in SOUNDS or part in _LEFT_OUT for part in parts):
        return "".join(part for part in parts if part in SOUNDS)
    raise IpaError(symbol, position)
