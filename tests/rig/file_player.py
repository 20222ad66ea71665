"""A daemon that plays into a file: what a loudspeaker would have got, frame by frame, beside what clients are told."""

import contextlib
import itertools
import wave
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt
from running_daemon import RunningDaemon

from utterd.client.messages import Event

Sound = npt.NDArray[np.int32]
"""Mono, in steps of 16 bits."""

FADE = 120
"""Frames: where sound ends too early it is faded out over 5 ms, and where it goes on, these frames are faded in."""

FRAMES_PER_MS = 24

_HEADER_BYTES = 44

_DITHER = 3
"""Steps by which two recordings of the same sound may differ."""


class FilePlayer:
    """A context. Its daemon's device is `wav`."""

    def __init__(self, folder: Path, environ: Mapping[str, str] | None = None) -> None:
        """`environ`: for the daemon."""
        self._folder = folder
        self._path = folder / "played.wav"
        self.daemon = RunningDaemon("--device", f"wav:{self._path}", environ=environ)

    def __enter__(self) -> Self:
        self.daemon.__enter__()
        self.daemon.wait_ready()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.daemon.__exit__(kind, error, at)

    @property
    def frames(self) -> int:
        """Played so far."""
        with contextlib.suppress(FileNotFoundError):
            return max(0, self._path.stat().st_size - _HEADER_BYTES) // 2
        return 0

    def sound(self, start: int = 0) -> Sound:
        """What has been played from this frame on."""
        return _read(self._path)[start:]

    def rendered(self, text: str, *, markup: str = "none", speed: float | None = None) -> Sound:
        """The same text as a file: without any joins."""
        path = self._folder / "rendered.wav"
        with self.daemon.client() as client:
            client.render(text, path, markup=markup, speed=speed)
        return _read(path)


def until(events, kind: type[Event], **fields):
    """The next event of this kind whose fields are these; those before it are dropped."""
    return next(
        event
        for event in events
        if isinstance(event, kind) and all(getattr(event, name) == value for name, value in fields.items())
    )


def is_same(found: Sound, wanted: Sound) -> bool:
    """Frame by frame, but for dither; neither may be empty."""
    return len(found) == len(wanted) > 0 and bool((np.abs(found - wanted) <= _DITHER).all())


def is_same_but_for_joins(found: Sound, wanted: Sound, joins: list[int]) -> bool:
    """Whether it was interrupted and taken up again at these frames of `wanted`, and nothing lost or repeated there.

    The frames of each join are there twice, faded out and faded in; the first and the last frames of all are faded.
    """
    if len(found) != len(wanted) + FADE * len(joins):
        return False
    edges = [0, *joins, len(wanted) - FADE]
    for number, (begin, end) in enumerate(itertools.pairwise(edges)):
        shift = FADE * number
        if end - begin > FADE and not is_same(found[begin + FADE + shift : end + shift], wanted[begin + FADE : end]):
            return False
    return True


def largest_step(sound: Sound) -> int:
    """From one frame to the next: a click is one larger than the speech has."""
    return int(np.abs(np.diff(sound)).max())


def longest_quiet(sound: Sound, threshold: int = 30) -> int:
    """Frames of the longest stretch in which nothing can be heard."""
    loud = np.flatnonzero(np.abs(sound) > threshold)
    return int(np.diff(loud, prepend=-1, append=len(sound)).max()) - 1


def _read(path: Path) -> Sound:
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(np.int32)
