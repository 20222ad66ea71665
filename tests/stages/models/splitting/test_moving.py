"""Numbers are followed through the operators that only move them; and nowhere else."""

import numpy as np
import pytest
from onnx import TensorProto

from utterd.stages.models.splitting.moving import moved

CONSTANTS = {
    "two_three": np.array([2, 3]),
    "keep_rest": np.array([0, -1]),
    "one": np.array([1]),
    "zero": np.array([0]),
    "nought": np.array(0),
    "three": np.array([3]),
    "five": np.array([5]),
    "minus_one": np.array([-1]),
    "two_one_three": np.array([2, 1, 3]),
}
STEPS = {
    "Reshape": (["x", "two_three"], {}, lambda x: x.reshape(2, 3)),
    "Reshape, keeping": (["x", "keep_rest"], {}, lambda x: x),
    "Flatten": (["x"], {"axis": 1}, lambda x: x),
    "Unsqueeze": (["x", "one"], {}, lambda x: x[:, np.newaxis]),
    "Squeeze": (["x", "zero"], {}, lambda x: x[0]),
    "Unsqueeze, by one number": (["x", "nought"], {}, lambda x: x[np.newaxis]),
    "Squeeze, all": (["x"], {}, lambda x: x[0]),
    "Transpose": (["x"], {"perm": [1, 0]}, lambda x: x.T),
    "Slice": (["x", "one", "minus_one", "one"], {}, lambda x: x[:, 1:-1]),
    "Identity": (["x"], {}, lambda x: x),
}
PLACES = np.arange(6).reshape(1, 6)


@pytest.mark.parametrize("step", STEPS)
def test_what_is_moved_is_found_where_it_goes(build, run, step):
    inputs, attributes, right = STEPS[step]
    graph = build(
        [(step.split(",")[0], inputs, ["y"], attributes)],
        {"x": (TensorProto.INT64, [1, 6])},
        {"y": (TensorProto.INT64, [None] * right(PLACES).ndim)},
        CONSTANTS,
    )
    found = moved(graph, graph.nodes[0], "y", PLACES)
    np.testing.assert_array_equal(found, right(PLACES))
    np.testing.assert_array_equal(found, run(graph.model, {"x": PLACES})["y"])


def test_a_splits_outputs_are_told_apart(build, run):
    outputs = {name: (TensorProto.INT64, [1, None]) for name in ("a", "b", "c")}
    graph = build(
        [("Split", ["x", "two_one_three"], ["a", "b", "c"], {"axis": 1})],
        {"x": (TensorProto.INT64, [1, 6])},
        outputs,
        CONSTANTS,
    )
    for name, value in run(graph.model, {"x": PLACES}).items():
        np.testing.assert_array_equal(moved(graph, graph.nodes[0], name, PLACES), value)


def test_what_depends_on_the_input_or_is_for_another_size_is_not_followed(build):
    face = {"x": (TensorProto.INT64, [1, 6]), "shape": (TensorProto.INT64, [2])}
    output = {"y": (TensorProto.INT64, [None, None])}
    graph = build([("Reshape", ["x", "shape"], ["y"], {})], face, output, {})
    assert moved(graph, graph.nodes[0], "y", PLACES) is None
    graph = build([("Slice", ["x", "zero", "shape"], ["y"], {})], face, output, CONSTANTS)
    assert moved(graph, graph.nodes[0], "y", PLACES) is None
    graph = build([("Reshape", ["x", "two_three"], ["y"], {})], {"x": face["x"]}, output, CONSTANTS)
    assert moved(graph, graph.nodes[0], "y", np.arange(8).reshape(1, 8)) is None
    graph = build([("Slice", ["x", "zero", "five", "three"], ["y"], {})], {"x": face["x"]}, output, CONSTANTS)
    assert moved(graph, graph.nodes[0], "y", PLACES) is None  # there is no such axis


@pytest.mark.parametrize("places", [6, 9])
def test_a_split_of_other_sizes_is_not_followed(build, places):
    """Of what is not 4 numbers long; and into halves of what has none."""
    outputs = {"a": (TensorProto.INT64, [None]), "b": (TensorProto.INT64, [None])}
    face, sizes = {"x": (TensorProto.INT64, [None])}, {"sizes": np.array([1, 3])}
    graph = build([("Split", ["x", "sizes"], ["a", "b"], {})], face, outputs, sizes)
    assert moved(graph, graph.nodes[0], "a", np.arange(places)) is None
    graph = build([("Split", ["x"], ["a", "b"], {})], face, outputs, {})
    assert (moved(graph, graph.nodes[0], "a", np.arange(places)) is None) == (places == 9)
