"""Compares the parts with the graph that they were cut from: on the user's own file, which is not at hand elsewhere."""

import numpy as np
import numpy.typing as npt
from onnx import TypeProto, ValueInfoProto, helper

from utterd.stages.models.splitting.extraction import extract
from utterd.stages.models.splitting.generator import Generator
from utterd.stages.models.splitting.graph import Graph
from utterd.stages.models.splitting.inputs import Inputs
from utterd.stages.models.splitting.landmarks import Landmarks
from utterd.stages.models.splitting.probing import Value, run, run_all
from utterd.stages.models.splitting.text import text_feeds
from utterd.stages.models.vocoder.emit import emit_whole

LEAST_DB = 40.0
"""Of sound over difference: what is built otherwise has under 20, what rounds in another order over 110, and a float16
file in which Snake's alpha and its inverse were rounded each for itself something between."""
_TEXTS = ((6, 1.0), (40, 2.0))
"""Tokens and speed of each: other than those that parts were simplified by; speed may be an integer."""
_QUIETEST = 1e-20
"""Sum of squares; of less there is no logarithm."""


def difference(
    graph: Graph, inputs: Inputs, landmarks: Landmarks, generator: Generator, text: Graph, decoder: Graph
) -> str:
    """What the parts, one after the other, make differently from the whole; empty if nothing."""
    feeds = [text_feeds(tokens, speed=speed) for tokens, speed in _TEXTS]
    declared = {each.name: each for each in graph.model.graph.input}
    names = {inputs.tokens: "tokens", inputs.style: "style", inputs.speed: "speed"}
    whole = extract(
        graph,
        {name: declared[name] for name in names},
        {
            landmarks.durations: ValueInfoProto(name="durations"),
            generator.end.waveform: ValueInfoProto(name="waveform"),
        },
    )
    fed = [{name: _as_declared(feed[key], declared[name].type) for name, key in names.items()} for feed in feeds]
    vocoder = Graph(emit_whole(generator.vocoder, native=False), graph.folder)
    for feed, right in zip(feeds, run_all(whole, fed), strict=True):
        said = run(text, feed)
        if not np.array_equal(said["durations"], right["durations"].ravel()):
            return "durations"
        made = run(decoder, {"style": feed["style"], **{name: said[name] for name in ("asr", "f0", "energy")}})
        spoken = run(vocoder, made)["waveform"]
        first = generator.end.special
        if not _decibels(right["waveform"].ravel()[first:], spoken[first:]) >= LEAST_DB:  # neither if it is no number
            return "sound"
    return ""


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
