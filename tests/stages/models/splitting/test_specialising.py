"""What does nothing for one unpadded text goes; what depends on values, or on some sizes only, stays."""

import logging

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from utterd.stages.models.splitting.extraction import complete
from utterd.stages.models.splitting.specialising import specialise

CHANNELS = 4
X = {"x": (TensorProto.FLOAT, [1, "n", CHANNELS])}
Y = {"y": (TensorProto.FLOAT, [1, "n", CHANNELS])}
NUMBERS = {
    "zero": np.array(0),
    "one": np.array(1),
    "first": np.array([0]),
    "second": np.array([1]),
    "last": np.array([-1]),
    "nothing": np.array(0, np.float32),
    "far": np.array(-1e9, np.float32),
    "rank": np.array([3]),
    "place": np.array([[0, 0]]),
}
COUNT = [("Shape", ["x"], ["shape"], {}), ("Gather", ["shape", "one"], ["n"], {})]
ORDER = [*COUNT, ("Range", ["zero", "n", "one"], ["order"], {})]


def feed(count: int) -> dict[str, np.ndarray]:
    return {"x": np.random.default_rng(count).normal(size=(1, count, CHANNELS)).astype(np.float32)}


@pytest.fixture
def specialised(build, run):
    """The operators that are left of some steps, after a look at whether they still give the same."""

    def do(steps) -> list[str]:
        graph = build(steps, X, Y, NUMBERS)
        special = specialise(graph, [feed(3), feed(8)], [feed(1), feed(21)])
        for count in (1, 2, 7, 40):
            for name, value in run(graph.model, feed(count)).items():
                np.testing.assert_array_equal(run(complete(special), feed(count))[name], value)
        return [node.op_type for node in special.nodes]

    return do


def test_a_mask_of_what_is_beyond_the_end(specialised):
    mask = [*ORDER, ("GreaterOrEqual", ["order", "n"], ["beyond"], {}), ("Unsqueeze", ["beyond", "last"], ["mask"], {})]
    assert specialised([*mask, ("Where", ["mask", "nothing", "x"], ["w"], {}), ("Exp", ["w"], ["y"], {})]) == ["Exp"]


def test_a_mask_that_is_added(specialised):
    mask = [
        *ORDER,
        ("GreaterOrEqual", ["order", "n"], ["beyond"], {}),
        ("Where", ["beyond", "far", "nothing"], ["m"], {}),
    ]
    steps = [*mask, ("Unsqueeze", ["m", "last"], ["mask"], {}), ("Add", ["x", "mask"], ["a"], {})]
    assert specialised([*steps, ("Exp", ["a"], ["y"], {})]) == ["Exp"]


def test_a_mask_of_values_stays(specialised):
    steps = [("Less", ["x", "far"], ["mask"], {}), ("Where", ["mask", "nothing", "x"], ["y"], {})]
    assert specialised(steps) == ["Less", "Where"]


def test_sorting_a_batch_of_one(specialised):
    steps = [
        *COUNT,
        ("Unsqueeze", ["n", "first"], ["lengths"], {}),
        ("TopK", ["lengths", "second"], ["sorted", "places"], {}),
        ("Gather", ["x", "places"], ["g"], {"axis": 0}),
        ("Exp", ["g"], ["y"], {}),
    ]
    assert specialised(steps) == ["Exp"]


def test_a_copy_into_an_empty_array(specialised):
    one, zero = (numpy_helper.from_array(np.full(1, value, np.float32)) for value in (1, 0))
    steps = [
        ("Shape", ["x"], ["shape"], {}),
        ("ConstantOfShape", ["shape"], ["empty"], {"value": zero}),
        ("Expand", ["x", "shape"], ["e"], {}),
        ("ConstantOfShape", ["shape"], ["ones"], {"value": one}),
        ("NonZero", ["ones"], ["places"], {}),
        ("Transpose", ["places"], ["rows"], {"perm": [1, 0]}),
        ("Concat", ["shape", "rank"], ["target"], {"axis": 0}),
        ("Reshape", ["rows", "target"], ["indices"], {}),
        ("ScatterND", ["empty", "indices", "e"], ["s"], {}),
        ("Exp", ["s"], ["y"], {}),
    ]
    assert specialised(steps) == ["Exp"]


def test_a_copy_into_a_part_stays(specialised):
    steps = [
        ("Gather", ["x", "first"], ["head"], {"axis": 1}),
        ("Squeeze", ["head", "first"], ["h"], {}),
        ("Neg", ["h"], ["row"], {}),
        ("ScatterND", ["x", "place", "row"], ["y"], {}),
    ]
    assert specialised(steps)[-1] == "ScatterND"


def test_a_shape_that_is_computed_becomes_one_that_is_written_down(build, run):
    steps = [
        *COUNT,
        ("Unsqueeze", ["n", "first"], ["count"], {}),
        ("Concat", ["second", "count", "two", "last"], ["target"], {"axis": 0}),
        ("Reshape", ["x", "target"], ["y"], {}),
    ]
    graph = build(steps, X, {"y": (TensorProto.FLOAT, [1, "n", 2, 2])}, NUMBERS | {"two": np.array([2])})
    special = specialise(graph, [feed(3), feed(8)], [feed(1), feed(21)])
    (reshape,) = special.nodes
    np.testing.assert_array_equal(special.constant(reshape.input[1]), [1, 0, 2, 2])
    np.testing.assert_array_equal(run(special.model, feed(5))["y"], feed(5)["x"].reshape(1, 5, 2, 2))


def test_a_branch_that_is_always_taken(build, run):
    def body(op_type: str):
        face = helper.make_tensor_value_info("inner", TensorProto.FLOAT, None)
        return helper.make_graph([helper.make_node(op_type, ["x"], ["inner"])], op_type, [], [face])

    steps = [
        ("Shape", ["x"], ["shape"], {}),
        ("Gather", ["shape", "zero"], ["batch"], {}),
        ("Equal", ["batch", "one"], ["is_one"], {}),
        ("If", ["is_one"], ["b"], {"then_branch": body("Neg"), "else_branch": body("Exp")}),
        ("Abs", ["b"], ["y"], {}),
    ]
    graph = build(steps, X, Y, NUMBERS)
    special = specialise(graph, [feed(3), feed(8)], [feed(1), feed(21)])
    assert [node.op_type for node in special.nodes] == ["Neg", "Abs"]
    np.testing.assert_array_equal(run(special.model, feed(5))["y"], np.abs(feed(5)["x"]))


def test_lengths_and_first_states_of_an_lstm(build, run):
    random = np.random.default_rng(2)
    weights = {
        "w": random.normal(size=(1, 8, CHANNELS)).astype(np.float32),
        "r": random.normal(size=(1, 8, 2)).astype(np.float32),
        "state": np.array([1, 1, 2]),
    }
    steps = [
        *COUNT,
        ("Unsqueeze", ["n", "first"], ["long"], {}),
        ("Cast", ["long"], ["lengths"], {"to": TensorProto.INT32}),
        ("ConstantOfShape", ["state"], ["h"], {}),
        ("Transpose", ["x"], ["t"], {"perm": [1, 0, 2]}),
        ("LSTM", ["t", "w", "r", "", "lengths", "h", "h"], ["y", "", ""], {"hidden_size": 2}),
    ]
    graph = build(steps, X, {"y": (TensorProto.FLOAT, ["n", 1, 1, 2])}, NUMBERS | weights)
    special = specialise(graph, [feed(3), feed(8)], [feed(1), feed(21)])
    assert [node.op_type for node in special.nodes] == ["Transpose", "LSTM"]
    np.testing.assert_array_equal(run(special.model, feed(9))["y"], run(graph.model, feed(9))["y"])


def test_a_branch_whose_constants_have_names_that_there_are(build, run):
    """The branch's own names are for itself alone, until it is put in place of its node."""
    face = helper.make_tensor_value_info("inner", TensorProto.FLOAT, None)
    branches = {
        f"{name}_branch": helper.make_graph(
            [helper.make_node("Mul", ["x", "two"], ["m"]), helper.make_node("Neg", ["m"], ["inner"])],
            name,
            [],
            [face],
            [numpy_helper.from_array(np.array(value, np.float32), "two")],
        )
        for name, value in (("then", 2), ("else", 3))
    }
    steps = [
        ("Shape", ["x"], ["shape"], {}),
        ("Gather", ["shape", "zero"], ["batch"], {}),
        ("Equal", ["batch", "one"], ["is_one"], {}),
        ("Abs", ["x"], ["b.m"], {}),
        ("If", ["is_one"], ["b"], branches),
        ("Add", ["b", "b.m"], ["y"], {}),
    ]
    graph = build(steps, X, Y, NUMBERS)
    special = specialise(graph, [feed(3), feed(8)], [feed(1), feed(21)])
    assert [node.op_type for node in special.nodes] == ["Abs", "Mul", "Neg", "Add"]
    np.testing.assert_array_equal(run(special.model, feed(5))["y"], np.abs(feed(5)["x"]) - 2 * feed(5)["x"])


def test_sequences_stay(specialised):
    steps = [
        ("SequenceConstruct", ["x", "x"], ["pair"], {}),
        ("Identity", ["pair"], ["same"], {}),
        ("SequenceAt", ["same", "one"], ["y"], {}),
    ]
    assert specialised(steps) == ["SequenceConstruct", "Identity", "SequenceAt"]


def test_an_output_that_follows_from_no_input_stays_one(build, run):
    steps = [("Neg", ["far"], ["y"], {}), ("Exp", ["x"], ["z"], {})]
    outputs = {"y": (TensorProto.FLOAT, []), "z": Y["y"]}
    special = specialise(build(steps, X, outputs, NUMBERS), [feed(3), feed(8)], [feed(1)])
    np.testing.assert_array_equal(run(special.model, feed(5))["y"], np.float32(1e9))


def test_what_held_for_the_sizes_seen_alone_is_noticed(build, caplog):
    """A graph for which 21 is another matter than 3 and 8."""
    steps = [
        *COUNT,
        ("Greater", ["n", "ten"], ["is_long"], {}),
        ("Where", ["is_long", "nothing", "x"], ["w"], {}),
        ("Exp", ["w"], ["y"], {}),
    ]
    graph = build(steps, X, Y, NUMBERS | {"ten": np.array(10)})
    with caplog.at_level(logging.WARNING):
        assert specialise(graph, [feed(3), feed(8)], [feed(1), feed(21)]) is graph
    assert "left as it was exported" in caplog.text
    assert specialise(graph, [feed(3), feed(8)], [feed(1), feed(9)]) is not graph
