"""Means and variances by which the vocoder's windows are normalised: a voice's own, moved towards what it was heard at.

The vocoder was trained to normalise each channel over the whole piece. A window does not have the whole piece; with one
mean and one variance for all windows of a piece the joins are exact, and the nearer both are to the piece's own, the
nearer is the timbre (PERFORMANCE.md 4: a table of the voice gives 33 dB, the window's own statistics 24). What a voice
is heard at is known of graphs that tell it; with others the table alone counts.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from utterd.config.blend import BlendError, parse_blend
from utterd.stages.inference.voice_files import DAMAGE, open_archive
from utterd.stages.work import ChunkFailed

Channels = npt.NDArray[np.float32]
"""Shape (M,): a figure for each channel of each normalisation."""
Sums = npt.NDArray[np.float64]

TABLE_WEIGHT_FRAMES = 1600
"""A voice's table counts as 20 s of its speech: a first sentence moves it by a fifth, not to itself."""
REMEMBERED_FRAMES = 4800
"""Of what was spoken, the last minute or so counts: with more, its weight no longer grows."""
VOICES_KEPT = 8
"""Of 40 to 80 kB each; as many as a blend can have."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Statistics:
    mean: Channels
    variance: Channels

    def affine(self, gains: Channels, offsets: Channels, epsilon: float) -> tuple[Channels, Channels]:
        """Scale and shift with which x * scale + shift is what normalising, gain and offset would be."""
        scale = gains / np.sqrt(self.variance + np.float32(epsilon))
        return scale, offsets - self.mean * scale


class VoiceTables:
    """The statistics file of a model's parts. Only the voices in use are held in memory."""

    def __init__(self, path: Path, size: int) -> None:
        """`size`: M, how many channels there are."""
        self._path = path
        self._size = size
        self._kept: OrderedDict[str, Statistics | None] = OrderedDict()

    def of(self, voice: str) -> Statistics | None:
        """Those of a voice or of a blend; None if a voice of it has none.

        A blend's are the sums of its voices' weighted by their shares, as its style is.

        Raises:
            ChunkFailed: the file is damaged.
        """
        if (whole := self._table(voice)) is not None:
            return whole
        try:
            parts = parse_blend(voice) or ()
        except BlendError:
            return None  # whoever looks for its style says so
        tables = [(self._table(name), np.float32(share)) for name, share in parts]
        known = [(table, share) for table, share in tables if table is not None]
        if not known or len(known) < len(tables):
            return None
        return Statistics(
            mean=_weighted([(table.mean, share) for table, share in known]),
            variance=_weighted([(table.variance, share) for table, share in known]),
        )

    def _table(self, voice: str) -> Statistics | None:
        if voice not in self._kept:
            self._kept[voice] = self._load(voice)
            if len(self._kept) > VOICES_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(voice)
        return self._kept[voice]

    def _load(self, voice: str) -> Statistics | None:
        try:
            with open_archive(self._path) as archive:
                if f"{voice}.mean" not in archive:
                    return None
                mean, variance = (np.asarray(archive[f"{voice}.{kind}"], np.float32) for kind in ("mean", "variance"))
        except DAMAGE as error:
            raise _damaged(self._path, voice) from error
        is_right = mean.shape == variance.shape == (self._size,) and np.isfinite((mean, variance)).all()
        if not is_right or (variance < 0).any():
            raise _damaged(self._path, voice)
        return Statistics(mean=mean, variance=variance)


class RunningStatistics:
    """What a voice was measured at while it spoke, blended into its table.

    Both are pooled as if the table were TABLE_WEIGHT_FRAMES of speech. It changes between pieces alone, and not by a
    piece that was broken off: taken up again, that one has the statistics it was begun with.
    """

    def __init__(self) -> None:
        self._frames = 0.0
        self._mean: Sums = np.zeros(0)
        self._mean_square: Sums = np.zeros(0)

    def add(self, frames: int, mean: Sums, mean_square: Sums) -> None:
        """A piece of so many frames was spoken with these means, shape (M,)."""
        if not (np.isfinite(mean).all() and np.isfinite(mean_square).all()):
            return
        share = frames / (self._frames + frames)
        self._mean = mean if self._frames == 0 else self._mean + share * (mean - self._mean)
        self._mean_square = (
            mean_square if self._frames == 0 else self._mean_square + share * (mean_square - self._mean_square)
        )
        self._frames = min(self._frames + frames, REMEMBERED_FRAMES)

    def blended(self, table: Statistics) -> Statistics:
        if self._frames == 0:
            return table
        share = self._frames / (self._frames + TABLE_WEIGHT_FRAMES)
        mean = (1 - share) * table.mean.astype(np.float64) + share * self._mean
        of_table = table.variance.astype(np.float64) + table.mean.astype(np.float64) ** 2
        mean_square = (1 - share) * of_table + share * self._mean_square
        variance = np.maximum(mean_square - mean**2, 0)
        return Statistics(mean=mean.astype(np.float32), variance=variance.astype(np.float32))


class PieceSums:
    """Of the windows of one piece, until it has been spoken."""

    def __init__(self) -> None:
        self.frames = 0
        self._mean: Sums | float = 0.0
        self._mean_square: Sums | float = 0.0

    def add(self, frames: int, mean: Channels, mean_square: Channels) -> None:
        self.frames += frames
        self._mean = self._mean + frames * mean.astype(np.float64)
        self._mean_square = self._mean_square + frames * mean_square.astype(np.float64)

    def give(self, running: RunningStatistics) -> None:
        if self.frames:
            running.add(self.frames, np.asarray(self._mean) / self.frames, np.asarray(self._mean_square) / self.frames)


def _weighted(tables: Sequence[tuple[Channels, np.float32]]) -> Channels:
    total: Channels = np.sum([share * values for values, share in tables], axis=0, dtype=np.float32)
    return total


def _damaged(path: Path, voice: str) -> ChunkFailed:
    return ChunkFailed(
        "model_unusable",
        f"the statistics of voice {voice!r} in {path.name} are damaged; run `utterd models prepare` anew",
    )
