"""The kokoro family as it is released: a single graph, tokens in, the whole waveform out.

Releases differ in the names, types and shapes of inputs and outputs (FIELD.md 5.2), so every feed is built from what
the session itself says, and outputs are told apart by type and shape. Parts made of it (kokoro_parts.py) speak sooner.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from utterd.config.bundles import Bundle
from utterd.stages.inference.onnx_session import Abort, ModelUnusable, OnnxSession
from utterd.stages.inference.synthesizer import SynthesisRequest, WholeSpeech, check_request
from utterd.stages.inference.voices import Voices
from utterd.stages.work import ChunkFailed

_TYPES = {
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
}

FRAME_SAMPLES = 600
"""One unit of Kokoro's durations: 25 ms at 24 kHz. Some exports count in halves of it."""

KOKORO_LEAD_FRAMES = 3 * FRAME_SAMPLES
"""75 ms: its sounds begin up to so much before their durations say (kokoro 0.9.4, `join_timestamps`, goes by the same
three units; FIELD.md 5.2)."""


class KokoroSynthesizer:
    """`model.onnx` and `voices.npz`."""

    lead_frames = KOKORO_LEAD_FRAMES
    is_large = True

    def __init__(self, bundle: Bundle, *, threads: int) -> None:
        self._session = OnnxSession(bundle.file("model.onnx"), threads=threads, shrinks=True)
        self._voices = kokoro_voices(bundle)
        self._level = np.float32(bundle.level)
        by_name = {node.name: node for node in self._session.inputs}
        try:
            self._tokens = by_name.get("tokens") or by_name["input_ids"]
            self._style = by_name["style"]
            self._speed = by_name.get("speed")
        except KeyError as error:
            names = ", ".join(by_name)
            raise ModelUnusable(
                f"model.onnx is not a Kokoro graph: it has no input {error} (it has {names})"
            ) from error

    def synthesize(self, request: SynthesisRequest, abort: Abort) -> WholeSpeech:
        check_request(request)
        style = self._voices.style(request.voice, len(request.tokens))
        feeds = {
            self._tokens.name: _like([[0, *request.tokens, 0]], self._tokens),
            self._style.name: _like(style, self._style),
        }
        if self._speed is not None:
            feeds[self._speed.name] = _speed_like(request.speed, self._speed)
        samples, durations = _tell_apart(self._session.run(feeds, abort), len(request.tokens) + 2)
        return WholeSpeech(samples * self._level, _token_frames(durations, len(samples)))


def kokoro_voices(bundle: Bundle) -> Voices:
    """`voices.npz`, or else raw `voices.bin`, in which they stand in the order of bundle.toml."""
    raw = "voices.bin"
    name = raw if raw in bundle.files and not bundle.file("voices.npz").exists() else "voices.npz"
    return Voices(bundle.file(name), [voice.name for voice in bundle.voices])


def _like(values: Any, node: Any) -> npt.NDArray[Any]:
    return np.asarray(values, _TYPES.get(node.type, np.float32))


def _speed_like(speed: float, node: Any) -> npt.NDArray[Any]:
    """Some exports declare speed as an integer: then only whole speeds reach the model, at least 1."""
    kind = _TYPES.get(node.type, np.float32)
    value = max(1, round(speed)) if np.issubdtype(kind, np.integer) else speed
    return np.full([1] * max(1, len(node.shape or [1])), value, kind)


def _token_frames(durations: npt.NDArray[np.int64] | None, total: int) -> npt.NDArray[np.int64] | None:
    """Durations in samples; the unit is the one with which they sum to the sound. None if none does."""
    if durations is None:
        return None
    for unit in (FRAME_SAMPLES, FRAME_SAMPLES // 2):
        if abs(int(durations.sum()) * unit - total) <= FRAME_SAMPLES:
            return durations * unit
    return None


def _tell_apart(
    outputs: list[npt.NDArray[Any]], padded_tokens: int
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64] | None]:
    """The waveform is the longest float output; durations are one number a token, if the graph gives them."""
    floats = [output for output in outputs if np.issubdtype(output.dtype, np.floating)]
    if not floats:
        raise ChunkFailed("model_unusable", "the graph gives no sound")
    waveform = max(floats, key=lambda output: output.size)
    for output in outputs:
        if output is not waveform and output.size == padded_tokens:
            durations = np.rint(output.reshape(-1)).astype(np.int64)
            return waveform.reshape(-1).astype(np.float32), durations
    return waveform.reshape(-1).astype(np.float32), None
