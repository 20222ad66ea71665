"""Means and variances of a voice, measured at a few lengths of text: what the vocoder's windows are normalised by.

The vocoder was trained to normalise each channel over the whole piece. A window does not have the whole piece; with one
mean and one variance for all windows of a piece the joins are exact, and the nearer both are to the piece's own, the
nearer is the timbre (PERFORMANCE.md 4: a table of the voice gives 33 dB, the window's own statistics 24). A voice has a
style for every number of tokens, and long pieces vary less: so it has a table with a row for each of some lengths.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from utterd.config.blend import BlendError, parse_blend
from utterd.stages.inference.voice_files import DAMAGE, open_archive
from utterd.stages.work import ChunkFailed

Channels = npt.NDArray[np.float32]
"""Shape (M,): a figure for each channel of each normalisation."""

VOICES_KEPT = 8
"""Of a quarter of a megabyte each; as many as a blend can have."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Statistics:
    """What one piece is normalised by."""

    mean: Channels
    variance: Channels

    @classmethod
    def of_means(cls, mean: npt.NDArray[np.floating], mean_square: npt.NDArray[np.floating]) -> Self:
        """From what a measuring vocoder gives, or means of that, in any floating type.

        Rounded to float32 these may tell a variance of less than 0 of a channel that hardly varies: it is 0.
        """
        wide = mean.astype(np.float64)
        variance = np.maximum(mean_square - wide**2, 0)
        return cls(mean=mean.astype(np.float32), variance=variance.astype(np.float32))

    def affine(self, gains: Channels, offsets: Channels, epsilon: float) -> tuple[Channels, Channels]:
        """Scale and shift with which x * scale + shift is what normalising, gain and offset would be."""
        scale = gains / np.sqrt(self.variance + np.float32(epsilon))
        return scale, offsets - self.mean * scale


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VoiceTable:
    """What a voice was measured at, at K lengths of text."""

    tokens: npt.NDArray[np.int64]
    """Of the pieces of each row, without padding: shape (K,), ascending, from 1 up."""
    mean: npt.NDArray[np.float32]
    variance: npt.NDArray[np.float32]
    """Shape (K, M)."""

    def at(self, tokens: int) -> Statistics:
        """For a piece of so many tokens: between two rows by the logarithm of the length, beyond them as the last one.

        Interpolated are means and mean squares: half way between two rows stands what both sounds together have.
        """
        place = np.interp(np.log(tokens), np.log(self.tokens), np.arange(len(self.tokens)))
        low = int(place)
        if place == low:
            return Statistics(mean=self.mean[low], variance=self.variance[low])
        share = np.float32(place - low)
        step = self.mean[low + 1] - self.mean[low]
        variance = self.variance[low] + share * (self.variance[low + 1] - self.variance[low])
        return Statistics(
            mean=self.mean[low] + share * step,
            variance=variance + share * (1 - share) * step**2,  # the variance of pooled means and mean squares
        )

    def is_sound(self, size: int) -> bool:
        """Whether its arrays are what is said above, for M = `size`."""
        rows = len(self.tokens) if self.tokens.ndim == 1 else 0
        has_shape = rows > 0 and self.mean.shape == self.variance.shape == (rows, size)
        return bool(
            has_shape
            and self.tokens[0] >= 1
            and (np.diff(self.tokens) > 0).all()
            and np.isfinite((self.mean, self.variance)).all()
            and (self.variance >= 0).all()
        )


class VoiceTables:
    """The statistics file of a model's parts. Only the voices in use are held in memory."""

    def __init__(self, path: Path, size: int) -> None:
        """`size`: M, how many channels there are."""
        self._path = path
        self._size = size
        self._kept: OrderedDict[str, VoiceTable | None] = OrderedDict()

    def of(self, voice: str, tokens: int) -> Statistics | None:
        """Those of a voice or of a blend, for a piece of so many tokens; None if a voice of it has none.

        A blend's are the sums of its voices' weighted by their shares, as its style is.

        Raises:
            ChunkFailed: the file is damaged.
        """
        if (whole := self._table(voice)) is not None:
            return whole.at(tokens)
        try:
            parts = parse_blend(voice) or ()
        except BlendError:
            return None  # whoever looks for its style says so
        tables = [(self._table(name), np.float32(share)) for name, share in parts]
        known = [(table.at(tokens), share) for table, share in tables if table is not None]
        if not known or len(known) < len(tables):
            return None
        return Statistics(
            mean=_weighted([(each.mean, share) for each, share in known]),
            variance=_weighted([(each.variance, share) for each, share in known]),
        )

    def _table(self, voice: str) -> VoiceTable | None:
        if voice not in self._kept:
            self._kept[voice] = self._load(voice)
            if len(self._kept) > VOICES_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(voice)
        return self._kept[voice]

    def _load(self, voice: str) -> VoiceTable | None:
        try:
            with open_archive(self._path) as archive:
                if f"{voice}.mean" not in archive:
                    return None
                table = VoiceTable(
                    tokens=_whole_numbers(archive[f"{voice}.tokens"]),
                    mean=np.asarray(archive[f"{voice}.mean"], np.float32),
                    variance=np.asarray(archive[f"{voice}.variance"], np.float32),
                )
        except DAMAGE as error:
            raise _damaged(self._path, voice) from error
        if not table.is_sound(self._size):
            raise _damaged(self._path, voice)
        return table


def _whole_numbers(values: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    if not np.issubdtype(values.dtype, np.integer):
        raise ValueError(f"{values.dtype} counts no tokens")
    return values.astype(np.int64)


def _weighted(tables: Sequence[tuple[Channels, np.float32]]) -> Channels:
    total: Channels = np.sum([share * values for values, share in tables], axis=0, dtype=np.float32)
    return total


def _damaged(path: Path, voice: str) -> ChunkFailed:
    return ChunkFailed(
        "model_unusable",
        f"the statistics of voice {voice!r} in {path.name} are damaged; run `utterd models prepare` anew",
    )
