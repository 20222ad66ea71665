"""The kokoro family: the release's single graph, tokens in, the whole waveform out.

Releases differ in the names, types and shapes of inputs and outputs (FIELD.md 5.2), so every feed is built from what
the session itself says, and outputs are told apart by type and shape. Prepared, streamable parts are a later family.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from utterd.config.bundles import Bundle
from utterd.stages.inference.onnx_session import Abort, ModelUnusable, OnnxSession
from utterd.stages.inference.synthesizer import LEAD_FRAMES, SynthesisRequest, WholeSpeech, check_request
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
"""One unit of Kokoro's durations: 25 ms at 24 kHz."""


class KokoroSynthesizer:
    """`model.onnx` and `voices.npz`."""

    lead_frames = LEAD_FRAMES

    def __init__(self, bundle: Bundle, *, threads: int) -> None:
        self._session = OnnxSession(bundle.file("model.onnx"), threads=threads)
        self._voices = Voices(bundle.file("voices.npz"))
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
        return WholeSpeech(samples, None if durations is None else durations * FRAME_SAMPLES)


def _like(values: Any, node: Any) -> npt.NDArray[Any]:
    return np.asarray(values, _TYPES.get(node.type, np.float32))


def _speed_like(speed: float, node: Any) -> npt.NDArray[Any]:
    """Some exports declare speed as an integer: then only whole speeds reach the model, at least 1."""
    kind = _TYPES.get(node.type, np.float32)
    value = max(1, round(speed)) if np.issubdtype(kind, np.integer) else speed
    return np.full([1] * max(1, len(node.shape or [1])), value, kind)


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
