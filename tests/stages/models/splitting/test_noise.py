"""Graphs without noise give the same twice; those with it do not."""

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper

from utterd.stages.models.splitting.noise import is_random, without_noise


def twice(model, feeds: dict) -> list[np.ndarray]:
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return [session.run(None, feeds)[0] for _ in range(2)]


STEPS = {
    "RandomNormalLike": [("RandomNormalLike", ["x"], ["r"], {"mean": 3.0, "scale": 2.0})],
    "RandomUniformLike": [("RandomUniformLike", ["x"], ["r"], {"dtype": TensorProto.FLOAT})],
    "RandomNormal": [("RandomNormal", [], ["r"], {"shape": [2, 3]})],
    "RandomUniform": [("RandomUniform", [], ["r"], {"shape": [2, 3], "low": 1.0, "high": 2.0})],
}


@pytest.mark.parametrize("op_type", STEPS)
def test_random_numbers_become_zeros(build, op_type):
    face = (TensorProto.FLOAT, [2, 3])
    graph = build([*STEPS[op_type], ("Add", ["x", "r"], ["y"], {})], {"x": face}, {"y": face}, {})
    x = {"x": np.arange(6, dtype=np.float32).reshape(2, 3)}
    first, second = twice(graph.model, x)
    assert not np.array_equal(first, second)
    for value in twice(without_noise(graph.model), x):
        np.testing.assert_array_equal(value, x["x"])


def test_noise_in_a_body_becomes_zeros_too(build):
    face = (TensorProto.FLOAT, [2, 3])
    inner = helper.make_tensor_value_info("n", TensorProto.FLOAT, [2, 3])
    branch = helper.make_graph([helper.make_node("RandomNormalLike", ["x"], ["n"])], "noisy", [], [inner])
    steps = [
        ("If", ["is_it"], ["r"], {"then_branch": branch, "else_branch": branch}),
        ("Add", ["x", "r"], ["y"], {}),
    ]
    graph = build(steps, {"x": face}, {"y": face}, {"is_it": np.array(True)})
    assert [is_random(node) for node in graph.nodes] == [True, False]
    x = {"x": np.arange(6, dtype=np.float32).reshape(2, 3)}
    for value in twice(without_noise(graph.model), x):
        np.testing.assert_array_equal(value, x["x"])


def test_how_much_noise_there_was_costs_nothing(build):
    steps = [("RandomNormal", [], ["r"], {"shape": [2**20, 2**20]})]
    graph = build(steps, {}, {"r": (TensorProto.FLOAT, [None, None])}, {})
    assert without_noise(graph.model).ByteSize() < 1000


def test_the_model_itself_is_not_changed(build):
    face = (TensorProto.FLOAT, [2, 3])
    graph = build(STEPS["RandomNormalLike"], {"x": face}, {"r": face}, {})
    before = graph.model.SerializeToString()
    without_noise(graph.model)
    assert graph.model.SerializeToString() == before


def test_a_whole_model_repeats_itself(whole, feeds, run):
    first, second = (run(whole, feeds(9)) for _ in range(2))
    for name, value in first.items():
        np.testing.assert_array_equal(value, second[name])
