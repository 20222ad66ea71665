"""Walking on a graph: who makes what, what depends on what, and what a Slice takes."""

import numpy as np
import pytest
from onnx import TensorProto, helper

REAL = (TensorProto.FLOAT, [None])
BOUNDS = {
    "one": np.array([1]),
    "two": np.array([2]),
    "three": np.array([3]),
    "minus_one": np.array([-1]),
    "both": np.array([1, 2]),
    "scalar": np.array(1),
}


@pytest.fixture
def slice_of(build):
    def make(*arguments: str):
        return build([("Slice", ["x", *arguments], ["y"], {})], {"x": REAL}, {"y": REAL}, BOUNDS, check=False)

    return make


@pytest.mark.parametrize(
    ("arguments", "right"),
    [
        (("one", "three"), {0: (1, 3)}),
        (("both", "both"), {0: (1, 1), 1: (2, 2)}),
        (("one", "three", "two"), {2: (1, 3)}),
        (("one", "three", "minus_one", "one"), {-1: (1, 3)}),
        (("one", "three", "", "one"), {0: (1, 3)}),
        (("one", "three", "", "two"), None),
        (("one", "three", "two", "two"), None),
        (("one", "three", "x"), None),
        (("one", "both"), None),
        (("scalar", "three"), None),
    ],
    ids=str,
)
def test_bounds_of_a_slice(slice_of, arguments, right):
    graph = slice_of(*arguments)
    assert graph.bounds(graph.nodes[0]) == right


@pytest.fixture
def diamond(build):
    """x -> a -> b, c -> y; and z, of nothing else."""
    steps = [
        ("Neg", ["x"], ["a"], {}),
        ("Exp", ["a"], ["b"], {}),
        ("Sin", ["a"], ["c"], {}),
        ("Add", ["b", "c"], ["y"], {}),
        ("Neg", ["two"], ["z"], {}),
    ]
    return build(steps, {"x": REAL}, {"y": REAL, "z": REAL}, {"two": np.array(2, np.float32)})


def test_what_depends_on_a_tensor(diamond):
    assert diamond.made_of("a") == {"a", "b", "c", "y"}
    assert diamond.made_of("a", without=["b"]) == {"a", "c", "y"}
    assert diamond.made_of("a", without=["b", "c"]) == {"a"}
    assert diamond.depends("y", "x")
    assert diamond.depends("x", "x")
    assert not diamond.depends("z", "x")


def test_what_lies_between_cuts(diamond):
    assert [node.op_type for node in diamond.between(["a"], ["y"])] == ["Exp", "Sin", "Add"]
    assert [node.op_type for node in diamond.between([], ["b"])] == ["Neg", "Exp"]
    assert diamond.names == {"x", "a", "b", "c", "y", "z", "two"}


def test_nodes_without_their_first_output_are_told_apart(build):
    """An LSTM of which only the last states are used has no name for its first output."""
    weights = {"w": np.zeros((1, 8, 2), np.float32), "r": np.zeros((1, 8, 2), np.float32)}
    steps = [
        ("LSTM", ["x", "w", "r"], ["", "h"], {"hidden_size": 2}),
        ("LSTM", ["x", "w", "r"], ["", "k"], {"hidden_size": 2}),
    ]
    graph = build(steps, {"x": (TensorProto.FLOAT, [3, 1, 2])}, {"h": REAL, "k": REAL}, weights)
    assert [list(node.output) for node in graph.between(["x"], ["k"])] == [["", "k"]]
    assert [list(node.output) for node in graph.between(["x"], ["h", "k"])] == [["", "h"], ["", "k"]]


def test_an_attribute_that_is_no_text_is_none_of_those_looked_for():
    from utterd.stages.models.splitting.graph import attribute

    node = helper.make_node("Pad", ["x"], ["y"], mode=b"\xff\xfe")
    assert attribute(node, "mode") != "reflect"
    assert attribute(node, "axis", 3) == 3
