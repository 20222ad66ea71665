"""Graphs without noise give the same twice; those with it do not."""

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto

from utterd.stages.models.splitting.noise import without_noise


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
