"""Kokoro-shaped models, whole and taken apart; how to run either without its noise."""

import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from kokoro_shaped import tiny_model, tiny_voices
from onnx import helper, numpy_helper

from utterd.stages.models.splitting import Split, split
from utterd.stages.models.splitting.graph import Graph
from utterd.stages.models.splitting.noise import without_noise


def outputs_of(model: onnx.ModelProto | Path, feeds: dict) -> dict[str, np.ndarray]:
    """By name; without noise, and with all of ONNX Runtime's optimisations, as users run them."""
    proto = without_noise(onnx.load(model) if isinstance(model, Path) else model)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(proto.SerializeToString(), options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    wanted = {each.name for each in session.get_inputs()}
    return dict(zip(names, session.run(names, {name: feeds[name] for name in wanted}), strict=True))


@pytest.fixture(scope="session")
def run():
    return outputs_of


@pytest.fixture(scope="session")
def build():
    """A small graph: steps (operator, inputs, outputs, attributes), declared inputs and outputs, constants.

    `check`: whether it has to be a right one.
    """

    def make(steps, inputs: dict, outputs: dict, constants: dict, *, check: bool = True) -> Graph:
        faces = [
            [helper.make_tensor_value_info(name, kind, shape) for name, (kind, shape) in each.items()]
            for each in (inputs, outputs)
        ]
        nodes = [helper.make_node(op_type, taken, given, **more) for op_type, taken, given, more in steps]
        tensors = [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()]
        graph = helper.make_graph(nodes, "small", *faces, tensors)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        if check:
            onnx.checker.check_model(model)
        return Graph(model, folder)

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        yield make


@pytest.fixture(scope="session", params=["1.1", "1.0"])
def release(request) -> str:
    return request.param


@pytest.fixture(scope="session")
def whole(release) -> Path:
    return tiny_model(release)


@pytest.fixture(scope="session")
def parts(whole) -> Split:
    return split(whole)


@pytest.fixture(scope="session")
def parts_11() -> Split:
    return split(tiny_model("1.1"))


@pytest.fixture(scope="session")
def feeds():
    """Of a text of so many tokens: under the names of every face."""

    def make(tokens: int, speed: float = 1.0) -> dict[str, np.ndarray]:
        ids = np.random.default_rng(tokens).integers(1, 178, (1, tokens))
        ids[0, [0, -1]] = 0
        style = tiny_voices()["af_heart"][tokens - 2]
        return {"tokens": ids, "input_ids": ids, "style": style, "speed": np.array([speed], np.float32)}

    return make
