"""Moves the statistics of a voice towards what it was heard at: from piece to piece, and never within one.

What a voice is heard at is known of graphs that tell it; with others its table alone counts.
"""

from collections import OrderedDict
from collections.abc import Hashable

import numpy as np
import numpy.typing as npt

from utterd.stages.inference.kokoro_statistics import Channels, Statistics

Sums = npt.NDArray[np.float64]

TABLE_WEIGHT_FRAMES = 1600
"""A voice's table counts as 20 s of its speech: a first sentence moves it by a fifth, not to itself."""
REMEMBERED_FRAMES = 4800
"""Of what was spoken, the last minute or so counts: with more, its weight no longer grows."""
BEGUN_KEPT = 4
"""Of 74 kB each: one in each lane, and some that nobody takes up again."""


class RunningStatistics:
    """What a voice was measured at while it spoke, blended into its table.

    Kept are the first two moments of the sound *standardised by the table of each piece's length*: z = (x - mean) /
    deviation. So what was heard of a short piece says something of a long one whose table is another, and whatever the
    table, the variance stays one. At one length it is as if the sounds were pooled, the table being TABLE_WEIGHT_FRAMES
    of speech with moments 0 and 1.
    """

    def __init__(self, epsilon: float) -> None:
        """`epsilon`: of the normalisations; a channel that never moves has this variance at least."""
        self._epsilon = epsilon
        self._frames = 0.0
        self._mean: Sums = np.zeros(1)
        self._mean_square: Sums = np.zeros(1)
        self._begun: OrderedDict[Hashable, Statistics] = OrderedDict()

    def add(self, frames: int, mean: Sums, mean_square: Sums, table: Statistics) -> None:
        """A piece of so many frames was spoken with these means, shape (M,), where its table was this one."""
        if not (np.isfinite(mean).all() and np.isfinite(mean_square).all()):
            return
        power = table.variance.astype(np.float64) + self._epsilon
        distance = mean - table.mean
        variance = np.maximum(mean_square - mean**2, 0) + self._epsilon
        share = frames / (self._frames + frames)
        self._mean = self._mean + share * (distance / np.sqrt(power) - self._mean)
        self._mean_square = self._mean_square + share * ((variance + distance**2) / power - self._mean_square)
        self._frames = min(self._frames + frames, REMEMBERED_FRAMES)

    def blended(self, table: Statistics) -> Statistics:
        """For a piece whose length has this table."""
        if self._frames == 0:
            return table
        power = table.variance.astype(np.float64) + self._epsilon
        share = self._frames / (self._frames + TABLE_WEIGHT_FRAMES)
        mean = share * self._mean
        variance = np.maximum((1 - share + share * self._mean_square - mean**2) * power - self._epsilon, 0)
        return Statistics(
            mean=(table.mean + mean * np.sqrt(power)).astype(np.float32), variance=variance.astype(np.float32)
        )

    def of(self, piece: Hashable, table: Statistics) -> Statistics:
        """As `blended`; for a piece that was begun and broken off, those that it was begun with."""
        return self._begun.get(piece) or self.blended(table)

    def begin(self, piece: Hashable, statistics: Statistics) -> None:
        """The first of its windows is made with these."""
        self._begun[piece] = statistics
        self._begun.move_to_end(piece)
        if len(self._begun) > BEGUN_KEPT:
            self._begun.popitem(last=False)

    def end(self, piece: Hashable, heard: "PieceSums", table: Statistics) -> None:
        """It has been spoken."""
        self._begun.pop(piece, None)
        if heard.frames:
            self.add(heard.frames, heard.mean, heard.mean_square, table)


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

    @property
    def mean(self) -> Sums:
        """If there were frames: shape (M,)."""
        return np.asarray(self._mean) / self.frames

    @property
    def mean_square(self) -> Sums:
        """Likewise."""
        return np.asarray(self._mean_square) / self.frames
