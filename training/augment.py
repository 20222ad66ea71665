"""Variety that the teacher's takes lack: other spellings, quotes, joined sentences, and any speed."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from training.dataset import Example
from training.parameters import VOICING
from utterd.stages.g2p.symbols import SYMBOL_IDS

_S = SYMBOL_IDS
_ESPEAK = {
    _S[symbol]: tuple(_S[other] for other in others)
    for symbol, others in {
        "A": "eɪ", "I": "aɪ", "O": "oʊ", "W": "aʊ", "Y": "ɔɪ", "ʤ": "dʒ", "ʧ": "tʃ", "i": "iː", "u": "uː",
        "ɑ": "ɑː", "ɔ": "ɔː", "ᵊ": "ə", "T": "ɾ",
    }.items()
}  # fmt: skip
"""misaki's symbols → eSpeak NG's for the same sound."""
ESPEAK_SYMBOLS = frozenset(token for spelling in _ESPEAK.values() for token in spelling) | {_S["ɚ"], _S["ː"]}
"""Learned through `respelled` alone, some of them."""
_SCHWA, _OPEN_E, _R, _R_SCHWA, _LONG = (_S[symbol] for symbol in "əɜɹɚː")
_SPACE = _S[" "]
_ENCLOSING = ((_S["“"], _S["”"]), (_S["("], _S[")"]), (_S['"'], _S['"']))
_PAUSE_FRAMES = 70
"""350 ms between two joined sentences, as contours.PAUSE_MS has it."""


def joined(examples: list[Example]) -> Example:
    """Several takes of one speaker as one, a full stop's pause apart."""
    tokens: list[npt.NDArray[np.int64]] = []
    durations: list[npt.NDArray[np.int64]] = []
    parameters: list[npt.NDArray[np.float16]] = []
    for place, example in enumerate(examples):
        own = example.durations.copy()
        frames = example.parameters
        if place < len(examples) - 1:  # the mark at the end gets both pads' silence, and a space takes the pads' place
            silence = int(own[-1]) + int(examples[place + 1].durations[0])
            filling = np.repeat(frames[-1:], max(0, _PAUSE_FRAMES - silence), axis=0)
            own[-2] += silence + len(filling)
            own[-1] = 0
            frames = np.concatenate([frames, filling])
        if place:
            own[0] = 0
        tokens.append(example.tokens if place == 0 else np.concatenate([[_SPACE], example.tokens[1:]]))
        durations.append(own)
        parameters.append(frames)
        if place < len(examples) - 1:
            tokens[-1], durations[-1] = tokens[-1][:-1], durations[-1][:-1]
    return Example(np.concatenate(tokens), np.concatenate(durations), np.concatenate(parameters), examples[0].speaker)


def respelled(example: Example, chance: np.random.Generator) -> Example:
    """The same sounds as eSpeak NG writes them, most of them."""
    used = {symbol for symbol in _ESPEAK if chance.random() < 0.9}
    joins_r = chance.random() < 0.9
    tokens: list[int] = []
    durations: list[int] = []
    pairs = list(zip(example.tokens.tolist(), example.durations.tolist(), strict=True))
    place = 0
    while place < len(pairs):
        token, duration = pairs[place]
        after, after_duration = pairs[place + 1] if place + 1 < len(pairs) else (0, 0)
        place += 1
        if joins_r and after == _R and token == _OPEN_E:
            tokens += [token, _LONG]
            durations += [duration, after_duration]
            place += 1
        elif joins_r and after == _R and token == _SCHWA:
            tokens.append(_R_SCHWA)
            durations.append(duration + after_duration)
            place += 1
        elif token in used:
            spelling = _ESPEAK[token]
            tokens += spelling
            half = (duration + 1) // 2
            durations += [half, duration - half] if len(spelling) == 2 else [duration]
        else:
            tokens.append(token)
            durations.append(duration)
    return replace(example, tokens=np.array(tokens), durations=np.array(durations))


def enclosed(example: Example, chance: np.random.Generator) -> Example:
    """A few words in quotes or brackets, which make no sound."""
    spaces = np.flatnonzero(example.tokens == _SPACE)
    if len(spaces) < 2:
        return example
    first, second = np.sort(chance.choice(spaces, 2, replace=False))
    opening, closing = _ENCLOSING[chance.integers(len(_ENCLOSING))]
    places = [first + 1, second]
    return replace(
        example,
        tokens=np.insert(example.tokens, places, [opening, closing]),
        durations=np.insert(example.durations, places, 0),
    )


def at_speed(example: Example, speed: float, exponent: float) -> Example:
    """Faster or slower with every sound still whole: parameters are resampled within each token.

    Durations change as `AcousticGraph.durations` will change them.
    """
    plain = example.durations.astype(np.float64)
    bent = np.where(plain > 0, np.maximum(plain, 0.5) ** min(1, speed**-exponent), 0)
    ends = np.floor(np.cumsum(bent * (plain.sum() / speed / bent.sum())) + 0.5).astype(np.int64)
    durations = np.diff(ends, prepend=0)
    old_starts = np.cumsum(example.durations) - example.durations
    token = np.repeat(np.arange(len(durations)), durations)
    into = np.arange(len(token)) - np.repeat(ends - durations, durations)
    place = old_starts[token] + (into + 0.5) * example.durations[token] / durations[token] - 0.5
    place = np.clip(place, 0, len(example.parameters) - 1)
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, len(example.parameters) - 1)
    share = (place - low).astype(np.float32)[:, None]
    source = example.parameters.astype(np.float32)
    parameters = source[low] * (1 - share) + source[high] * share
    parameters[:, VOICING] = source[np.rint(place).astype(np.int64), VOICING]
    return replace(example, durations=durations, parameters=parameters)
