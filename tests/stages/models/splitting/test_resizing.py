"""Resizes along time, written otherwise, give what they gave."""

import numpy as np
import pytest
from onnx import TensorProto

from utterd.stages.models.splitting.extraction import replace
from utterd.stages.models.splitting.resizing import hold_by_copying, interpolate_by_channel

HOLDING = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
DRAWING = {"mode": "linear", "coordinate_transformation_mode": "half_pixel"}


@pytest.fixture
def resize(build):
    """x -> y, by a scale for time alone if it is one number."""

    def make(attributes: dict, scale, channels: int = 9):
        scales = np.array(scale if isinstance(scale, list) else [1, 1, scale], np.float32)
        face = (TensorProto.FLOAT, [1, channels, "n"])
        return build([("Resize", ["x", "", "scales"], ["y"], attributes)], {"x": face}, {"y": face}, {"scales": scales})

    return make


def phases(channels: int, frames: int) -> dict[str, np.ndarray]:
    """Of harmonics, in radians: up to 1e5."""
    steps = np.random.default_rng(frames).uniform(0, 200, (1, 1, frames)) * np.arange(1, channels + 1)[:, np.newaxis]
    return {"x": np.cumsum(steps.astype(np.float32), axis=2, dtype=np.float32)}


def kinds(graph) -> list[str]:
    return [node.op_type for node in graph.nodes]


@pytest.mark.parametrize("scale", [64, 300])
@pytest.mark.parametrize("channels", [1, 9])
def test_numbers_are_held(resize, run, scale, channels):
    graph = resize(HOLDING, scale, channels)
    other = replace(graph, hold_by_copying(graph, [], graph.names))
    assert kinds(other) == ["Unsqueeze", "Expand", "Reshape"]
    for frames in (1, 2, 57):
        x = phases(channels, frames)
        held = run(other.model, x)["y"]
        np.testing.assert_array_equal(held, run(graph.model, x)["y"])
        np.testing.assert_array_equal(held, np.repeat(x["x"], scale, axis=2))


@pytest.mark.parametrize("scale", [2, 300])
@pytest.mark.parametrize("channels", [2, 9])
def test_lines_are_drawn(resize, run, scale, channels):
    graph = resize(DRAWING, scale, channels)
    other = replace(graph, interpolate_by_channel(graph, [phases(channels, 3)], graph.names))
    assert kinds(other).count("Resize") == 2
    for frames in (1, 2, 57, 1000):
        x = phases(channels, frames)
        # To the bit where kernels do not fuse products and sums: what differs elsewhere is not used there.
        np.testing.assert_allclose(run(other.model, x)["y"], run(graph.model, x)["y"], rtol=3e-7)


def test_two_of_a_kind_are_both_written_otherwise(build, run):
    face = (TensorProto.FLOAT, [1, 3, "n"])
    steps = [("Resize", ["x", "", "s"], ["a"], HOLDING), ("Resize", ["a", "", "t"], ["y"], HOLDING)]
    constants = {"s": np.array([1, 1, 64], np.float32), "t": np.array([1, 1, 80], np.float32)}
    graph = build(steps, {"x": face}, {"y": face}, constants)
    other = replace(graph, hold_by_copying(graph, [], graph.names))
    assert "Resize" not in kinds(other)
    np.testing.assert_array_equal(run(other.model, phases(3, 5))["y"], np.repeat(phases(3, 5)["x"], 64 * 80, axis=2))


@pytest.mark.parametrize(
    ("attributes", "scale"),
    [
        (HOLDING, 2),
        (HOLDING, 100.5),
        (HOLDING, [1, 2, 300]),
        (HOLDING | {"nearest_mode": "ceil"}, 300),
        (HOLDING | {"coordinate_transformation_mode": "half_pixel"}, 300),
        (DRAWING, 300),
    ],
    ids=str,
)
def test_what_is_held_otherwise_is_left(resize, attributes, scale):
    graph = resize(attributes, scale)
    assert hold_by_copying(graph, [], graph.names) is None


@pytest.mark.parametrize(
    ("attributes", "scale", "channels"), [(HOLDING, 300, 9), (DRAWING, 300, 1), (DRAWING, 0.25, 9)], ids=str
)
def test_what_is_not_drawn_between_several_is_left(resize, attributes, scale, channels):
    graph = resize(attributes, scale, channels)
    assert interpolate_by_channel(graph, [phases(channels, 8)], graph.names) is None
