"""What a finished voice sounds like: pieces rendered by the graphs that are shipped, and how loud each came out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime

from training import blends
from training.dataset import Dataset
from training.judge.loudness import integrated_lufs
from training.loudness import NEPERS_PER_DB, TARGET_LUFS
from training.model.style import PROSODY, STYLE, TIMBRE
from training.parameters import SAMPLE_RATE_HZ
from training.recipe import Recipe
from utterd.stages.g2p.symbols import SYMBOL_IDS

_LEAST_FRAMES = 200
"""10 ms each: a sentence. What is shorter is not expected to be even."""
_LONGEST_TOKENS = 300
_SHIPPED_SHARE = 0.75
"""Of the pieces, in the voices of the bundle; the rest in blends that people might make."""
_JOINED_SHARE = 0.15
_PLAIN_SPEED_SHARE = 0.8
_SPEEDS = (0.75, 1.5)

Style = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """One piece."""

    frames: npt.NDArray[np.float32]
    """The acoustic graph's, (t, features)."""
    shift: float
    """What c0 needs, in nepers, for `TARGET_LUFS` by the judge's meter."""


class Ear:
    """Renders with the graphs of a bundle, and measures."""

    def __init__(self, graphs: Mapping[str, onnx.ModelProto]) -> None:
        self._acoustic, self._vocoder = (_session(graphs[name]) for name in ("acoustic", "vocoder"))

    def hear(self, tokens: list[int], style: Style, speed: float) -> Heard | None:
        """None if it is shorter than a sentence."""
        feeds = {"tokens": np.array([tokens]), "style": style[None], "speed": np.array([speed], np.float32)}
        _, frames = self._acoustic.run(None, feeds)
        if frames.shape[1] < _LEAST_FRAMES:
            return None
        shift = self._missing(frames, 0.0)
        shift += self._missing(frames, shift)  # once more: the limiter takes a share of what was added
        return Heard(frames[0], shift)

    def _missing(self, frames: npt.NDArray[np.float32], shift: float) -> float:
        shifted = frames.copy()
        shifted[..., -1] = shift
        (sound,) = self._vocoder.run(None, {"frames": shifted})
        return float((TARGET_LUFS - integrated_lufs(sound[0], SAMPLE_RATE_HZ)) * NEPERS_PER_DB)


def pieces(dataset: Dataset, styles: Mapping[str, Style], recipe: Recipe) -> Iterator[tuple[list[int], Style, float]]:
    """Tokens, style and speed, without end: lines that were learned from, some joined, in all manner of voices."""
    chance = np.random.default_rng(recipe.seed)
    lines = sorted({tuple(example.tokens.tolist()) for example in dataset.training})
    shipped = [table[0, 0] for table in blends.voices(styles).values()]
    while True:
        tokens = list(lines[chance.integers(len(lines))])
        if chance.random() < _JOINED_SHARE:
            tokens = [*tokens[:-1], SYMBOL_IDS[" "], *lines[chance.integers(len(lines))][1:]]
        is_shipped = chance.random() < _SHIPPED_SHARE
        style = shipped[chance.integers(len(shipped))] if is_shipped else _blend(styles, chance)
        is_plain = chance.random() < _PLAIN_SPEED_SHARE
        speed = 1.0 if is_plain else float(np.exp(chance.uniform(*np.log(_SPEEDS))))
        if len(tokens) <= _LONGEST_TOKENS:
            yield tokens, style, speed


def _blend(styles: Mapping[str, Style], chance: np.random.Generator) -> Style:
    """Either half a random mixture of all speakers, mostly of one or two."""
    style = np.zeros(STYLE, np.float32)
    for half in (TIMBRE, PROSODY):
        weights = chance.dirichlet([0.6] * len(styles)).astype(np.float32)
        style[half] = sum(weight * own[half] for weight, own in zip(weights, styles.values(), strict=True))
    return style


def _session(graph: onnx.ModelProto) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(graph.SerializeToString(), options, providers=["CPUExecutionProvider"])
