"""A tiny Kokoro whose graph is built as that of release 1.0, which was exported in another way than those after it.

Made of the tiny model of `kokoro_shaped`, piece by piece, after what public tools say that take the released file
apart: instance normalisation spelled out; tokens and frames aligned by comparing numbers, without a loop; no noise in
the harmonic source; ONNX's STFT; the inverse transform as one transposed convolution, then divided by the sum of the
windows of a single frame.
"""

import functools
import tempfile
from pathlib import Path

import numpy as np
import onnx
from kokoro_shaped import tiny_model
from onnx import NodeProto, TensorProto, helper

from utterd.stages.models.splitting.extraction import complete, extract
from utterd.stages.models.splitting.folding import fold
from utterd.stages.models.splitting.generator import read_generator
from utterd.stages.models.splitting.graph import Graph
from utterd.stages.models.splitting.inputs import find_inputs
from utterd.stages.models.splitting.landmarks import find_landmarks
from utterd.stages.models.splitting.patch import Patch

FFT, HOP = 20, 5
FIRST_SAMPLES = FFT // 2
"""So many are divided by the sum of the windows, once the others are trimmed away."""


@functools.cache
def released_model() -> onnx.ModelProto:
    """tokens, style, speed -> audio; opset 20."""
    with tempfile.TemporaryDirectory() as folder:
        graph = fold(tiny_model("1.0"), Path(folder))
        inputs = find_inputs(graph.model, "tiny")
        generator = read_generator(graph, inputs.style)
        found = find_landmarks(graph, inputs, generator)
        patch = Patch()
        _spell_out_norms(graph, patch)
        _align_by_comparing(graph, patch, found.durations, found.alignments)
        for node in graph.nodes:
            if node.op_type == "If":  # a squeeze of F0, or of energy
                patch.make(
                    "Squeeze", [next(iter(node.attribute)).g.node[0].input[0], _number(patch, 1)], node.output[0]
                )
            elif node.op_type.startswith("Random"):
                patch.make("Mul", [node.input[0], _number(patch, 0.0)], node.output[0])
        _transform(graph, patch)
        _inverse(graph, patch, generator.end.waveform)
        output = helper.make_tensor_value_info("audio", TensorProto.FLOAT, ["samples"])
        declared = {each.name: each for each in graph.model.graph.input}
        return complete(extract(graph, declared, {generator.end.waveform: output}, patch))


def _number(patch: Patch, value: float | int | list[int]) -> str:
    """A constant; a whole one comes as a list of one."""
    array = np.array(value, np.float32) if isinstance(value, float) else np.atleast_1d(np.array(value))
    return patch.constant(f"number {value!r}", array)


def _scalar(patch: Patch, value: int) -> str:
    return patch.constant(f"scalar {value}", np.array(value))


def _spell_out_norms(graph: Graph, patch: Patch) -> None:
    for node in graph.nodes:
        if node.op_type == "InstanceNormalization":
            x, output = node.input[0], node.output[0]
            weight, bias = (graph.constant(name) for name in node.input[1:])
            assert np.all(weight == 1)
            assert not np.any(bias)
            mean = patch.make("ReduceMean", [x, _number(patch, 2)], f"{output}.mean", keepdims=1)
            centred = patch.make("Sub", [x, mean], f"{output}.centred")
            squares = patch.make("Mul", [centred, centred], f"{output}.squares")
            variance = patch.make("ReduceMean", [squares, _number(patch, 2)], f"{output}.variance", keepdims=1)
            total = patch.make("Add", [variance, _number(patch, 1e-5)], f"{output}.total")
            patch.make("Div", [centred, patch.make("Sqrt", [total], f"{output}.root")], output)


def _align_by_comparing(graph: Graph, patch: Patch, durations: str, products: tuple[str, ...]) -> None:
    one, zero, last = _scalar(patch, 1), _scalar(patch, 0), _scalar(patch, -1)
    row = patch.make("Reshape", [durations, _number(patch, [1, -1])], "row")
    ends = patch.make("CumSum", [row, one], "ends")
    count = patch.make("Gather", [patch.make("Reshape", [ends, _number(patch, -1)], "flat"), last], "count")
    frames = patch.make("Range", [zero, count, one], "frames")
    column = patch.make("Unsqueeze", [ends, _number(patch, -1)], "ends.column")
    starts = patch.make("Unsqueeze", [patch.make("Sub", [ends, row], "starts"), _number(patch, -1)], "starts.column")
    begun = patch.make("GreaterOrEqual", [frames, starts], "begun")
    mask = patch.make("And", [begun, patch.make("Less", [frames, column], "going")], "mask")
    matrix = patch.make("Cast", [mask], "matrix", to=TensorProto.FLOAT)
    for product in products:
        patch.make("MatMul", [graph.maker(product).input[0], matrix], product)


def _transform(graph: Graph, patch: Patch) -> None:
    """ONNX's STFT, and a phase that is below for negative numbers without an imaginary part."""
    (tangent,) = (node.output[0] for node in graph.nodes if node.op_type == "Atan")
    imaginary, real = graph.maker(graph.maker(tangent).input[0]).input
    signal = graph.maker(graph.maker(real).input[0]).input[0]  # in front of the axis for channels
    window = patch.constant("window", np.hanning(FFT + 1)[:-1].astype(np.float32))
    spectrum = patch.make("STFT", [signal, _scalar(patch, HOP), window, _scalar(patch, FFT)], "stft", onesided=1)
    turned = patch.make("Transpose", [spectrum], "stft.turned", perm=[0, 2, 1, 3])
    patch.make("Gather", [turned, _scalar(patch, 0)], real, axis=3)
    patch.make("Gather", [turned, _scalar(patch, 1)], imaginary, axis=3)
    phase = _last_where(graph, tangent)
    pi, zero = _number(patch, float(np.float32(np.pi))), _number(patch, 0.0)
    up, down = patch.make("Add", [tangent, pi], "up"), patch.make("Sub", [tangent, pi], "down")
    chosen = patch.make("Where", [patch.make("Greater", [imaginary, zero], "is_up"), up, down], "chosen")
    patch.make("Where", [patch.make("Less", [real, zero], "is_left"), chosen, tangent], phase)


def _last_where(graph: Graph, tangent: str) -> str:
    """The phase: the choice that no other depends on."""
    choices = [
        node.output[0] for node in graph.nodes if node.op_type == "Where" and graph.depends(node.output[0], tangent)
    ]
    return next(each for each in choices if not any(graph.depends(other, each) for other in choices if other != each))


def _inverse(graph: Graph, patch: Patch, waveform: str) -> None:
    difference = _first_behind(graph, waveform, "Sub")
    halves = [graph.maker(each) for each in difference.input]
    weights = [graph.constant(half.input[1]) for half in halves]
    weight = patch.constant("basis", np.concatenate([weights[0], -weights[1]]) / 4)
    both = patch.make("Concat", [half.input[0] for half in halves], "both", axis=1)
    sound = patch.make("ConvTranspose", [both, weight], "sound", strides=[HOP])
    flat = patch.make("Squeeze", [sound, _number(patch, 1)], "sound.flat")
    window_sum = patch.constant("window_sum", np.hanning(FFT + 1)[:-1].astype(np.float32) ** 2)
    length = patch.make("Gather", [patch.make("Shape", [flat], "flat.shape"), _number(patch, 1)], "length", axis=0)
    within = patch.make("Slice", [window_sum, _number(patch, 0), length, _number(patch, 0)], "within")
    tiny = patch.constant("tiny", np.array(1.1754943508222875e-38, np.float32))
    large = patch.make("NonZero", [patch.make("Greater", [within, tiny], "is_large")], "large")
    places = patch.make("Transpose", [large], "places", perm=[1, 0])
    index = patch.make("Reshape", [places, _number(patch, -1)], "index")
    chosen = patch.make("Gather", [flat, index], "first", axis=1)
    updates = patch.make("Div", [chosen, patch.make("Gather", [within, index], "sums", axis=0)], "updates")
    rows = patch.make("Mul", [places, _number(patch, 0)], "rows")
    pairs = patch.make("Concat", [rows, places], "pairs", axis=1)
    indices = patch.make("Unsqueeze", [pairs, _number(patch, 0)], "indices")
    scattered = patch.make("ScatterND", [flat, indices, updates], "scattered")
    channel = patch.make("Unsqueeze", [scattered, _number(patch, 1)], "channel")
    scaled = patch.make("Mul", [channel, _number(patch, 4.0)], "scaled")
    end, axis = _number(patch, np.iinfo(np.int64).max), _number(patch, 2)
    front = patch.make("Slice", [scaled, _number(patch, FFT // 2), end, axis], "front")
    back = patch.make("Slice", [front, _number(patch, 0), _number(patch, -(FFT // 2)), axis], "back")
    mono = patch.make("Gather", [back, _scalar(patch, 0)], "mono", axis=0)
    patch.make("Reshape", [mono, _number(patch, -1)], waveform)


def _first_behind(graph: Graph, tensor: str, op_type: str) -> NodeProto:
    node = graph.maker(tensor)
    while node.op_type != op_type:
        node = graph.maker(node.input[0])
    return node
