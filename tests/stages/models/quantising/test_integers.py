"""Integer convolutions and products: near to what they stand for, channel by channel."""

from collections import Counter

import numpy as np
import pytest
from onnx import helper

from utterd.stages.models.quantising.integers import exchangeable, ranged_tensors, with_integers
from utterd.stages.models.quantising.ranges import measured_ranges
from utterd.stages.models.quantising.running import Running

RANDOM = np.random.default_rng(8)
LOUDNESS = np.float32([0.01, 1.0, 100.0, 3.0])
"""Of four channels: one scale for all would leave nothing of the first."""


def normal(*shape: int) -> np.ndarray:
    return RANDOM.standard_normal(shape).astype(np.float32)


def integer(model, feeds, *, weight_levels=127):
    names = exchangeable(model)
    ranges = measured_ranges(model, ranged_tensors(model, names), feeds)
    return with_integers(model, names, ranges, weight_levels=weight_levels)


@pytest.fixture
def convolution(graph_of):
    nodes = [helper.make_node("Conv", ["x", "w", "b"], ["y"], "conv", pads=[2, 2], dilations=[2], strides=[2])]
    weight = normal(3, 4, 3) / LOUDNESS[None, :, None]
    return graph_of(nodes, {"x": [1, 4, "t"]}, ["y"], {"w": weight, "b": normal(3)})


@pytest.fixture
def loud_and_soft():
    return [{"x": normal(1, 4, 300) * LOUDNESS[None, :, None]} for _ in range(3)]


@pytest.mark.parametrize(("weight_levels", "least_db"), [(127, 36), (63, 32)])
def test_a_convolution_is_near_what_it_stands_for(convolution, loud_and_soft, snr_db, weight_levels, least_db):
    made = integer(convolution, loud_and_soft, weight_levels=weight_levels)
    assert "QLinearConv" in {node.op_type for node in made.graph.node}
    assert "Conv" not in {node.op_type for node in made.graph.node}
    feeds = loud_and_soft[0]
    assert snr_db(Running(convolution)(feeds)["y"], Running(made)(feeds)["y"]) > least_db


def test_a_soft_channel_beside_a_loud_one_is_heard(convolution, loud_and_soft, snr_db):
    feeds = {"x": loud_and_soft[0]["x"] * np.float32([1, 0, 0, 0])[None, :, None]}
    made = integer(convolution, loud_and_soft)
    assert snr_db(Running(convolution)(feeds)["y"], Running(made)(feeds)["y"]) > 25


def test_two_dimensional_convolutions_without_bias_are_taken_too(graph_of, snr_db):
    nodes = [helper.make_node("Conv", ["x", "w"], ["y"], "conv", pads=[0, 1, 0, 1])]
    model = graph_of(nodes, {"x": [1, 4, 1, "t"]}, ["y"], {"w": normal(5, 4, 1, 3)})
    feeds = [{"x": normal(1, 4, 1, 200)}]
    assert snr_db(Running(model)(feeds[0])["y"], Running(integer(model, feeds))(feeds[0])["y"]) > 36


def test_products_that_share_an_input_round_it_once(graph_of, snr_db):
    nodes = [helper.make_node("MatMul", ["x", name], [f"{name}.y"], name) for name in ("query", "key")]
    model = graph_of(nodes, {"x": [1, "n", 4]}, ["query.y", "key.y"], {"query": normal(4, 6), "key": normal(4, 6)})
    feeds = [{"x": normal(1, 50, 4) * LOUDNESS}]
    made = integer(model, feeds)
    count = Counter(node.op_type for node in made.graph.node)
    assert (count["QuantizeLinear"], count["MatMulIntegerToFloat"]) == (1, 2)
    expected, found = Running(model)(feeds[0]), Running(made)(feeds[0])
    assert min(snr_db(expected[name], found[name]) for name in expected) > 36


def test_weights_that_layers_share_are_kept_once(graph_of, snr_db):
    """As ALBERT's: twelve layers, one set of weights."""
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["one"], "layer1"),
        helper.make_node("Tanh", ["one"], ["two"], "between"),
        helper.make_node("MatMul", ["two", "w"], ["y"], "layer2"),
    ]
    model = graph_of(nodes, {"x": [1, "n", 6]}, ["y"], {"w": normal(6, 6)})
    feeds = [{"x": normal(1, 50, 6)}]
    made = integer(model, feeds)
    sizes = [tensor.dims for tensor in made.graph.initializer if len(tensor.dims) == 2]
    assert sizes == [[6, 6]]
    assert snr_db(Running(model)(feeds[0])["y"], Running(made)(feeds[0])["y"]) > 30


def test_what_the_kernels_do_not_know_is_left_alone(graph_of):
    nodes = [
        helper.make_node("Conv", ["x", "groups"], ["a"], "grouped", group=2),
        helper.make_node("Conv", ["x", "a"], ["b"], "of-two-activations"),
        helper.make_node("MatMul", ["x", "a"], ["c"], "also"),
        helper.make_node("MatMul", ["x", "plain"], ["d"], "product"),
    ]
    constants = {"groups": normal(4, 2, 3), "plain": normal(4, 3)}
    model = graph_of(nodes, {"x": [1, 4, 4]}, ["b", "c", "d"], constants)
    assert exchangeable(model) == {"product"}


def test_what_was_not_seen_is_cut_off_not_wrapped_around(convolution, loud_and_soft):
    made = Running(integer(convolution, loud_and_soft))
    seen = Running(convolution)(loud_and_soft[0])["y"]
    found = made({"x": loud_and_soft[0]["x"] * 50})["y"]
    assert np.abs(found).max() < 3 * np.abs(seen).max()
    loudest = np.abs(seen) > np.abs(seen).max() / 3
    assert (np.sign(found[loudest]) == np.sign(seen[loudest])).mean() > 0.8
