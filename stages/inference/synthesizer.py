"""What a model family must offer: a whole sentence in, windows of PCM out as they are made, and durations."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from utterd.client.messages import PITCH_RANGE, SPEED_RANGE
from utterd.stages.chunks import SAMPLE_RATE_HZ
from utterd.stages.inference.onnx_session import Abort
from utterd.stages.work import ChunkFailed

FIRST_WINDOW_FRAMES = SAMPLE_RATE_HZ // 5
"""200 ms: short enough to be ready at once, long enough to cover the making of the next."""
LARGEST_WINDOW_FRAMES = SAMPLE_RATE_HZ
"""1 s: no more is thrown away by a cancel, and no chunk is larger."""

LEAD_FRAMES = SAMPLE_RATE_HZ // 100
"""10 ms of a model's leading silence stay unless the model knows better: room for the attack of a plosive, which may be
early by half a unit of its durations, and for the fade-in."""

MAX_TOKENS = 510
"""PL-BERT has 512 positions; two hold the padding."""
LARGEST_TOKEN = 177
"""Models have a row for each id of the Kokoro table, 0 to this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SynthesisRequest:
    """One run of a model."""

    tokens: Sequence[int]
    """1 to 510 ids, without padding."""
    voice: str
    speed: float
    """0.5 to 3."""
    pitch: float = 0.0
    """Semitones, -12 to 12. A model that cannot change its pitch speaks at its own."""


class Speech(Protocol):
    """One piece of speech in the making."""

    @property
    def token_frames(self) -> npt.NDArray[np.int64] | None:
        """Frames at 24 kHz for each token, both pads included: shape (tokens + 2,). None if the model does not tell."""

    @property
    def total_frames(self) -> int:
        """Of the whole piece."""

    def windows(self, start: int, end: int) -> Iterator[npt.NDArray[np.float32]]:
        """Frames [start, end) in windows that grow from FIRST_WINDOW_FRAMES; each mono float32, shape (frames,)."""


class Synthesizer(Protocol):
    """A loaded model. Used by one thread; only an `Abort` may be touched from another."""

    lead_frames: int
    """How much is to stay of the silence in front of a piece, at 24 kHz."""
    is_large: bool
    """Whether it holds so much memory that it is let go of when nobody has spoken for a while."""

    def synthesize(self, request: SynthesisRequest, abort: Abort) -> Speech:
        """Run the text half of the model. Raises ChunkFailed for what it cannot speak, ChunkInterrupted on abort."""


def check_request(request: SynthesisRequest) -> None:
    """Raises ChunkFailed for what no model can speak: a graph would crash, or make noise of it."""
    count, (low, high) = len(request.tokens), SPEED_RANGE
    if not 1 <= count <= MAX_TOKENS:
        raise ChunkFailed("synthesis_failed", f"a piece of {count} tokens cannot be spoken: it takes 1 to {MAX_TOKENS}")
    if unknown := [token for token in request.tokens if not 0 <= token <= LARGEST_TOKEN]:
        raise ChunkFailed("synthesis_failed", f"the model has no token {unknown[0]}: ids run from 0 to {LARGEST_TOKEN}")
    if not low <= request.speed <= high:
        raise ChunkFailed("bad_field", f"speed is {request.speed:g}; it has to be between {low:g} and {high:g}")
    low, high = PITCH_RANGE
    if not low <= request.pitch <= high:
        raise ChunkFailed("bad_field", f"pitch is {request.pitch:g}; it has to be between {low:g} and {high:g}")


class WholeSpeech:
    """One piece whose sound is already made."""

    def __init__(self, samples: npt.NDArray[np.float32], token_frames: npt.NDArray[np.int64] | None) -> None:
        self._samples = samples
        self._token_frames = token_frames

    @property
    def token_frames(self) -> npt.NDArray[np.int64] | None:
        return self._token_frames

    @property
    def total_frames(self) -> int:
        return len(self._samples)

    def windows(self, start: int, end: int) -> Iterator[npt.NDArray[np.float32]]:
        for first, stop in window_edges(start, min(end, self.total_frames)):
            yield self._samples[first:stop]


def window_edges(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut [start, end) into windows that double from FIRST_WINDOW_FRAMES to LARGEST_WINDOW_FRAMES.

    While one window plays, the next, at most twice as long, is made: no underrun below a real-time factor of 0.35
    (PERFORMANCE.md 5 has the growth rule).
    """
    size = FIRST_WINDOW_FRAMES
    while start < end:
        stop = min(start + size, end)
        yield start, stop
        start, size = stop, min(size * 2, LARGEST_WINDOW_FRAMES)


class ToneSynthesizer:
    """The shipped stand-in: every token is 50 ms of its own pitch. Needs no model; tests and `--model tone` use it."""

    FRAMES_PER_TOKEN = SAMPLE_RATE_HZ // 20
    lead_frames = LEAD_FRAMES
    is_large = False

    def synthesize(self, request: SynthesisRequest, abort: Abort) -> "ToneSpeech":
        check_request(request)
        abort.check()
        return ToneSpeech(request.tokens, round(self.FRAMES_PER_TOKEN / request.speed), abort)


class ToneSpeech:
    """A run of tones; the token at any frame can be read back from the pitch."""

    def __init__(self, tokens: Sequence[int], frames_per_token: int, abort: Abort) -> None:
        self._abort = abort
        self._tokens = np.asarray(tokens, np.float64)
        self._frames_per_token = frames_per_token

    @property
    def token_frames(self) -> npt.NDArray[np.int64]:
        frames = np.full(len(self._tokens) + 2, self._frames_per_token, np.int64)
        frames[0] = frames[-1] = 0
        return frames

    @property
    def total_frames(self) -> int:
        return len(self._tokens) * self._frames_per_token

    def windows(self, start: int, end: int) -> Iterator[npt.NDArray[np.float32]]:
        for first, stop in window_edges(start, min(end, self.total_frames)):
            self._abort.check()
            frame = np.arange(first, stop)
            token = self._tokens[frame // self._frames_per_token]
            within = frame % self._frames_per_token
            pitch_hz = 200 + 10 * token
            envelope = np.sin(np.pi * (within + 0.5) / self._frames_per_token)
            yield (0.3 * envelope * np.sin(2 * np.pi * pitch_hz * within / SAMPLE_RATE_HZ)).astype(np.float32)
