"""Large weights packed for native operators: which are, and that nothing else changes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from kokoro_shaped import tiny_model, tiny_voices
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper
from rig.native import built_library

from utterd.stages.models.preparing import packing
from utterd.stages.models.preparing.packing import PANEL, panels_of, with_packed_weights
from utterd.stages.models.quantising.feeds import decoder_feeds, text_feeds
from utterd.stages.models.quantising.running import Running
from utterd.stages.models.quantising.sentences import sentences
from utterd.stages.models.splitting import split

RANDOM = np.random.default_rng(9)
SIDE = 256
"""A square of it is just large enough."""


def normal(*shape: int) -> np.ndarray:
    return RANDOM.standard_normal(shape).astype(np.float32)


def model_of(
    nodes: Sequence[NodeProto], shape: Sequence[int | str], outputs: Sequence[str], constants: Mapping[str, Any]
) -> ModelProto:
    """With the input `x`."""
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def kinds(model: ModelProto) -> list[str]:
    return sorted(node.op_type for node in model.graph.node)


def check_same(model: ModelProto, made: ModelProto, x: np.ndarray) -> None:
    expected, found = Running(model)({"x": x}), Running(made, library=built_library())({"x": x})
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-4, atol=1e-3)


def test_panels_are_columns_beside_each_other():
    matrix = normal(3, 40)
    panels = panels_of(matrix)
    assert panels.shape == (2, 3, PANEL)
    assert np.array_equal(panels[0], matrix[:, :PANEL])
    assert np.array_equal(panels[1, :, :8], matrix[:, PANEL:])
    assert not panels[1, :, 8:].any()


class TestProducts:
    WEIGHT = normal(SIDE, SIDE)
    BIAS = normal(SIDE)

    def product_and(self, *more: NodeProto, outputs=("y",), **constants: np.ndarray) -> ModelProto:
        nodes = [helper.make_node("MatMul", ["x", "w"], ["product"], "product"), *more]
        return model_of(nodes, [1, "n", SIDE], outputs, {"w": self.WEIGHT, "b": self.BIAS} | constants)

    @pytest.mark.parametrize("inputs", [["product", "b"], ["b", "product"]], ids=["behind", "before"])
    def test_a_bias_is_taken_along(self, inputs):
        model = self.product_and(helper.make_node("Add", inputs, ["y"], "add"))
        made = with_packed_weights(model)
        assert kinds(made) == ["PackedMatMul"]
        assert {tensor.name for tensor in made.graph.initializer} == {"w.panels", "b"}
        check_same(model, made, normal(1, 9, SIDE))

    @pytest.mark.parametrize(
        "more",
        [
            [helper.make_node("Add", ["product", "x"], ["y"])],
            [helper.make_node("Add", ["product", "one"], ["y"])],
            [helper.make_node("Add", ["product", "b"], ["z"]), helper.make_node("Mul", ["z", "product"], ["y"])],
        ],
        ids=["another activation", "a number", "read elsewhere"],
    )
    def test_what_is_no_bias_is_added_as_it_was(self, more):
        model = self.product_and(*more, one=np.ones(1, np.float32))
        made = with_packed_weights(model)
        assert Counter(kinds(made)) == Counter(["PackedMatMul", *(node.op_type for node in more)])
        check_same(model, made, normal(1, 9, SIDE))

    def test_a_product_that_is_given_out_keeps_its_name(self):
        model = self.product_and(helper.make_node("Add", ["product", "b"], ["y"]), outputs=("y", "product"))
        check_same(model, with_packed_weights(model), normal(1, 9, SIDE))

    def test_weights_that_layers_share_are_kept_once(self):
        model = self.product_and(helper.make_node("MatMul", ["product", "w"], ["y"], "again"))
        made = with_packed_weights(model)
        assert kinds(made) == ["PackedMatMul"] * 2
        assert [tensor.name for tensor in made.graph.initializer] == ["w.panels"]

    def test_small_ones_and_those_of_two_activations_stay(self):
        nodes = [
            helper.make_node("MatMul", ["x", "small"], ["y"]),
            helper.make_node("MatMul", ["x", "x"], ["z"]),
        ]
        model = model_of(nodes, [SIDE, SIDE], ["y", "z"], {"small": normal(SIDE, SIDE - 1)})
        made = with_packed_weights(model)
        assert made.SerializeToString() == model.SerializeToString()


class TestConvolutions:
    WEIGHT = normal(64, 256, 5)

    def convolution(self, **attributes: Any) -> ModelProto:
        node = helper.make_node("Conv", ["x", "w", "b"], ["y"], "conv", **attributes)
        return model_of([node], [1, 256, "t"], ["y"], {"w": self.WEIGHT, "b": normal(64)})

    @pytest.mark.parametrize("attributes", [{}, {"pads": [2, 2]}, {"pads": [1, 1], "strides": [1]}], ids=str)
    def test_they_are_the_same(self, attributes):
        model = self.convolution(**attributes)
        made = with_packed_weights(model)
        assert kinds(made) == ["PackedConv"]
        check_same(model, made, normal(1, 256, 21))

    @pytest.mark.parametrize(
        "attributes",
        [{"strides": [2]}, {"dilations": [2]}, {"pads": [2, 1]}, {"auto_pad": "SAME_UPPER"}],
        ids=str,
    )
    def test_what_the_operator_does_not_know_stays(self, attributes):
        assert kinds(with_packed_weights(self.convolution(**attributes))) == ["Conv"]

    def test_groups_stay(self):
        node = helper.make_node("Conv", ["x", "w"], ["y"], "conv", group=2)
        model = model_of([node], [1, 512, "t"], ["y"], {"w": self.WEIGHT})
        assert kinds(with_packed_weights(model)) == ["Conv"]

    def test_outputs_that_keep_their_bits_keep_their_convolutions(self):
        nodes = [
            helper.make_node("Conv", ["x", "w"], ["inner"], "first"),
            helper.make_node("Neg", ["inner"], ["y"]),
            helper.make_node("Conv", ["x", "w"], ["z"], "other"),
        ]
        model = model_of(nodes, [1, 256, "t"], ["y", "z"], {"w": self.WEIGHT})
        made = with_packed_weights(model, exact=["y"])
        assert {node.name: node.op_type for node in made.graph.node if node.name} == {
            "first": "Conv",
            "other": "PackedConv",
        }


def test_a_models_parts_say_the_same(monkeypatch):
    monkeypatch.setattr(packing, "LEAST_WEIGHTS", 1)
    parts, sentence = split(tiny_model()), sentences()[3]
    text = with_packed_weights(parts.text, exact=["durations", "f0"])
    decoder = with_packed_weights(parts.decoder)
    assert Counter(kinds(text))["PackedMatMul"] > 10
    assert Counter(kinds(decoder))["PackedConv"] > 10
    feeds = text_feeds(sentence.tokens, tiny_voices()["af_heart"][len(sentence.tokens)])
    expected, found = Running(parts.text)(feeds), Running(text, library=built_library())(feeds)
    for name in ("durations", "f0"):
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-5)
    for name in ("asr", "energy"):
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-3, atol=1e-4)
    feeds = decoder_feeds(Running(parts.text), feeds)
    expected, found = Running(parts.decoder)(feeds), Running(decoder, library=built_library())(feeds)
    for name in ("features", "gains", "offsets"):
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-3, atol=1e-3)
