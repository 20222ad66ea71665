"""How fast windows may grow, so that the next one is always ready before the sound before it ends.

A window of L seconds takes f + r * (L + context) to make. There is no gap as long as that is at most 60 % of the sound
that is ready when its making begins (PERFORMANCE.md 5): steadily, each window may be 0.6 / r times as long as the last.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from utterd.stages.models.tuning.candidate import FRAME_MS, LARGEST_WINDOW
from utterd.stages.models.tuning.figures import Clock, Timing

RESERVE: Final = 0.6
"""Of the sound that is ready, how much may pass in making more: 40 % are kept for the scheduler's whims."""

RTF_LIMIT: Final = 0.35
"""Seconds of work to a second of sound: beyond it, windows cannot grow to a second without a gap (PERFORMANCE.md 5)."""

FIRST_WINDOWS: Final = (8, 12, 16, 24, 32, 48)
"""100 ms to 600: shorter ones cost more in context than they win, longer ones are for machines that need them."""

_STEP: Final = 4
"""Windows are multiples of 50 ms: lengths like 37 say more than was measured."""
_MOST: Final = 8
"""Windows to get there: slower growth is no growth."""
_PLANNED: Final = 0.5
"""What is planned with, to stay under RESERVE when it is measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowCost:
    """A line through what windows took."""

    fixed_ms: float
    """Context and calls."""
    frame_ms: float

    def of(self, frames: int) -> float:
        return self.fixed_ms + self.frame_ms * frames

    @property
    def real_time_factor(self) -> float:
        """Of the vocoder alone, in windows without end."""
        return self.frame_ms / FRAME_MS

    @property
    def largest_growth(self) -> float:
        """What each window may be at most, as a multiple of the one before, if nothing else costs."""
        return RESERVE / self.real_time_factor

    @classmethod
    def fitted(cls, timings: Iterable[Timing], clock: Clock) -> Self | None:
        """By least squares, through every window but the first of each text, which waits for the text half.

        None if they are too alike to tell a line.
        """
        timings = list(timings)
        frames = [window_ms / FRAME_MS for timing in timings for window_ms in timing.window_ms[1:]]
        took_ms = [took for timing in timings for took in timing.by(clock).later_ms]
        if len({round(each) for each in frames}) < 2:
            return None
        slope, intercept = np.polyfit(frames, took_ms, 1).tolist()
        return cls(fixed_ms=max(0.0, intercept), frame_ms=slope) if slope > 0 else None


def planned_windows(first: int, cost: WindowCost) -> tuple[int, ...] | None:
    """The fastest growth from `first` frames that stays safe; None if there is none, as the sound would run out."""
    sizes, ready_ms = [first], first * FRAME_MS
    while sizes[-1] < LARGEST_WINDOW:
        affordable = (_PLANNED * ready_ms - cost.fixed_ms) / cost.frame_ms
        size = min(LARGEST_WINDOW, int(affordable) // _STEP * _STEP)
        gain_ms = size * FRAME_MS - cost.of(size)
        if size < sizes[-1] or gain_ms <= 0 or len(sizes) == _MOST:
            return None
        ready_ms += gain_ms
        sizes.append(size)
    return tuple(sizes)


def strain(timing: Timing, clock: Clock) -> float:
    """The largest share of the sound that was ready at the beginning of a window that its making took; 0 of none.

    Above RESERVE it is too much, above 1 a listener hears a gap.
    """
    return max(_strains(timing, clock), default=0.0)


def _strains(timing: Timing, clock: Clock) -> Iterator[float]:
    ready_ms = timing.window_ms[0]
    for window_ms, took_ms in zip(timing.window_ms[1:], timing.by(clock).later_ms, strict=True):
        yield took_ms / ready_ms if ready_ms > 0 else float("inf")
        ready_ms += window_ms - took_ms
