"""Measures what the vocoder normalises when a voice speaks: the table that windows are normalised by."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from utterd.stages.inference.kokoro_statistics import Statistics
from utterd.stages.models.preparing.arrays import save_arrays
from utterd.stages.models.preparing.kept import Kept, digest
from utterd.stages.models.preparing.material import Material
from utterd.stages.models.preparing.model import Model
from utterd.stages.models.preparing.recipes import fingerprint
from utterd.stages.models.quantising.running import Arrays
from utterd.stages.models.quantising.sentences import Sentence, sentences_for_measuring

LENGTHS: Final = ((25, 2), (90, 2), (200, 1))
"""Tokens of a piece, and how many pieces: 434 tokens in English, half a minute of speech.

Nine units in ten of running text have 20 to 220 tokens (stages/g2p/segment.py). On a model of Kokoro's size, 1.8 times
as much speech brings windows 0.4 dB nearer to whole pieces, and a fifth less takes them 0.4 dB away; lengths beyond
three gain less than more speech at each.
"""
_LEAST_NOISE: Final = 1e-9
"""Of a row's means, in variances of their channel: speech that is the same twice is no reason to divide by zero."""

Means = npt.NDArray[np.float64]
"""Shape (M,)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Heard:
    """What one piece was measured at."""

    tokens: int
    frames: int
    mean: Means
    mean_square: Means


def measure(voice: str, material: Material) -> Arrays:
    """A row for each of LENGTHS, as `Parts.statistics` has it: `tokens`, `mean`, `variance`."""
    language = material.model.language(voice)
    rows = [
        [_heard(voice, piece, material) for piece in sentences_for_measuring(language, *length)] for length in LENGTHS
    ]
    return voice_table(rows, material.split.vocoder.epsilon)


def _heard(voice: str, piece: Sentence, material: Material) -> Heard:
    decoded = material.decode(material.feeds(voice, piece))
    measured = material.measuring(decoded)
    return Heard(
        tokens=len(piece.tokens),
        frames=decoded["features"].shape[2],
        mean=measured["mean"].astype(np.float64),
        mean_square=measured["mean_square"].astype(np.float64),
    )


def voice_table(rows: Sequence[Sequence[Heard]], epsilon: float) -> Arrays:
    """From the pieces of each length to what is to be expected of any piece of that length.

    What is said moves a piece's means, the more so the shorter it is, and so does the style of its length. So a row,
    its pieces taken as one sound, is moved to what all rows have in common by the share of its distance that the former
    accounts for. This is empirical Bayes; variances within and between rows are estimated as for a meta-analysis
    (DerSimonian and Laird, 1986), of all channels together. Rows that are alike become one; rows far apart stay.

    Args:
        rows: at least two, ascending in length; together more pieces than rows.
        epsilon: of the normalisations; a channel that never moves has this variance at least.
    """
    frames = np.array([sum(piece.frames for piece in row) for row in rows], np.float64)
    pieces = [piece for row in rows for piece in row]
    center, power = _pooled(pieces)
    deviation = np.sqrt(np.maximum(power - center**2, 0) + epsilon)
    pooled = [_pooled(row) for row in rows]
    mean, mean_square = (np.stack(each) for each in zip(*pooled, strict=True))

    def distance(one: Means, other: Means) -> float:
        return float(np.square((one - other) / deviation).mean())

    within = sum(piece.frames * distance(piece.mean, mean[i]) for i, row in enumerate(rows) for piece in row)
    within /= len(pieces) - len(rows)
    spread = sum(count * distance(each, center) for count, each in zip(frames, mean, strict=True))
    between = max(0, spread - (len(rows) - 1) * within) / (frames.sum() - np.square(frames).sum() / frames.sum())
    noise = within / frames + _LEAST_NOISE
    weights = 1 / (between + noise)
    own: npt.NDArray[np.float64] = (between * weights)[:, None]

    def moved(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return own * values + (1 - own) * np.average(values, axis=0, weights=weights)

    found = [Statistics.of_means(*row) for row in zip(moved(mean), moved(mean_square), strict=True)]
    return {
        "tokens": np.array([round(sum(piece.tokens for piece in row) / len(row)) for row in rows], np.int64),
        "mean": np.stack([each.mean for each in found]),
        "variance": np.stack([each.variance for each in found]),
    }


def _pooled(pieces: Sequence[Heard]) -> tuple[Means, Means]:
    """Mean and mean square of all in a row."""
    shares = np.array([piece.frames for piece in pieces]) / sum(piece.frames for piece in pieces)
    return shares @ [piece.mean for piece in pieces], shares @ [piece.mean_square for piece in pieces]


class VoiceTables:
    """The statistics of one model's voices: a kept file each, and one of all."""

    def __init__(self, model: Model, kept: Kept) -> None:
        self._model = model
        self._kept = kept

    def has(self, voice: str) -> bool:
        return self._kept.has(self.name(voice))

    def name(self, voice: str) -> str:
        """Of the kept file: it tells the model, the code, and the styles that were measured."""
        model = self._model
        styles = [model.style(voice, tokens).tobytes().hex() for tokens in _spoken(model.language(voice))]
        return f"voice.{digest(model.sha256, fingerprint(), voice, *styles)}.npz"

    def keep(self, voice: str, table: Arrays) -> None:
        with self._kept.making(self.name(voice)) as path:
            save_arrays(path, table)

    def keep_all(self, voices: tuple[str, ...]) -> str:
        """One file of all these, for inference; returns its name."""
        name = f"statistics.{digest(*map(self.name, voices))}.npz"
        if not self._kept.has(name):
            arrays: dict[str, npt.NDArray[Any]] = {}
            for voice in voices:
                with np.load(self._kept.path(self.name(voice))) as table:
                    arrays |= {f"{voice}.{kind}": table[kind] for kind in table.files}
            with self._kept.making(name) as path:
                save_arrays(path, arrays)
        return name


def _spoken(language: str) -> Iterator[int]:
    """Tokens of every piece that a voice of this language is measured with."""
    for length in LENGTHS:
        yield from (len(piece.tokens) for piece in sentences_for_measuring(language, *length))
