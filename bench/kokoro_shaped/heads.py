"""Fit the heads that say how long and how high: weights that are random elsewhere speak at the pace of speech.

Each symbol gets a length and a pitch of its own by chance, and linear regression finds the head that comes closest to
them on sentences of real phonemes. Durations then differ from token to token, and voiceless sounds have no pitch: what
time and memory depend on, and what a splitter or a quantiser may get wrong.
"""

import random
from typing import Any, Final

import torch

from bench.kokoro_shaped.voices import shaped_voices
from bench.phonemes import PHONEMES
from utterd.stages.g2p.symbols import PUNCTUATION, SYMBOL_IDS

_THRESHOLDS: Final = (-4.0, -1.2, -0.4, 0.3, 0.9, 1.5, 2.1, 2.7)
"""Of a standard normal score, one a frame: 3.2 frames (80 ms) a token on average, 1 to 8."""
_STEEPNESS: Final = 4.0
_NEVER: Final = -12.0
"""The logit of a frame that is never counted."""
_F0_HZ, _F0_SPREAD_HZ = 120.0, 70.0
"""Below 10 Hz the source makes noise: some frames in a hundred."""
_VOICELESS: Final = frozenset("ptkfsʃʧθhʦ ") | PUNCTUATION
_SHUFFLED, _WORDS = 15, 16
"""Utterances of the sentences' words in random order are fitted on, too."""
_STYLE_SHARE: Final = 0.05
"""By how much the style's way into the recurrent layers is narrowed: by chance it outweighs the sounds."""
_RIDGE: Final = 0.3
"""Of the mean square of the features."""


def fit_heads(model: Any, seed: int) -> None:
    """Write the weights of `duration_proj` and `F0_proj` of a `kokoro.model.KModel`."""
    generator = torch.Generator().manual_seed(seed)
    scores = torch.randn(max(SYMBOL_IDS.values()) + 1, generator=generator)
    pitches = 1 + 0.3 * torch.randn(len(scores), generator=generator)
    pitches[[0, *(SYMBOL_IDS[symbol] for symbol in _VOICELESS)]] = -1
    _soften_style(model)
    voices = [torch.from_numpy(table[:, :, 128:]) for table in shaped_voices().values()]
    samples = [(tokens, voice[tokens.shape[1] - 2]) for tokens in _utterances(seed) for voice in voices]
    encoded = [(tokens[0], style, _encode(model, tokens, style)) for tokens, style in samples]
    recurrent = [model.predictor.lstm(each)[0][0] for _, _, each in encoded]
    weight, bias = _standard_fit(torch.cat(recurrent), torch.cat([scores[tokens] for tokens, _, _ in encoded]))
    _write_durations(model.predictor.duration_proj.linear_layer, weight, bias)
    features, targets = [], []
    for (tokens, style, each), inner in zip(encoded, recurrent, strict=True):
        frames = torch.sigmoid(model.predictor.duration_proj(inner)).sum(1).round().long()
        features.append(_pitch_features(model, each[0].repeat_interleave(frames, 0)[None], style))
        targets.append(pitches[tokens].repeat_interleave(2 * frames))
    weight, bias = _standard_fit(torch.cat(features), torch.cat(targets))
    model.predictor.F0_proj.weight.copy_(_F0_SPREAD_HZ * weight[None, :, None])
    model.predictor.F0_proj.bias.fill_(_F0_HZ + _F0_SPREAD_HZ * bias)


def _utterances(seed: int) -> list[torch.Tensor]:
    """Tokens, pads included, shape (1, tokens)."""
    chance = random.Random(seed)
    words = " ".join(PHONEMES).split()
    shuffled = [" ".join(chance.sample(words, _WORDS)) for _ in range(_SHUFFLED)]
    return [torch.tensor([[0, *(SYMBOL_IDS[symbol] for symbol in text), 0]]) for text in (*PHONEMES, *shuffled)]


def _soften_style(model: Any) -> None:
    predictor = model.predictor
    hidden = model.bert_encoder.out_features
    for layer in (*predictor.text_encoder.lstms[::2], predictor.lstm, predictor.shared):
        for weight in (layer.weight_ih_l0, layer.weight_ih_l0_reverse):
            weight[:, hidden:] *= _STYLE_SHARE


def _encode(model: Any, tokens: torch.Tensor, style: torch.Tensor) -> torch.Tensor:
    """What durations and pitch are read from, shape (1, tokens, width)."""
    mask = torch.zeros(tokens.shape, dtype=torch.bool)
    encoded = model.bert_encoder(model.bert(tokens, attention_mask=(~mask).int())).transpose(-1, -2)
    states: torch.Tensor = model.predictor.text_encoder(encoded, style, torch.tensor([tokens.shape[1]]), mask)
    return states


def _pitch_features(model: Any, states: torch.Tensor, style: torch.Tensor) -> torch.Tensor:
    """The input of `F0_proj`, shape (2 * frames, channels)."""
    hidden = model.predictor.shared(states)[0].transpose(-1, -2)
    for block in model.predictor.F0:
        hidden = block(hidden, style)
    features: torch.Tensor = hidden[0].T
    return features


def _standard_fit(features: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, float]:
    """Weight and bias of the ridge regression of targets (rows,) on features (rows, channels), scaled so that what it
    gives on them has a mean of 0 and a spread of 1."""
    mean = features.mean(0)
    centred = (features - mean).double()
    square = centred.T @ centred
    square += torch.eye(len(square)) * (_RIDGE * square.diagonal().mean())
    weight = torch.linalg.solve(square, centred.T @ (targets - targets.mean()).double())
    weight /= (centred @ weight).std()
    return weight.float(), -float(mean.double() @ weight)


def _write_durations(head: torch.nn.Linear, weight: torch.Tensor, bias: float) -> None:
    """Frame i is counted where the score is above threshold i."""
    head.weight.zero_()
    head.bias.fill_(_NEVER)
    for frame, threshold in enumerate(_THRESHOLDS):
        head.weight[frame] = _STEEPNESS * weight
        head.bias[frame] = _STEEPNESS * (bias - threshold)
