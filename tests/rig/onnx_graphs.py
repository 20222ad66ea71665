"""Tiny ONNX graphs, put together node by node, and bundles around them."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from onnx import NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

_OPSET = helper.make_opsetid("", 17)
_IR_VERSION = 8

SAMPLES_PER_TOKEN = 1200
"""Of the tiny Kokoro: every token lasts two of the model's units, 50 ms."""


def save_graph(
    path: Path,
    nodes: Sequence[NodeProto],
    inputs: Sequence[ValueInfoProto],
    outputs: Sequence[ValueInfoProto],
    constants: Mapping[str, Any] | None = None,
) -> None:
    initializers = [numpy_helper.from_array(np.asarray(value), name) for name, value in (constants or {}).items()]
    graph = helper.make_graph(list(nodes), "tiny", list(inputs), list(outputs), initializers)
    model = helper.make_model(graph, opset_imports=[_OPSET], ir_version=_IR_VERSION)
    path.write_bytes(model.SerializeToString())


def value(name: str, kind: int, *shape: int | str) -> ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, list(shape))


def save_kokoro(
    path: Path,
    *,
    tokens_name: str = "input_ids",
    speed_type: int = TensorProto.FLOAT,
    speed_shape: tuple[int, ...] = (1,),
    float_type: int = TensorProto.FLOAT,
    has_durations: bool = True,
    has_speed: bool = True,
    has_sound: bool = True,
    style_size: int = 256,
    duration: int = 2,
) -> None:
    """A graph with Kokoro's face. Every sample of a token is token / 1000 * speed + style[0]: all inputs are heard.

    `duration` is what it tells of each token, in a unit of its own.
    """
    nodes = [
        helper.make_node("Cast", [tokens_name], ["tokens_f"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["tokens_f", "thousandth"], ["pitch"]),
        helper.make_node("Unsqueeze", ["pitch", "last_axis"], ["column"]),
        helper.make_node("Mul", ["column", "ones_row"], ["samples"]),
        helper.make_node("Cast", ["style"], ["style_f"], to=TensorProto.FLOAT),
        helper.make_node("Gather", ["style_f", "first"], ["offset"], axis=1),
        helper.make_node("Add", ["samples", "offset"], ["moved"]),
        helper.make_node("Reshape", ["moved", "flat"], ["wave"]),
        helper.make_node("Cast", ["wave"], ["waveform"], to=float_type),
    ]
    inputs = [value(tokens_name, TensorProto.INT64, 1, "n"), value("style", float_type, 1, style_size)]
    outputs = [value("waveform", float_type, "m")] if has_sound else []
    constants: dict[str, Any] = {
        "thousandth": np.float32(0.001),
        "last_axis": np.array([2], np.int64),
        "ones_row": np.ones((1, 1, SAMPLES_PER_TOKEN), np.float32),
        "first": np.int64(0),
        "flat": np.array([-1], np.int64),
    }
    if has_speed:
        nodes[1].input[:] = ["tokens_f", "factor"]
        nodes[:0] = [
            helper.make_node("Cast", ["speed"], ["speed_f"], to=TensorProto.FLOAT),
            helper.make_node("Mul", ["speed_f", "thousandth"], ["factor"]),
        ]
        inputs.append(value("speed", speed_type, *speed_shape))
    if has_durations:
        nodes += [
            helper.make_node("Shape", [tokens_name], ["shape"], start=1),
            helper.make_node(
                "ConstantOfShape",
                ["shape"],
                ["duration"],
                value=helper.make_tensor("units", TensorProto.INT64, [1], [duration]),
            ),
        ]
        outputs.append(value("duration", TensorProto.INT64, "n"))
    save_graph(path, nodes, inputs, outputs, constants)


HUM_SAMPLES_PER_TOKEN = 2400
"""Of the humming Kokoro: every token lasts four of the model's units, 100 ms."""


def save_humming_kokoro(
    path: Path, *, hummed: Sequence[int], hissed: Sequence[int], has_durations: bool = True
) -> None:
    """A Kokoro that can be listened to: pulses at 200 Hz for some tokens, noise for others, silence for the rest.

    As loud as style[0] says, above a breath of noise that differs from run to run, as the real one's does.
    """
    sounds = np.zeros((178, HUM_SAMPLES_PER_TOKEN), np.float32)
    sounds[list(hummed), ::120] = 1
    sounds[list(hissed)] = 0.1 * np.random.default_rng(1).standard_normal(HUM_SAMPLES_PER_TOKEN)
    units = helper.make_tensor("units", TensorProto.INT64, [1], [HUM_SAMPLES_PER_TOKEN // 600])
    nodes = [
        helper.make_node("Gather", ["sounds", "input_ids"], ["sound"]),
        helper.make_node("Gather", ["style", "first"], ["loudness"], axis=1),
        helper.make_node("Mul", ["sound", "loudness"], ["said"]),
        helper.make_node("RandomNormalLike", ["said"], ["breath"], scale=1e-4),
        helper.make_node("Add", ["said", "breath"], ["breathed"]),
        helper.make_node("Reshape", ["breathed", "flat"], ["waveform"]),
        helper.make_node("Shape", ["input_ids"], ["shape"], start=1),
        helper.make_node("ConstantOfShape", ["shape"], ["duration"], value=units),
    ]
    save_graph(
        path,
        nodes,
        [value("input_ids", TensorProto.INT64, 1, "n"), value("style", TensorProto.FLOAT, 1, 256)],
        [value("waveform", TensorProto.FLOAT, "m"), value("duration", TensorProto.INT64, "n")][: 1 + has_durations],
        {"sounds": sounds, "first": np.int64(0), "flat": np.array([-1], np.int64)},
    )


def save_counter(path: Path) -> None:
    """`times` (int64) rounds of adding one; so many take so long that nobody waits for the end of them."""
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["go_on_in"], ["go_on_out"]),
            helper.make_node("Add", ["count_in", "one"], ["count_out"]),
        ],
        "body",
        [value("round", TensorProto.INT64), value("go_on_in", TensorProto.BOOL), value("count_in", TensorProto.DOUBLE)],
        [value("go_on_out", TensorProto.BOOL), value("count_out", TensorProto.DOUBLE)],
        [numpy_helper.from_array(np.float64(1), "one")],
    )
    loop = helper.make_node("Loop", ["times", "yes", "zero"], ["count"], body=body)
    constants = {"yes": np.bool_(True), "zero": np.float64(0)}
    save_graph(path, [loop], [value("times", TensorProto.INT64)], [value("count", TensorProto.DOUBLE)], constants)


def save_voices(path: Path, **offsets: float) -> None:
    """Voices whose style vectors begin with the offset, plus a thousandth for every token of the piece."""
    tables = {}
    for name, offset in offsets.items():
        table = np.zeros((510, 1, 256), np.float32)
        table[:, 0, 0] = offset + np.arange(510) / 1000
        tables[name] = table
    with path.open("wb") as file:
        np.savez(file, **tables)


def write_bundle(folder: Path, *, family: str = "kokoro", voice: str = "af_one", graph: str = "") -> None:
    """A bundle.toml for the files that are in the folder."""
    files = "\n".join(
        f'"{path.name}" = "{hashlib.sha256(path.read_bytes()).hexdigest()}"'
        for path in sorted(folder.iterdir())
        if path.name != "bundle.toml"
    )
    (folder / "bundle.toml").write_text(
        f'''
name = "tiny"
family = "{family}"
sample_rate_hz = 24000
languages = ["en-us"]
default_voice = "{voice}"
licence = "Apache-2.0"
[voices]
{voice} = {{ language = "en-us" }}
[files]
{files}
[graph]
{graph}
'''
    )
