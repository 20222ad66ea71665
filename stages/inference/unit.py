"""One unit's sound on one timeline: its pieces, the model's own padding trimmed by durations, and the pause behind it.

Silence is measured from the model's durations, never from loudness: a threshold eats soft onsets.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from utterd.stages.chunks import SAMPLE_RATE_HZ, Pause
from utterd.stages.inference.synthesizer import LARGEST_WINDOW_FRAMES, LEAD_FRAMES, Speech

TAIL_FRAMES = SAMPLE_RATE_HZ * 6 // 100
"""60 ms after the last sounding token stay always: the decay of its sound."""

EDGE_FRAMES = SAMPLE_RATE_HZ // 200
"""5 ms at either end of a piece are faded. They are quiet by the model's durations, but not silent."""

PAUSE_FRAMES: dict[Pause, int] = {
    "none": 0,
    "clause": SAMPLE_RATE_HZ * 15 // 100,
    "sentence": SAMPLE_RATE_HZ * 35 // 100,
    "paragraph": SAMPLE_RATE_HZ * 60 // 100,
}
"""Silence between the last sounding token and the next unit at speed 1, the model's own included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """What is kept of one piece, and the silence added behind it."""

    start: int
    """In frames of the piece."""
    end: int
    silence: int

    @property
    def length(self) -> int:
        return self.end - self.start + self.silence


def silence_frames(pause: Pause, pause_ms: int | None, speed: float) -> int:
    """Behind a unit: what was asked for to the millisecond, or what its punctuation asks for at this speed."""
    if pause_ms is not None:
        return round(pause_ms * SAMPLE_RATE_HZ / 1000)
    return round(PAUSE_FRAMES[pause] / speed)


def plan_stretch(
    token_frames: npt.NDArray[np.int64] | None, total: int, quiet_tokens: int, wanted: int, *, lead: int = LEAD_FRAMES
) -> Stretch:
    """Which frames of a piece to keep, so that the silence behind it is the one its punctuation asks for.

    Args:
        token_frames: of each token, both pads included. None keeps everything; so do durations that are not this
            piece's (a graph may give something else): better a long pause than a lost word.
        total: frames in the piece.
        quiet_tokens: how many tokens at its end make no sound (punctuation, spaces), the last pad not counted.
        wanted: frames of silence behind the last sound.
        lead: frames of silence before the first one.
    """
    if token_frames is None or len(token_frames) < 3 or abs(int(token_frames.sum()) - total) > TAIL_FRAMES:
        return Stretch(start=0, end=total, silence=wanted)
    start = max(0, int(token_frames[0]) - lead)
    sound_end = max(0, total - int(token_frames[len(token_frames) - 1 - quiet_tokens :].sum()))
    kept = max(wanted, TAIL_FRAMES)
    end = min(total, sound_end + kept)
    return Stretch(start=min(start, end), end=end, silence=max(0, sound_end + kept - end))


def stretch_audio(speech: Speech, stretch: Stretch, skip: int) -> Iterator[npt.NDArray[np.float32]]:
    """The stretch's audio from its frame `skip` on, silence included."""
    if (start := stretch.start + skip) < stretch.end:
        yield from _faded(speech.windows(start, stretch.end), skip, stretch.end - stretch.start)
    yield from silent_windows(stretch.silence - max(0, start - stretch.end))


def silent_windows(frames: int) -> Iterator[npt.NDArray[np.float32]]:
    """So much silence, in windows that fit into a slot."""
    while frames > 0:
        yield np.zeros(min(frames, LARGEST_WINDOW_FRAMES), np.float32)
        frames -= LARGEST_WINDOW_FRAMES


def _faded(windows: Iterator[npt.NDArray[np.float32]], first: int, length: int) -> Iterator[npt.NDArray[np.float32]]:
    """The windows from frame `first` on of a sound of `length`, both its edges shaped so that a join is no step.

    A frame's gain depends on its place alone: the sound is the same wherever it is cut, and taken up again.
    """
    for samples in windows:
        place = np.arange(first, first + len(samples))
        to_edge = np.minimum(place, length - 1 - place) + 0.5
        gain = 0.5 - 0.5 * np.cos(np.pi * np.minimum(to_edge / EDGE_FRAMES, 1))
        yield samples * gain.astype(np.float32)
        first += len(samples)


def trailing_quiet(tokens: Sequence[int], quiet: frozenset[int]) -> int:
    """How many tokens at the end make no sound."""
    count = 0
    while count < len(tokens) and tokens[-1 - count] in quiet:
        count += 1
    return count
