"""Where the tokens of an utterance lie in its audio, and which kinds of sounds they are."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from training.judge.voice import Utterance
from utterd.stages.g2p.symbols import PUNCTUATION, SYMBOLS

VOWELS: Final = frozenset("AIOQWYaeiouyæɑɐɒɔəɚɛɜɪɨʊʌᵊᵻøœɤɯ")
PLOSIVES: Final = frozenset("ptkbdɡʤʧ")
"""And the affricates: what ends a closure with a burst."""
SHARP_FRICATIVES: Final = frozenset("sʃzfθ")
SILENT: Final = PUNCTUATION | frozenset(" ˈˌ")
"""Symbols without a sound of their own; a pause may be theirs."""
PAD: Final = ""
"""Stands for token 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One token in the audio."""

    symbol: str
    start: int
    """In samples."""
    stop: int

    @property
    def is_sound(self) -> bool:
        return self.symbol != PAD and self.symbol not in SILENT


def spans(utterance: Utterance) -> list[Span]:
    """Of every token, pads included; none if the voice does not tell its durations."""
    if utterance.token_seconds is None:
        return []
    edges = np.rint(np.concatenate([[0], np.cumsum(utterance.token_seconds)]) * utterance.rate_hz).astype(int).tolist()
    symbols = [SYMBOLS.get(token, PAD) for token in utterance.line.tokens]
    return [Span(symbol=s, start=a, stop=b) for s, a, b in zip(symbols, edges[:-1], edges[1:], strict=True)]


def spans_of(utterance: Utterance, kind: frozenset[str], *, at_least_s: float) -> Iterator[Span]:
    """Every token of a kind that lasts long enough."""
    for span in spans(utterance):
        if span.symbol in kind and span.stop - span.start >= at_least_s * utterance.rate_hz:
            yield span
