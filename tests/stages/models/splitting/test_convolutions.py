"""Convolutions along time are read with what they are made of, and nothing else is taken for one."""

import numpy as np
import pytest
from onnx import TensorProto

from utterd.stages.models.splitting.convolutions import read_convolution, read_upsampling

RANDOM = np.random.default_rng(4)
CONSTANTS = {
    "weight": RANDOM.normal(size=(4, 6, 3)).astype(np.float32),
    "bias": RANDOM.normal(size=4).astype(np.float32),
    "turned.bias": RANDOM.normal(size=6).astype(np.float32),
    "one.bias": np.ones(1, np.float32),
    "flat": np.ones((4, 6), np.float32),
    "image": np.ones((4, 6, 3, 3), np.float32),
    "empty": np.zeros((4, 6, 0), np.float32),
}
REAL = (TensorProto.FLOAT, [None, None, None])


@pytest.fixture
def graph_of(build):
    return lambda op_type, inputs, attributes: build(
        [(op_type, inputs, ["y"], attributes)], {"x": REAL, "varying": REAL}, {"y": REAL}, CONSTANTS, check=False
    )


def test_a_convolution(graph_of):
    graph = graph_of("Conv", ["x", "weight", "bias"], {"pads": [2, 2], "dilations": [2], "strides": [3]})
    convolution, source = read_convolution(graph, "y")
    assert (convolution.stride, convolution.dilation, convolution.padding, source) == (3, 2, 2, "x")
    np.testing.assert_array_equal(convolution.weight, CONSTANTS["weight"])
    np.testing.assert_array_equal(convolution.bias, CONSTANTS["bias"])
    assert read_upsampling(graph, "y") is None


@pytest.mark.parametrize("inputs", [["x", "weight"], ["x", "weight", ""]], ids=["left out", "empty"])
def test_one_without_a_bias_or_attributes(graph_of, inputs):
    convolution, _ = read_convolution(graph_of("Conv", inputs, {}), "y")
    assert (convolution.stride, convolution.dilation, convolution.padding) == (1, 1, 0)
    np.testing.assert_array_equal(convolution.bias, np.zeros(4))


def test_a_transposed_one(graph_of):
    graph = graph_of("ConvTranspose", ["x", "weight", "turned.bias"], {"pads": [1, 1], "strides": [2]})
    upsampling, source = read_upsampling(graph, "y")
    assert (upsampling.stride, upsampling.padding, source) == (2, 1, "x")
    np.testing.assert_array_equal(upsampling.bias, CONSTANTS["turned.bias"])
    assert read_convolution(graph, "y") is None


OTHERS = {
    "of groups": (["x", "weight", "bias"], {"group": 2}),
    "padded by itself": (["x", "weight", "bias"], {"auto_pad": "SAME_UPPER"}),
    "padded at one end": (["x", "weight", "bias"], {"pads": [0, 1]}),
    "cut at both ends": (["x", "weight", "bias"], {"pads": [-1, -1]}),
    "with the pads of an image": (["x", "weight", "bias"], {"pads": [1, 1, 1, 1]}),
    "with two strides": (["x", "weight", "bias"], {"strides": [1, 1]}),
    "with two dilations": (["x", "weight", "bias"], {"dilations": [1, 1]}),
    "without a stride": (["x", "weight", "bias"], {"strides": [0]}),
    "of a weight that varies": (["x", "varying", "bias"], {}),
    "with a bias that varies": (["x", "weight", "varying"], {}),
    "with a bias for others": (["x", "weight", "one.bias"], {}),
    "of two dimensions": (["x", "flat", "bias"], {}),
    "of an image": (["x", "image", "bias"], {}),
    "of nothing": (["x", "empty", "bias"], {}),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_what_is_something_else_is_not_read(graph_of, kind):
    inputs, attributes = OTHERS[kind]
    assert read_convolution(graph_of("Conv", inputs, attributes), "y") is None


@pytest.mark.parametrize("attributes", [{"output_padding": [1]}, {"output_shape": [7]}, {"dilations": [2]}], ids=str)
def test_a_transposed_one_of_another_length_is_not_read(graph_of, attributes):
    assert read_upsampling(graph_of("ConvTranspose", ["x", "weight"], attributes), "y") is None
