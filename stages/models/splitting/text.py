"""The first part of a Kokoro graph: tokens to durations, pitch, energy, and text that is aligned with frames."""

import numpy as np
from onnx import TensorProto, helper

from utterd.stages.models.splitting.alignment import align
from utterd.stages.models.splitting.extraction import extract
from utterd.stages.models.splitting.graph import Graph
from utterd.stages.models.splitting.inputs import STYLE_SIZE, Inputs
from utterd.stages.models.splitting.landmarks import Landmarks
from utterd.stages.models.splitting.patch import Patch
from utterd.stages.models.splitting.probing import Feeds

_SAFE_TOKENS = 100
"""Every vocabulary of Kokoro is larger."""
_STYLE_SPREAD = np.float32(0.15)
"""About that of its voices."""


def text_part(graph: Graph, inputs: Inputs, landmarks: Landmarks) -> Graph:
    """tokens int64 [1, n], style float32 [1, 256], speed float32 [1] -> asr, f0, energy, durations int64 [n]."""
    patch = Patch(graph.names)
    durations = align(patch, graph, landmarks.durations, landmarks.alignments)
    float32 = TensorProto.FLOAT
    cut = inputs.tokens
    if inputs.token_type != TensorProto.INT64:
        cut = patch.fresh("tokens.wide")
        patch.make("Cast", [cut], inputs.tokens, to=inputs.token_type)
    return extract(
        graph,
        {
            cut: helper.make_tensor_value_info("tokens", TensorProto.INT64, [1, "tokens"]),
            inputs.style: helper.make_tensor_value_info("style", float32, [1, STYLE_SIZE]),
            landmarks.speed: helper.make_tensor_value_info("speed", float32, [1]),
        },
        {
            landmarks.asr: helper.make_tensor_value_info("asr", float32, [1, landmarks.channels, "frames"]),
            landmarks.f0: helper.make_tensor_value_info("f0", float32, [1, 1, "half_frames"]),
            landmarks.energy: helper.make_tensor_value_info("energy", float32, [1, 1, "half_frames"]),
            durations: helper.make_tensor_value_info("durations", TensorProto.INT64, ["tokens"]),
        },
        patch,
    )


def text_feeds(tokens: int, *, speed: float = 1.0) -> Feeds:
    """Inputs to try this part with: a text of so many tokens, at least 1, that is the same every time."""
    random = np.random.default_rng(tokens)
    return {
        "tokens": random.integers(0, _SAFE_TOKENS, (1, tokens)),
        "style": random.standard_normal((1, STYLE_SIZE), np.float32) * _STYLE_SPREAD,
        "speed": np.full(1, speed, np.float32),
    }
