"""British spelling of a take: misaki's symbols for the same sounds as its British dictionary has them, as said abroad.

The teachers say their r's, as Scots do; what is learned is how to read the symbols, not the accent.
"""

from dataclasses import replace

import numpy as np

from training.dataset import Example
from utterd.stages.g2p.symbols import SYMBOL_IDS, phonemes_of

_VOWELS = frozenset("AIOWYiuɑɔæɛɪʊʌəɜɐᵊᵻ")
_STRESSES = frozenset("ˈˌ")
_BEFORE_R = {"ɜ": "ɜː", "ɑ": "ɑː", "ɔ": "ɔː", "ɛ": "ɛː", "ʊ": "ɔː", "ɪ": "ɪə", "ə": "ə"}
"""A vowel and an r that no vowel follows."""
_LONG_AND_R = {"ɜ": "ɜː", "ɔ": "ɔː"}
"""A vowel whose r is heard."""
_ALWAYS = {"O": "Q", "T": "t", "ᵻ": "ɪ", "u": "uː"}
BRITISH_SYMBOLS = frozenset(SYMBOL_IDS[symbol] for symbol in "aɒQː")
"""Learned through `in_british` alone, some of them."""
_ENDS_BATH = ("θ", "f", "s", "ns", "nʧ", "nt")
_LONG_IN_BATH = 0.6
_LONG_THOUGHT = 0.75
"""Elsewhere it is as in "lot"."""

_Sounds = list[tuple[str, int]]
"""Symbols, and how long each lasts."""


def in_british(example: Example, chance: np.random.Generator) -> Example:
    """As misaki would write what is heard with `british=True`, most of it; it lasts as long."""
    symbols = ["", *phonemes_of(tuple(example.tokens[1:-1].tolist())), ""]
    durations = example.durations.tolist()
    tokens, lasting = [0], durations[:1]
    place, is_stressed = 1, False
    while place < len(symbols) - 1:
        taken, spelled = _spelled(symbols, durations, place, is_stressed, chance)
        tokens += [SYMBOL_IDS[symbol] for symbol, _ in spelled]
        lasting += [duration for _, duration in spelled]
        if symbols[place] in _STRESSES or symbols[place] in _VOWELS:
            is_stressed = symbols[place] in _STRESSES
        place += taken
    return replace(example, tokens=np.array([*tokens, 0]), durations=np.array([*lasting, durations[-1]]))


def _spelled(
    symbols: list[str], durations: list[int], place: int, is_stressed: bool, chance: np.random.Generator
) -> tuple[int, _Sounds]:
    """How many symbols from `place` on are written anew, and how."""
    symbol, duration = symbols[place], durations[place]
    has_r = symbols[place + 1] == "ɹ"
    if has_r and symbol in _BEFORE_R and not {symbols[place + 2]} & (_VOWELS | _STRESSES):
        return 2, _share(_BEFORE_R[symbol], duration, durations[place + 1])
    if has_r:
        written = _LONG_AND_R.get(symbol, symbol)
    elif symbol == "æ":
        is_bath = "".join(symbols[place + 1 : place + 3]).startswith(_ENDS_BATH)
        written = "ɑː" if is_bath and chance.random() < _LONG_IN_BATH else "a"
    elif symbol == "ɑ":
        written = "ɒ"
    elif symbol == "ɔ":
        written = "ɔː" if chance.random() < _LONG_THOUGHT else "ɒ"
    elif symbol == "i":
        written = "iː" if is_stressed else "i"
    else:
        written = symbol
    written = _ALWAYS.get(written, written)
    return 1, _share(written, (duration + 1) // 2, duration // 2)


def _share(written: str, first: int, second: int) -> _Sounds:
    """One or two symbols last `first + second`."""
    return [(written, first + second)] if len(written) == 1 else [(written[0], first), (written[1], second)]
