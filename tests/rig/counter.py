"""counter(): PCM in which every sample says which one it is, so that a recording tells exactly what was lost.

cubeb's generator and verifier, through a sound server. Needs a path that changes no bit: a PulseAudio null sink of the
same rate, format and number of channels.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Pcm = npt.NDArray[np.int16]

PERIOD = 65_520
"""Samples until the count begins anew: the int16 values from -32760 to 32760, but for 0, which is silence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """What a recording holds of a counter."""

    heard_frames: int
    """Samples that are not silence."""
    first_index: int | None
    """Of the counter: 0 if nothing was lost at its start."""
    last_index: int | None
    begins_at: int | None
    """Where in the recording the first one is."""
    gaps: list[tuple[int, int]] = field(default_factory=list)
    """(index before it, frames): silence in the middle."""
    jumps: list[tuple[int, int]] = field(default_factory=list)
    """(index before it, frames): lost if positive, heard again if negative."""

    def is_exactly(self, first_index: int, last_index: int) -> bool:
        """Every sample from the first to the last (included), in order, with nothing between."""
        whole = self.first_index == first_index and self.last_index == last_index
        return whole and not self.gaps and not self.jumps


def counter(length_frames: int, start: int = 0) -> Pcm:
    """The samples `start`, `start + 1` … of the count."""
    index = np.arange(start, start + length_frames, dtype=np.int64) % PERIOD
    half = PERIOD // 2
    return np.where(index < half, index - half, index - half + 1).astype(np.int16)


def analyse_counter(recording: Pcm) -> Capture:
    """Find the counter in a recording with silence round it. Indices are modulo PERIOD."""
    places = np.flatnonzero(recording)
    if len(places) == 0:
        return Capture(heard_frames=0, first_index=None, last_index=None, begins_at=None)
    values = recording[places].astype(np.int64)
    half = PERIOD // 2
    index = np.where(values < 0, values + half, values + half - 1)
    silence = np.diff(places) - 1
    step = (np.diff(index) - 1 + half) % PERIOD - half
    return Capture(
        heard_frames=len(places),
        first_index=int(index[0]),
        last_index=int(index[-1]),
        begins_at=int(places[0]),
        gaps=[(int(index[i]), int(silence[i])) for i in np.flatnonzero(silence)],
        jumps=[(int(index[i]), int(step[i])) for i in np.flatnonzero(step)],
    )
