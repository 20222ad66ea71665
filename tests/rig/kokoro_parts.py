"""A tiny Kokoro in prepared parts, put together node by node: what they have to be to inference, and nothing more.

Every step that the real ones have is there in small: durations by token, an alignment, F0, harmonics of it, two
normalisations with affines of the style, Snake, and a receptive field of six frames either side.
"""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from onnx import NodeProto, TensorProto, helper
from rig.onnx_graphs import save_graph, save_kokoro, value, write_bundle

from utterd.stages.models.machine import cpu_name, onnxruntime_version
from utterd.stages.models.parts import FOLDER, Parts, Variant, write_parts

FRAME_SAMPLES = 300
CHANNELS = (4, 2)
"""Of its two normalisations."""
SIZE = sum(CHANNELS)
EPSILON = 1e-5
LENGTHS = (20, 80, 320)
"""Tokens of the pieces that a voice was measured at."""
FP32 = Variant(text="text.onnx", decoder="decoder.onnx", vocoder="vocoder.onnx", whole="whole.onnx", native=False)
_FLOAT = TensorProto.FLOAT


def save_parts_bundle(
    folder: Path,
    *,
    voices: Iterable[str] = ("af_one", "am_two"),
    measured: Iterable[str] | None = None,
    has_whole: bool = True,
    measures: bool = False,
    **changes: object,
) -> Parts:
    """A bundle with a single graph and parts, in this folder.

    Args:
        folder: is there and empty.
        voices: their names; the first is the default.
        measured: those of them that have statistics; all of them unless given.
        has_whole: whether there is a graph for whole pieces.
        measures: whether the windowed vocoder tells the means of what it normalised.
        changes: of the manifest.
    """
    names = list(voices)
    random = np.random.default_rng(6)
    save_kokoro(folder / "model.onnx")
    with (folder / "voices.npz").open("wb") as file:
        np.savez(file, **{name: random.normal(0, 0.3, (510, 1, 256)).astype(np.float32) for name in names})
    write_bundle(folder, voice=names[0])
    description = (folder / "bundle.toml").read_text()
    more = "".join(f'{name} = {{ language = "en-us" }}\n' for name in names[1:])
    (folder / "bundle.toml").write_text(description.replace("[files]", more + "[files]"))
    prepared = folder / FOLDER
    prepared.mkdir()
    _save_text(prepared / "text.onnx")
    _save_decoder(prepared / "decoder.onnx")
    save_vocoder(prepared / "vocoder.onnx", measures=measures)
    if has_whole:
        save_whole(prepared / "whole.onnx")
    save_statistics(prepared / "statistics.npz", names if measured is None else measured)
    return save_manifest(
        prepared,
        model_sha256=_sha256(folder / "model.onnx"),
        **{"variants": {"fp32": FP32 if has_whole else _without_whole(FP32)}, **changes},
    )


def save_manifest(prepared: Path, **changes: object) -> Parts:
    """parts.json, for the files that lie there."""
    files = {path.name: _sha256(path) for path in prepared.iterdir() if path.suffix in (".onnx", ".npz", ".data")}
    fields = {
        "model_sha256": "",
        "onnxruntime": onnxruntime_version(),
        "cpu": cpu_name(),
        "frame_samples": FRAME_SAMPLES,
        "harmonic_frames": 60,
        "context_frames": 8,
        "epsilon": EPSILON,
        "channels": CHANNELS,
        "variants": {"fp32": FP32},
        "statistics": "statistics.npz",
        "files": files,
    }
    parts = Parts(**(fields | changes))
    write_parts(prepared, parts)
    return parts


def save_statistics(path: Path, voices: Iterable[str]) -> dict[str, np.ndarray]:
    """Of each voice, rows for LENGTHS. Returns what the file has."""
    random = np.random.default_rng(7)
    shape = (len(LENGTHS), SIZE)
    tables: dict[str, np.ndarray] = {}
    for name in voices:
        tables[f"{name}.tokens"] = np.array(LENGTHS)
        tables[f"{name}.mean"] = random.normal(0, 0.5, shape).astype(np.float32)
        tables[f"{name}.variance"] = random.uniform(0.5, 2, shape).astype(np.float32)
    with path.open("wb") as file:
        np.savez(file, **tables)
    return tables


def _without_whole(variant: Variant) -> Variant:
    return Variant(text=variant.text, decoder=variant.decoder, vocoder=variant.vocoder, whole=None, native=False)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _random(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.4, shape).astype(np.float32)


def _save_text(path: Path) -> None:
    """A token lasts 1 to 3 units at speed 1, and never less than one."""
    tokens = np.arange(178)
    nodes = [
        helper.make_node("Gather", ["lengths", "tokens"], ["wanted"]),
        helper.make_node("Div", ["wanted", "speed"], ["hurried"]),
        helper.make_node("Round", ["hurried"], ["rounded"]),
        helper.make_node("Clip", ["rounded", "one"], ["clipped"]),
        helper.make_node("Cast", ["clipped"], ["whole"], to=TensorProto.INT64),
        helper.make_node("Reshape", ["whole", "flat"], ["durations"]),
        helper.make_node("CumSum", ["durations", "zero"], ["ends"]),
        helper.make_node("ReduceMax", ["ends"], ["total"], keepdims=0),
        helper.make_node("Range", ["zero", "total", "step"], ["frame"]),
        helper.make_node("Unsqueeze", ["frame", "last"], ["frame_column"]),
        helper.make_node("GreaterOrEqual", ["frame_column", "ends"], ["is_past"]),
        helper.make_node("Cast", ["is_past"], ["past"], to=TensorProto.INT64),
        helper.make_node("ReduceSum", ["past", "last"], ["token_of_frame"], keepdims=0),
        helper.make_node("Gather", ["embedding", "tokens"], ["encoded"]),
        helper.make_node("Transpose", ["encoded"], ["by_channel"], perm=[0, 2, 1]),
        helper.make_node("Gather", ["by_channel", "token_of_frame"], ["asr"], axis=2),
        helper.make_node("Gather", ["pitches", "tokens"], ["pitch"]),
        helper.make_node("Gather", ["pitch", "token_of_frame"], ["pitch_of_frame"], axis=1),
        helper.make_node("Unsqueeze", ["pitch_of_frame", "third"], ["pitch_column"]),
        helper.make_node("Tile", ["pitch_column", "twice"], ["pitch_pairs"]),
        helper.make_node("Reshape", ["pitch_pairs", "row"], ["plain_f0"]),
        helper.make_node("Gather", ["style", "prosody"], ["mood"], axis=1),
        helper.make_node("Add", ["plain_f0", "mood"], ["f0"]),
        helper.make_node("Mul", ["f0", "hundredth"], ["energy"]),
    ]
    constants = {
        "lengths": (1 + tokens % 3).astype(np.float32),
        "pitches": (100 + tokens).astype(np.float32),
        "embedding": _random(1, 178, 3),
        "one": np.float32(1),
        "hundredth": np.float32(0.01),
        "zero": np.int64(0),
        "step": np.int64(1),
        "flat": np.array([-1]),
        "last": np.array([1]),
        "third": np.array([2]),
        "twice": np.array([1, 1, 2]),
        "row": np.array([1, 1, -1]),
        "prosody": np.array([[200]]),
    }
    inputs = [
        value("tokens", TensorProto.INT64, 1, "n"),
        value("style", _FLOAT, 1, 256),
        value("speed", _FLOAT, 1),
    ]
    outputs = [
        value("asr", _FLOAT, 1, 3, "f"),
        value("f0", _FLOAT, 1, 1, "t"),
        value("energy", _FLOAT, 1, 1, "t"),
        value("durations", TensorProto.INT64, "n"),
    ]
    save_graph(path, nodes, inputs, outputs, constants)


def _save_decoder(path: Path) -> None:
    nodes = [
        helper.make_node("Unsqueeze", ["asr", "fourth"], ["asr_column"]),
        helper.make_node("Tile", ["asr_column", "twice"], ["asr_pairs"]),
        helper.make_node("Reshape", ["asr_pairs", "three_rows"], ["asr_frames"]),
        helper.make_node("Concat", ["asr_frames", "energy"], ["joined"], axis=1),
        helper.make_node("Conv", ["joined", "mix"], ["features"], kernel_shape=[3], pads=[1, 1]),
        helper.make_node("Unsqueeze", ["f0", "fourth"], ["f0_column"]),
        helper.make_node("Tile", ["f0_column", "sixty_times"], ["f0_spectra"]),
        helper.make_node("Reshape", ["f0_spectra", "row"], ["f0_row"]),
        helper.make_node("Pad", ["f0_row", "one_more"], ["f0_all"], mode="edge"),
        helper.make_node("Mul", ["f0_all", "cycles"], ["steps"]),
        helper.make_node("CumSum", ["steps", "time"], ["phase"]),
        helper.make_node("Sin", ["phase"], ["sine"]),
        helper.make_node("Cos", ["phase"], ["cosine"]),
        helper.make_node("Concat", ["sine", "cosine"], ["harmonics"], axis=1),
    ]
    for name in ("gains", "offsets"):
        nodes += [
            helper.make_node("MatMul", ["style", f"{name}_weight"], [f"{name}_row"]),
            helper.make_node("Reshape", [f"{name}_row", "flat"], [name]),
        ]
    constants = {
        "mix": _random(2, CHANNELS[0], 4, 3),
        "fourth": np.array([3]),
        "twice": np.array([1, 1, 1, 2]),
        "sixty_times": np.array([1, 1, 1, 60]),
        "three_rows": np.array([1, 3, -1]),
        "row": np.array([1, 1, -1]),
        "one_more": np.array([0, 0, 0, 0, 0, 1]),
        "cycles": np.float32(2 * np.pi / 4800),
        "time": np.int64(2),
        "flat": np.array([-1]),
        "gains_weight": _random(3, 256, SIZE),
        "offsets_weight": _random(4, 256, SIZE),
    }
    inputs = [
        value("asr", _FLOAT, 1, 3, "f"),
        value("f0", _FLOAT, 1, 1, "t"),
        value("energy", _FLOAT, 1, 1, "t"),
        value("style", _FLOAT, 1, 256),
    ]
    outputs = [
        value("features", _FLOAT, 1, CHANNELS[0], "t"),
        value("harmonics", _FLOAT, 1, 2, "s"),
        value("gains", _FLOAT, SIZE),
        value("offsets", _FLOAT, SIZE),
    ]
    save_graph(path, nodes, inputs, outputs, constants)


def save_vocoder(path: Path, *, measures: bool = False) -> None:
    """Scale and shift are given, and how much of the window is context."""
    nodes = _vocoder_nodes("scale", "shift")
    nodes[-1].output[:] = ["with_context"]
    nodes += [
        helper.make_node("Mul", ["context", "frame_samples"], ["cut"]),
        helper.make_node("Slice", ["cut", "from0", "first_one"], ["before"]),
        helper.make_node("Slice", ["cut", "first_one", "both"], ["behind"]),
        helper.make_node("Shape", ["with_context"], ["length"]),
        helper.make_node("Sub", ["length", "behind"], ["last"]),
        helper.make_node("Slice", ["with_context", "before", "last"], ["waveform"]),
    ]
    outputs = [value("waveform", _FLOAT, "samples")]
    if measures:
        for number in (0, 1):
            nodes += [
                helper.make_node("ReduceMean", [f"x{number}"], [f"mean{number}"], axes=[0, 2], keepdims=0),
                helper.make_node("Mul", [f"x{number}"] * 2, [f"square{number}"]),
                helper.make_node("ReduceMean", [f"square{number}"], [f"mean_square{number}"], axes=[0, 2], keepdims=0),
            ]
        for name in ("mean", "mean_square"):
            nodes.append(helper.make_node("Concat", [f"{name}0", f"{name}1"], [name], axis=0))
            outputs.append(value(name, _FLOAT, SIZE))
    _save_vocoder(path, nodes, ("scale", "shift"), outputs, value("context", TensorProto.INT64, 2))


def save_whole(path: Path) -> None:
    """Normalises by what it is given."""
    nodes: list[NodeProto] = []
    for node in _vocoder_nodes("gains", "offsets"):
        number = node.name.removeprefix("norm")
        if node.name.startswith("norm"):
            ones, zeros = f"ones{number}", f"zeros{number}"
            inputs = [f"x{number}", ones, zeros]
            nodes.append(helper.make_node("InstanceNormalization", inputs, [f"n{number}"], epsilon=EPSILON))
            node.input[0] = f"n{number}"
        nodes.append(node)
    _save_vocoder(path, nodes, ("gains", "offsets"), [value("waveform", _FLOAT, "samples")])


def _vocoder_nodes(factor: str, summand: str) -> list[NodeProto]:
    nodes = [helper.make_node("Identity", ["features"], ["x0"])]
    for number in (0, 1):
        for name in (factor, summand):
            nodes += [
                helper.make_node("Slice", [name, f"from{number}", f"to{number}"], [f"{name}{number}"]),
                helper.make_node("Reshape", [f"{name}{number}", "column"], [f"{name}_column{number}"]),
            ]
        nodes += [
            helper.make_node("Mul", [f"x{number}", f"{factor}_column{number}"], [f"m{number}"], f"norm{number}"),
            helper.make_node("Add", [f"m{number}", f"{summand}_column{number}"], [f"z{number}"]),
            helper.make_node("Sin", [f"z{number}"], [f"sine{number}"]),
            helper.make_node("Mul", [f"sine{number}"] * 2, [f"bump{number}"]),
            helper.make_node("Add", [f"z{number}", f"bump{number}"], [f"snake{number}"]),
        ]
        if number == 0:
            nodes += [
                helper.make_node("Conv", ["snake0", "first"], ["convolved"], kernel_shape=[5], pads=[2, 2]),
                helper.make_node("Conv", ["harmonics", "noise"], ["hum"], kernel_shape=[61], strides=[60]),
                helper.make_node("Add", ["convolved", "hum"], ["x1"]),
            ]
    return [
        *nodes,
        helper.make_node("Conv", ["snake1", "second"], ["narrow"], kernel_shape=[9], pads=[4, 4]),
        helper.make_node("ConvTranspose", ["narrow", "up"], ["row"], kernel_shape=[300], strides=[300]),
        helper.make_node("Reshape", ["row", "flat"], ["waveform"]),
    ]


def _save_vocoder(path: Path, nodes: list[NodeProto], affine: tuple[str, str], outputs: list, *more_inputs) -> None:
    wide, narrow = CHANNELS
    constants: Mapping[str, np.ndarray] = {
        "first": _random(11, narrow, wide, 5),
        "noise": 0.1 * _random(12, narrow, 2, 61),
        "second": 0.1 * _random(13, 1, narrow, 9),
        "up": 0.5 * _random(14, 1, 1, 300),
        "from0": np.array([0]),
        "to0": np.array([wide]),
        "from1": np.array([wide]),
        "to1": np.array([SIZE]),
        "ones0": np.ones(wide, np.float32),
        "zeros0": np.zeros(wide, np.float32),
        "ones1": np.ones(narrow, np.float32),
        "zeros1": np.zeros(narrow, np.float32),
        "column": np.array([1, -1, 1]),
        "flat": np.array([-1]),
        "frame_samples": np.array([FRAME_SAMPLES]),
        "first_one": np.array([1]),
        "both": np.array([2]),
    }
    inputs = [
        value("features", _FLOAT, 1, wide, "t"),
        value("harmonics", _FLOAT, 1, 2, "s"),
        *(value(name, _FLOAT, SIZE) for name in affine),
        *more_inputs,
    ]
    save_graph(path, nodes, inputs, outputs, constants)
