"""The starter family: an acoustic graph once per piece, then a stateless vocoder graph, window by window.

Every sample depends on feature frames a little before and a little after it; windows are run with that context and the
context's samples cut away, so windowed and whole synthesis are equal (to 1e-4; tests/stages/inference/test_starter.py).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from utterd.config.bundles import Bundle
from utterd.stages.chunks import SAMPLE_RATE_HZ
from utterd.stages.inference.onnx_session import Abort, ModelUnusable, OnnxSession
from utterd.stages.inference.pitch import shift_pitch
from utterd.stages.inference.synthesizer import SynthesisRequest, WholeSpeech, check_request, window_edges
from utterd.stages.inference.voices import Voices
from utterd.stages.work import ChunkFailed

_GRAPH_KEYS = ("duration_samples", "frame_samples", "context_left_frames", "context_right_frames")


class StarterSynthesizer:
    """`acoustic.onnx` (tokens, style, speed → durations, frames) and `vocoder.onnx` (frames → audio)."""

    lead_frames = SAMPLE_RATE_HZ * 3 // 1000
    """3 ms, within which most of the fade is over: a listener waits for every one of them. Sounds begin where its
    durations say; the closure of a plosive is its own."""
    is_large = False

    def __init__(self, bundle: Bundle, *, threads: int) -> None:
        self._graph = bundle.graph
        for key in _GRAPH_KEYS:
            if key not in self._graph:
                raise ModelUnusable(f"the model {bundle.name!r} does not say {key} under [graph] of its bundle.toml")
        self._can_change_pitch = {"log_f0_column", "phase_column"} <= self._graph.keys()
        self._level = np.float32(bundle.level)
        self._acoustic = OnnxSession(bundle.file("acoustic.onnx"), threads=threads)
        self._vocoder = OnnxSession(bundle.file("vocoder.onnx"), threads=threads)
        _check_face(self._acoustic, "acoustic.onnx", inputs={"tokens", "style", "speed"}, outputs=2)
        _check_face(self._vocoder, "vocoder.onnx", inputs={"frames"}, outputs=1)
        self._voices = Voices(bundle.file("voices.npz"))

    def synthesize(self, request: SynthesisRequest, abort: Abort) -> "StarterSpeech":
        token_frames, features = self._text_half([request], abort)
        return StarterSpeech(token_frames[0], features, self._vocoder, self._graph, self._level, abort)

    def synthesize_batch(self, requests: Sequence[SynthesisRequest], abort: Abort) -> list[WholeSpeech]:
        """Pieces made whole, each as if alone, by one run of each graph: for rendering, where no sound is waited for.

        All take the room of the longest: put pieces of like length together, some tens of seconds in all.
        """
        if not requests:
            return []
        token_frames, features = self._text_half(requests, abort)
        (audio,) = self._vocoder.run({"frames": features}, abort)
        return [
            WholeSpeech(samples[: frames.sum()] * self._level, frames[: len(request.tokens) + 2])
            for request, samples, frames in zip(requests, audio, token_frames, strict=True)
        ]

    def _text_half(
        self, requests: Sequence[SynthesisRequest], abort: Abort
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        """Frames at 24 kHz for each token, shape (requests, longest + 2), and features (requests, frames, width)."""
        for request in requests:
            check_request(request)
        tokens = np.zeros((len(requests), max(len(request.tokens) for request in requests) + 2), np.int64)
        for row, request in zip(tokens, requests, strict=True):
            row[1 : len(request.tokens) + 1] = request.tokens
        styles = [self._voices.style(request.voice, len(request.tokens)) for request in requests]
        feeds: dict[str, npt.NDArray[Any]] = {
            "tokens": tokens,
            "style": np.concatenate(styles),
            "speed": np.array([request.speed for request in requests], np.float32),
        }
        durations, features = self._acoustic.run(feeds, abort)
        if (durations < 0).any():  # features that are no numbers make samples that are none: the stage sees them
            raise ChunkFailed("synthesis_failed", "the model gave durations that are not numbers")
        if self._can_change_pitch and any(request.pitch for request in requests):
            features = shift_pitch(
                features,
                np.array([request.pitch for request in requests]),
                log_f0_column=self._graph["log_f0_column"],
                phase_column=self._graph["phase_column"],
                step_samples=self._graph["duration_samples"],
            )
        return durations.astype(np.int64) * self._graph["duration_samples"], features


class StarterSpeech:
    """One piece: its features are made, its sound is not yet."""

    def __init__(
        self,
        token_frames: npt.NDArray[np.int64],
        features: npt.NDArray[np.float32],
        vocoder: OnnxSession,
        graph: Mapping[str, int],
        level: np.float32,
        abort: Abort,
    ) -> None:
        self._token_frames = token_frames
        self._features = features
        self._vocoder = vocoder
        self._level = level
        self._abort = abort
        self._hop: int = graph["frame_samples"]
        self._left = graph["context_left_frames"]
        self._right = graph["context_right_frames"]

    @property
    def token_frames(self) -> npt.NDArray[np.int64]:
        return self._token_frames

    @property
    def total_frames(self) -> int:
        return int(self._features.shape[1]) * self._hop

    def windows(self, start: int, end: int) -> Iterator[npt.NDArray[np.float32]]:
        for first, stop in window_edges(start, min(end, self.total_frames)):
            yield self._window(first, stop)

    def _window(self, first: int, stop: int) -> npt.NDArray[np.float32]:
        """Samples [first, stop), from feature frames [low, high)."""
        low = max(0, first // self._hop - self._left)
        high = min(self._features.shape[1], -(-stop // self._hop) + self._right)
        (audio,) = self._vocoder.run({"frames": self._features[:, low:high]}, self._abort)
        offset = low * self._hop
        window: npt.NDArray[np.float32] = audio[0, first - offset : stop - offset] * self._level
        return window


def _check_face(session: OnnxSession, name: str, *, inputs: set[str], outputs: int) -> None:
    found = {node.name for node in session.inputs}
    if found != inputs or len(session.outputs) != outputs:
        raise ModelUnusable(
            f"{name} is not a graph of the starter family: it takes {', '.join(sorted(found))}, not "
            f"{', '.join(sorted(inputs))}, or gives {len(session.outputs)} results instead of {outputs}"
        )
