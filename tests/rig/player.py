"""A real output process with a device that fails on order, fed through a real hop, and what it has played."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from rig import playing_stage
from rig.audio_chunks import audio_chunk
from rig.hops import HANG_GUARD_MS
from rig.stage_child import StageChild

from utterd.stages.chunks import AudioChunk
from utterd.stages.pcm import FULL_SCALE
from utterd.stages.reports import Ready

WINDOW = 2400
"""100 ms: tests play in real time, so they play little."""
PERIOD = 2000
"""Frames until `counted` begins anew."""


class Player(StageChild):
    """The child, and what it has played."""

    def __init__(self, folder: Path, **settings: object) -> None:
        self._sound = folder / "sound.raw"
        super().__init__(
            playing_stage.__file__,
            str(self._sound),
            inputs={"live": "audio.live"},
            outputs={},
            settings=settings,
            slots=24,
            slot_bytes=32_768,
        )

    @property
    def sound(self) -> np.ndarray:
        """In full scale."""
        return np.fromfile(self._sound, np.int16) / FULL_SCALE

    def send(self, *chunks: AudioChunk) -> None:
        for chunk in chunks:
            while not self.writers["live"].try_send(chunk):
                assert self.writers["live"].socket.poll(HANG_GUARD_MS), "the ring stays full"
                self.writers["live"].collect_credit()


@contextmanager
def playing(folder: Path, **settings: object) -> Iterator[Player]:
    with Player(folder, **settings) as player:
        player.expect(Ready)
        yield player


def counted(first: int, stop: int) -> np.ndarray:
    """Samples that say which frame they are, even through dither: steps of 8 LSB, none of them silent."""
    return (np.arange(first, stop) % PERIOD + 100) * 8 / FULL_SCALE


def speech(frames: int, *, utterance: int = 1, generation: int = 0, is_last: bool = True) -> list[AudioChunk]:
    """One utterance of one unit, in windows."""
    return [
        audio_chunk(
            counted(first, min(first + WINDOW, frames)),
            utterance=utterance,
            generation=generation,
            first_frame=first,
            ends_unit=is_last and first + WINDOW >= frames,
            is_last=is_last,
        )
        for first in range(0, frames, WINDOW)
    ]
