"""One utterance's audio on its way to the device: put in order, without gap or repetition.

Chunks may come late, twice, in disorder, or again after a rewind. What counts is where each lies: `(sequence,
first_frame)`. The track knows the place it expects next; earlier frames are trimmed away, later chunks held back.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from utterd.stages.chunks import AudioChunk

Samples = npt.NDArray[np.float32]
Release = Callable[[], None]


@dataclass(slots=True)
class _Part:
    """A contiguous stretch of one unit, ready to be played."""

    sequence: int
    first_frame: int
    samples: Samples
    ends_unit: bool
    release: Release
    taken: int = 0


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


class Track:
    """The audio of one utterance. Only the output stage's main thread uses it."""

    def __init__(self, utterance_id: int, *, sequence: int = 0, frame: int = 0) -> None:
        self.utterance_id = utterance_id
        self.sequence, self.frame = sequence, frame
        """The place expected next."""
        self.is_complete = False
        """The last frame of the utterance is here."""
        self.buffered_frames = 0
        """Contiguous, not taken yet."""
        self.taken_frames = 0
        """Since this track was made: the utterance's sample clock."""
        self.underruns = 0
        self.was_audible = False
        self.trace: dict[str, int] = {}
        """Of the first chunk."""
        self._parts: deque[_Part] = deque()
        self._held: dict[tuple[int, int], tuple[AudioChunk, Release]] = {}

    def __repr__(self) -> str:
        state = "complete" if self.is_complete else f"expects {self.sequence}+{self.frame}"
        return f"<Track {self.utterance_id} {state} buffered={self.buffered_frames} held={len(self._held)}>"

    @property
    def held(self) -> int:
        """Chunks that cannot be played because an earlier one is missing."""
        return len(self._held)

    @property
    def is_played_out(self) -> bool:
        return self.is_complete and not self._parts

    def add(self, chunk: AudioChunk, release: Release) -> list[int]:
        """Take a chunk in; the sequences of the units that are whole now.

        `release` is called when the chunk's last frame has been taken, or at once if there is none to take.
        """
        if not self.trace:
            self.trace = chunk.trace
        key = (chunk.header.sequence, chunk.first_frame)
        if key > (self.sequence, self.frame):
            if key in self._held:
                release()
            else:
                self._held[key] = (chunk, release)
            return []
        ended = self._append(chunk, release)
        while self._held and (first := min(self._held)) <= (self.sequence, self.frame):
            ended += self._append(*self._held.pop(first))
        return ended

    def take(self, frames: int) -> Taken | None:
        """At most `frames` contiguous frames; None if there are none."""
        pieces: list[Samples] = []
        units_ended: list[int] = []
        sequence = frame_end = 0
        wanted = frames
        while self._parts and (wanted > 0 or self._parts[0].taken == len(self._parts[0].samples)):
            part = self._parts[0]
            piece = part.samples[part.taken : part.taken + wanted]
            part.taken += len(piece)
            wanted -= len(piece)
            pieces.append(piece)
            sequence, frame_end = part.sequence, part.first_frame + part.taken
            if part.taken == len(part.samples):
                self._parts.popleft()
                part.release()
                if part.ends_unit:
                    units_ended.append(part.sequence)
        if not pieces:
            return None
        samples = pieces[0] if len(pieces) == 1 else np.concatenate(pieces)
        self.buffered_frames -= len(samples)
        self.taken_frames += len(samples)
        return Taken(samples=samples, sequence=sequence, frame_end=frame_end, units_ended=tuple(units_ended))

    def drop_held(self, *, before_generation: int | None = None) -> None:
        """Let go of what came too early, or of the older part of it; it will be sent again."""
        for key, (chunk, release) in list(self._held.items()):
            if before_generation is None or chunk.header.generation < before_generation:
                release()
                del self._held[key]

    def drop(self) -> None:
        """Let go of everything."""
        self.drop_held()
        for part in self._parts:
            part.release()
        self._parts.clear()
        self.buffered_frames = 0

    def _append(self, chunk: AudioChunk, release: Release) -> list[int]:
        """A chunk that starts at or before the expected place; what was there already is trimmed away.

        One that ends the unit ends it here even where it ends too early: synthesis began anew and came out shorter.
        """
        samples = np.frombuffer(chunk.pcm, np.float32)
        overlap = self.frame - chunk.first_frame
        if chunk.header.sequence < self.sequence or self.is_complete:
            release()
            return []
        samples = samples[overlap:]
        if chunk.gain != 1.0:
            samples = samples * np.float32(chunk.gain)
        if not len(samples):
            release()  # now: a run of silent units would fill the ring, and what comes behind them could never arrive
            release = _nothing
        if len(samples) or chunk.ends_unit:
            self._parts.append(_Part(chunk.header.sequence, self.frame, samples, chunk.ends_unit, release))
        self.buffered_frames += len(samples)
        self.frame += len(samples)
        if not chunk.ends_unit:
            return []
        self.is_complete = chunk.header.is_last
        self.sequence, self.frame = self.sequence + 1, 0
        return [chunk.header.sequence]


def _nothing() -> None:
    """Releases what has been released."""
