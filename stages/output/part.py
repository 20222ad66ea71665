"""Parts of an utterance's sound: contiguous stretches that are ready to be played, or have been, and places in them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from utterd.stages.chunks import SAMPLE_RATE_HZ, Passing
from utterd.stages.pcm import FADE_FRAMES, fade_out

Samples = npt.NDArray[np.float32]
Release = Callable[[], None]

LEAD_FRAMES = SAMPLE_RATE_HZ // 100
"""A seek begins 10 ms before its word: room for the attack of a plosive and for the fade-in."""


@dataclass(slots=True)
class Part:
    """A contiguous stretch of one unit, ready to be played, or played."""

    sequence: int
    first_frame: int
    samples: Samples
    ends_unit: bool
    passings: tuple[Passing, ...]
    release: Release
    taken: int = 0

    @property
    def left(self) -> int:
        return len(self.samples) - self.taken

    def lead_to(self, passing: Passing) -> int:
        """Where to begin with a word: a little before it, but behind the beginning of the one before it. May be < 0."""
        before = max((p.frame + 1 for p in self.passings if p.frame < passing.frame), default=0)
        return max(before, passing.frame - LEAD_FRAMES) - self.first_frame

    def let_go(self) -> None:
        """Give the room in the ring back."""
        self.release()
        self.release = nothing

    def cut_at(self, offset: int) -> None:
        """Let it end there, faded; the rest is dropped, and the unit does not end here."""
        end = self.first_frame + offset
        faded = fade_out(self.samples[:offset][-FADE_FRAMES:], FADE_FRAMES) if offset else self.samples[:0]
        self.samples = np.concatenate([self.samples[: max(0, offset - FADE_FRAMES)], faded])
        self.passings = tuple(passing for passing in self.passings if passing.frame < end)
        self.ends_unit = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Frames taken from a track."""

    samples: Samples
    """Mono float32."""
    sequence: int
    frame_end: int
    """Behind the last frame, in frames of its unit."""
    units_ended: tuple[int, ...]
    """Sequences of the units whose last frame is among these."""
    passings: tuple[tuple[int, Passing], ...] = ()
    """Words and marks among these, each with its place in `samples`."""


def lead_place(parts: Sequence[Part], index: int, passing: Passing) -> tuple[int, int]:
    """Part and offset from where a word of the part at `index` is heard whole."""
    offset = parts[index].lead_to(passing)
    if offset >= 0 or index == 0:
        return index, max(0, offset)
    part = parts[index - 1]
    floor = max((p.frame + 1 - part.first_frame for p in part.passings), default=0)
    return index - 1, min(len(part.samples), max(0, floor, len(part.samples) + offset))


def last_word(parts: Sequence[Part]) -> Passing | None:
    """The last one that is not a mark."""
    return next((p for part in reversed(parts) for p in reversed(part.passings) if not p.mark), None)


def nothing() -> None:
    """Releases what has been released."""
