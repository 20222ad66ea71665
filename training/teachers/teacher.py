"""What a teacher must offer: phonemes in, and for every token its duration, for every 5 ms its parameters."""

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from training.lines import Line

LEAD_FRAMES: Final = 8
"""At most this much silence is kept before the first phone: 40 ms."""
TAIL_FRAMES: Final = 24
"""And behind the last: 120 ms."""


class TeacherUnavailable(Exception):
    """This teacher cannot be used here; the message says what is missing and how to get it."""


class TeacherRefused(Exception):
    """The teacher cannot say this line in a way that can be learned from; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Take:
    """One line, said by one speaker."""

    tokens: npt.NDArray[np.int64]
    """Ids of the Kokoro table, a pad (0) at either end. Shape (n,)."""
    durations: npt.NDArray[np.int64]
    """Of each token, in 5 ms frames; spaces, marks and stress included, which may last 0. Shape (n,), sum = frames."""
    parameters: npt.NDArray[np.float32]
    """Columns of `training.parameters`. Shape (frames, 32)."""
    wave: npt.NDArray[np.float32] | None = None
    """The teacher's own sound, mono in [-1, 1], starting at frame 0, if it was asked for."""
    wave_rate_hz: int = 0

    def __post_init__(self) -> None:
        assert len(self.tokens) == len(self.durations)
        assert self.durations.sum() == len(self.parameters)


class Teacher(Protocol):
    """A synthesiser with one or more speakers. Deterministic: the same line is said the same way."""

    @property
    def speakers(self) -> tuple[str, ...]:
        """Names that `say` takes."""

    def say(self, speaker: str, line: Line, *, wants_wave: bool = False) -> Take:
        """Raises TeacherRefused."""


def cut_silence(durations: npt.NDArray[np.int64]) -> tuple[int, int]:
    """Shortens the pads in place; the frames to keep, first and last, the last not included."""
    frames = int(durations.sum())
    lead = max(0, int(durations[0]) - LEAD_FRAMES)
    tail = max(0, int(durations[-1]) - TAIL_FRAMES)
    durations[0] -= lead
    durations[-1] -= tail
    return lead, frames - tail
