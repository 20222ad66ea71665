"""Where a piece's sound is cut into windows, and which frames of the decoder's features each of them needs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from utterd.stages.inference.synthesizer import LARGEST_WINDOW_FRAMES

DEFAULT_WINDOWS = (12, 12, 28, 68, 80)
"""Frames of 12.5 ms: 150, 150, 350, 850, 1000 ms, and 1000 from then on. With 200 ms of context to make to each window
there is no underrun up to a real-time factor of 1/3; tuning may know better for a machine."""


@dataclass(frozen=True, slots=True)
class Cut:
    """One window: samples [first, stop), made of frames [low, high)."""

    first: int
    stop: int
    low: int
    high: int


def cut_windows(
    start: int, end: int, *, frames: int, frame_samples: int, context: int, schedule: Sequence[int] = DEFAULT_WINDOWS
) -> Iterator[Cut]:
    """Cut samples [start, end) of a piece of so many frames, each window with its context as far as the piece goes.

    Joins lie between frames, wherever the start is, so that none is made twice.
    """
    sizes = iter(schedule)
    size = schedule[0]
    while start < end:
        size = next(sizes, size)
        stop = min((start // frame_samples + size) * frame_samples, end)
        low = max(0, start // frame_samples - context)
        high = min(frames, -(-stop // frame_samples) + context)
        yield Cut(start, stop, low, high)
        start = stop


def is_schedule(sizes: Sequence[int], frame_samples: int) -> bool:
    """Whether these can be windows: some, and none empty or longer than the largest that goes on."""
    return bool(sizes) and all(0 < size * frame_samples <= LARGEST_WINDOW_FRAMES for size in sizes)
