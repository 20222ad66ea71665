"""Compares the parts with the graph that they were cut from: on the user's own file, which is not at hand elsewhere."""

import numpy as np
import numpy.typing as npt
from onnx import TensorProto, TypeProto, helper

from utterd.stages.models.splitting.extraction import extract
from utterd.stages.models.splitting.generator import Generator
from utterd.stages.models.splitting.graph import Graph
from utterd.stages.models.splitting.landmarks import Landmarks
from utterd.stages.models.splitting.loading import Inputs
from utterd.stages.models.splitting.probing import Value, run
from utterd.stages.models.splitting.text import text_feeds
from utterd.stages.models.vocoder.emit import emit_whole

LEAST_DB = 40.0
"""Of sound over difference: what is built otherwise has under 20, what rounds in another order over 110, and a float16
file in which Snake's alpha and its inverse were rounded each for itself something between."""
_TOKENS = 6
_QUIETEST = 1e-20
"""Sum of squares; of less there is no logarithm."""


def difference(
    graph: Graph, inputs: Inputs, landmarks: Landmarks, generator: Generator, text: Graph, decoder: Graph
) -> str:
    """What the parts, one after the other, make differently from the whole; empty if nothing."""
    feeds = text_feeds(_TOKENS)
    declared = {each.name: each for each in graph.model.graph.input}
    fed = {inputs.tokens: feeds["tokens"], inputs.style: feeds["style"], inputs.speed: feeds["speed"]}
    whole = extract(
        graph,
        {name: declared[name] for name in fed},
        {
            landmarks.durations: helper.make_tensor_value_info("durations", TensorProto.INT64, None),
            generator.end.waveform: helper.make_tensor_value_info("waveform", TensorProto.FLOAT, None),
        },
    )
    right = run(whole, {name: _as_declared(value, declared[name].type) for name, value in fed.items()})
    said = run(text, feeds)
    if not np.array_equal(said["durations"], right["durations"].ravel()):
        return "durations"
    made = run(decoder, {"style": feeds["style"], **{name: said[name] for name in ("asr", "f0", "energy")}})
    spoken = run(Graph(emit_whole(generator.vocoder, native=False), graph.folder), made)["waveform"]
    first = generator.end.special
    return "" if _decibels(right["waveform"].ravel()[first:], spoken[first:]) >= LEAST_DB else "sound"


def _as_declared(value: Value, kind: TypeProto) -> Value:
    """In the type and with as many dimensions as the graph wants."""
    dtype = helper.tensor_dtype_to_np_dtype(kind.tensor_type.elem_type)
    return value.astype(dtype).reshape(value.shape[value.ndim - len(kind.tensor_type.shape.dim) :])


def _decibels(right: npt.NDArray[np.float32], other: npt.NDArray[np.float32]) -> float:
    """Of `right` over what `other` differs from it by."""
    if right.shape != other.shape:
        return -np.inf
    wrong = other.astype(np.float64) - right
    powers = [np.sum(np.square(each.astype(np.float64))) for each in (right, wrong)]
    return float(10 * np.log10(max(powers[0], _QUIETEST) / max(powers[1], _QUIETEST)))
