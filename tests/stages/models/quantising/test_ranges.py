"""Ranges of channels, seen over several runs."""

import numpy as np
import pytest
from onnx import helper

from utterd.stages.models.quantising.ranges import HEADROOM, Channels, measured_ranges

RANDOM = np.random.default_rng(4)


@pytest.mark.parametrize("opset", [17, 20], ids=["axes-as-attribute", "axes-as-input"])
def test_the_least_and_the_greatest_of_each_channel_are_found(graph_of, opset):
    model = graph_of([helper.make_node("Neg", ["x"], ["y"], "neg")], {"x": [1, 3, "t"]}, ["y"], {}, opset)
    feeds = [{"x": RANDOM.normal(size=(1, 3, length)).astype(np.float32)} for length in (5, 9)]
    found = measured_ranges(model, {"y": Channels(count=3, last=False)}, feeds)["y"]
    seen = -np.concatenate([each["x"] for each in feeds], axis=2)[0]
    np.testing.assert_allclose(found.low, seen.min(axis=1) * HEADROOM, rtol=1e-6)
    np.testing.assert_allclose(found.high, seen.max(axis=1) * HEADROOM, rtol=1e-6)


def test_channels_may_be_the_last_axis_of_any_number(graph_of):
    model = graph_of([helper.make_node("Neg", ["x"], ["y"], "neg")], {"x": ["n", "m", 4]}, ["y"], {})
    x = RANDOM.normal(size=(2, 3, 4)).astype(np.float32)
    found = measured_ranges(model, {"x": Channels(count=4, last=True)}, [{"x": x}])["x"]
    np.testing.assert_allclose(found.high, x.reshape(-1, 4).max(axis=0) * HEADROOM, rtol=1e-6)


def test_the_model_itself_stays_as_it_was(graph_of):
    model = graph_of([helper.make_node("Neg", ["x"], ["y"], "neg")], {"x": [1, 3, "t"]}, ["y"], {})
    before = model.SerializeToString()
    measured_ranges(model, {"x": Channels(count=3, last=False)}, [{"x": np.ones((1, 3, 2), np.float32)}])
    assert model.SerializeToString() == before
