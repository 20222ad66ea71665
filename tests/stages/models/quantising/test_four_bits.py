"""int4 weights."""

import numpy as np
import pytest
from onnx import helper

from utterd.stages.models.quantising.four_bits import BLOCK, pack, with_int4_products
from utterd.stages.models.quantising.running import Running

RANDOM = np.random.default_rng(3)


def unpacked(nibbles: np.ndarray, scales: np.ndarray, inputs: int) -> np.ndarray:
    outputs = len(nibbles)
    codes = np.stack([nibbles & 15, nibbles >> 4], axis=-1).reshape(outputs, -1, BLOCK).astype(np.float32)
    return ((codes - 8) * scales.reshape(outputs, -1, 1)).reshape(outputs, -1)[:, :inputs].T


@pytest.mark.parametrize("inputs", [64, 50], ids=["whole blocks", "an end filled up"])
def test_a_weight_is_half_a_step_off_at_most(inputs):
    weight = RANDOM.standard_normal((inputs, 7)).astype(np.float32)
    nibbles, scales = pack(weight)
    assert nibbles.dtype == np.uint8
    assert nibbles.shape == (7, 2, BLOCK // 2)
    step = np.abs(scales.reshape(7, 2)).repeat(BLOCK, axis=1)[:, :inputs].T
    # The end opposite to the largest has a level less, so what is as large there is a whole step off.
    assert (np.abs(unpacked(nibbles, scales, inputs) - weight) <= step * 1.001).all()
    assert np.median(np.abs(unpacked(nibbles, scales, inputs) - weight) / step) < 0.5


def test_a_block_of_zeros_stays_zero():
    nibbles, scales = pack(np.zeros((32, 2), np.float32))
    assert not unpacked(nibbles, scales, 32).any()
    assert np.isfinite(scales).all()


def test_onnx_runtime_reads_the_weights_as_they_were_meant(graph_of):
    weight = RANDOM.standard_normal((64, 7)).astype(np.float32)
    nodes = [helper.make_node("MatMul", ["x", "w"], ["y"], "product")]
    model = with_int4_products(graph_of(nodes, {"x": [1, "n", 64]}, ["y"], {"w": weight}), but=())
    assert [node.op_type for node in model.graph.node] == ["MatMulNBits"]
    x = RANDOM.standard_normal((1, 5, 64)).astype(np.float32)
    expected = x @ unpacked(*pack(weight), 64)
    np.testing.assert_allclose(Running(model)({"x": x})["y"], expected, rtol=1e-3, atol=1e-3)


def test_shared_weights_are_kept_once_and_exceptions_as_they_were(graph_of):
    nodes = [
        helper.make_node("MatMul", ["x", "shared"], ["a"], "layer1"),
        helper.make_node("MatMul", ["a", "shared"], ["b"], "layer2"),
        helper.make_node("MatMul", ["b", "head"], ["y"], "head"),
    ]
    weights = {name: RANDOM.standard_normal((32, 32)).astype(np.float32) for name in ("shared", "head")}
    made = with_int4_products(graph_of(nodes, {"x": [1, "n", 32]}, ["y"], weights), but=["head"])
    assert [node.op_type for node in made.graph.node] == ["MatMulNBits", "MatMulNBits", "MatMul"]
    assert {tensor.name for tensor in made.graph.initializer} == {"shared.int4", "shared.scales", "head"}
