"""AudioChunks whose every sample says which one it is, and a count of how often each chunk was released."""

import numpy as np
import numpy.typing as npt

from utterd.stages.chunks import AudioChunk, ChunkHeader

Samples = npt.NDArray[np.float32]


def count_up(first: int, stop: int) -> Samples:
    """The samples first, first + 1 … stop - 1: exact in float32 up to 2**24."""
    return np.arange(first, stop, dtype=np.float32)


def audio_chunk(
    samples: npt.ArrayLike,
    *,
    utterance: int = 1,
    generation: int = 0,
    sequence: int = 0,
    first_frame: int = 0,
    ends_unit: bool = False,
    is_last: bool = False,
    gain: float = 1.0,
) -> AudioChunk:
    return AudioChunk(
        header=ChunkHeader(utterance_id=utterance, generation=generation, sequence=sequence, is_last=is_last),
        first_frame=first_frame,
        ends_unit=ends_unit,
        pcm=np.asarray(samples, np.float32).tobytes(),
        gain=gain,
    )


class Releases:
    """Makes the `release` of each chunk, and remembers how often it was called."""

    def __init__(self) -> None:
        self.counts: list[int] = []

    def new(self) -> "Release":
        self.counts.append(0)
        return Release(self, len(self.counts) - 1)

    @property
    def unreleased(self) -> int:
        return self.counts.count(0)

    @property
    def are_all_released_once(self) -> bool:
        return all(count == 1 for count in self.counts)


class Release:
    def __init__(self, owner: Releases, index: int) -> None:
        self._owner = owner
        self._index = index

    def __call__(self) -> None:
        self._owner.counts[self._index] += 1
