"""LSTMs with integer weights."""

import numpy as np
import pytest
from onnx import helper, numpy_helper

from utterd.stages.models.quantising.lstms import with_integer_lstms
from utterd.stages.models.quantising.running import Running

RANDOM = np.random.default_rng(2)
INPUTS, HIDDEN = 6, 5


def normal(*shape: int) -> np.ndarray:
    return RANDOM.standard_normal(shape).astype(np.float32)


@pytest.fixture
def lstm(graph_of):
    def make(**attributes):
        node = helper.make_node(
            "LSTM", ["x", "w", "r", "b"], ["y"], "lstm", hidden_size=HIDDEN, direction="bidirectional", **attributes
        )
        constants = {"w": normal(2, 4 * HIDDEN, INPUTS), "r": normal(2, 4 * HIDDEN, HIDDEN), "b": normal(2, 8 * HIDDEN)}
        return graph_of([node], {"x": ["t", 1, INPUTS]}, ["y"], constants)

    return make


@pytest.mark.parametrize(("weight_levels", "least_db"), [(127, 28), (63, 24)])
def test_it_says_nearly_the_same(lstm, snr_db, weight_levels, least_db):
    model = lstm()
    made = with_integer_lstms(model, weight_levels=weight_levels)
    assert [node.op_type for node in made.graph.node] == ["DynamicQuantizeLSTM"]
    feeds = {"x": normal(40, 1, INPUTS)}
    assert snr_db(Running(model)(feeds)["y"], Running(made)(feeds)["y"]) > least_db


def test_its_weights_are_bytes_and_the_old_ones_gone(lstm):
    made = with_integer_lstms(lstm(), weight_levels=63)
    weights = {tensor.name: numpy_helper.to_array(tensor) for tensor in made.graph.initializer}
    assert set(weights) == {"b", *(f"{name}.int8{rest}" for name in "wr" for rest in ("", ".scale", ".zero"))}
    assert weights["w.int8"].dtype == np.int8
    assert np.abs(weights["w.int8"]).max() == 63


def test_one_of_another_layout_stays(lstm):
    """The operator would take frames for the batch."""
    model = lstm(layout=1)
    assert [node.op_type for node in with_integer_lstms(model, weight_levels=127).graph.node] == ["LSTM"]
