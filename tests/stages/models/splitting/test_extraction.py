"""Parts of a graph: what lies between cuts, in order, under new names, with constants from a file outside."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from utterd.stages.models.splitting.errors import NotFound
from utterd.stages.models.splitting.extraction import complete, extract, in_order
from utterd.stages.models.splitting.graph import Graph
from utterd.stages.models.splitting.patch import Patch

FACE = (TensorProto.FLOAT, [2])
X, Z, TWO = (np.array(values, np.float32) for values in ([1, 2], [3, 4], [2, 20]))


def info(name: str):
    return helper.make_tensor_value_info(name, *FACE)


@pytest.fixture
def chain(build):
    """x -> a -> b -> y, and b needs z too."""
    steps = [
        ("Add", ["x", "two"], ["a"], {}),
        ("Mul", ["a", "z"], ["b"], {}),
        ("Sub", ["b", "two"], ["y"], {}),
    ]
    return build(steps, {"x": FACE, "z": FACE}, {"y": FACE}, {"two": TWO})


def test_a_part_does_its_part(chain, run):
    part = complete(extract(chain, {"a": info("a"), "z": info("z")}, {"y": info("y")}))
    assert [node.op_type for node in part.graph.node] == ["Mul", "Sub"]
    np.testing.assert_array_equal(run(part, {"a": X, "z": Z})["y"], X * Z - TWO)


def test_cuts_get_the_names_that_are_wanted_and_others_make_room(chain, run):
    part = complete(extract(chain, {"a": info("b"), "z": info("two")}, {"y": info("a")}))
    assert [each.name for each in part.graph.input] == ["b", "two"]
    np.testing.assert_array_equal(run(part, {"b": X, "two": Z})["a"], X * Z - TWO)


def test_what_is_missing_is_named(chain):
    with pytest.raises(NotFound, match="'z'"):
        extract(chain, {"a": info("a")}, {"y": info("y")})


def test_a_patch_takes_the_place_of_what_made_the_same(chain, run):
    patch = Patch()
    patch.make("Div", ["a", patch.constant("half", np.array(0.5, np.float32))], "b")
    part = complete(extract(chain, {"x": info("x")}, {"y": info("y")}, patch))
    assert sorted(node.op_type for node in part.graph.node) == ["Add", "Div", "Sub"]
    np.testing.assert_array_equal(run(part, {"x": X})["y"], 2 * (X + TWO) - TWO)


def test_nodes_come_behind_what_they_need():
    nodes = [helper.make_node("Neg", [taken], [given]) for taken, given in [("c", "d"), ("a", "b"), ("b", "c")]]
    assert [node.output[0] for node in in_order(nodes)] == ["b", "c", "d"]


def test_nodes_without_names_and_with_equal_ones_get_their_own(chain):
    for node in chain.nodes[:2]:
        node.name = "same"
    part = extract(chain, {"x": info("x"), "z": info("z")}, {"y": info("y")})
    names = [node.name for node in part.nodes]
    assert len(set(names)) == 3
    assert all(names)


def test_nodes_without_their_first_output_all_come_along():
    """They share no name by that."""
    nodes = [helper.make_node("LSTM", ["x"], ["", name]) for name in ("h", "k")]
    assert [node.output[1] for node in in_order(nodes)] == ["h", "k"]


def test_nodes_that_need_each_other_have_no_order():
    nodes = [helper.make_node("Neg", [taken], [given]) for taken, given in [("c", "a"), ("a", "b"), ("b", "c")]]
    with pytest.raises(NotFound, match="an order of its nodes"):
        in_order(nodes)
    with pytest.raises(NotFound, match="an order of its nodes"):
        in_order([helper.make_node("Neg", ["a"], ["a"])])


def test_what_makes_room_does_not_take_a_name_that_there_is(build, run):
    steps = [("Add", ["x", "two"], ["a"], {}), ("Mul", ["a", "two"], ["a'"], {}), ("Sub", ["a'", "a"], ["y"], {})]
    graph = build(steps, {"x": FACE}, {"y": FACE}, {"two": TWO})
    part = extract(graph, {"x": info("a")}, {"y": info("y")}).model
    onnx.checker.check_model(part)
    np.testing.assert_array_equal(run(part, {"a": X})["y"], (X + TWO) * TWO - (X + TWO))


def test_new_tensors_do_not_take_names_that_there_are(chain, run):
    patch = Patch(chain.names)
    scale = patch.constant("two", np.array(10, np.float32))
    patch.make("Neg", [patch.add("Mul", ["x", scale], "a")], "y")
    part = extract(chain, {"x": info("x")}, {"y": info("y"), "a": info("a")}, patch).model
    found = run(part, {"x": X})
    np.testing.assert_array_equal(found["y"], -10 * X)
    np.testing.assert_array_equal(found["a"], X + TWO)
    assert patch.constant("two'", np.array(10, np.float32)) == scale
    assert patch.constant("two'", np.array([10], np.float32)) not in (scale, "two")


def test_a_cut_at_one_of_the_outputs_of_a_node(build, run):
    """The node stays for the others, and does not make that one a second time."""
    steps = [("Split", ["x"], ["a", "b"], {}), ("Sub", ["a", "b"], ["y"], {})]
    graph = build(steps, {"x": FACE}, {"y": (TensorProto.FLOAT, [1])}, {})
    one = helper.make_tensor_value_info("a", TensorProto.FLOAT, [1])
    part = extract(graph, {"x": info("x"), "a": one}, {"y": helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])})
    np.testing.assert_array_equal(run(part.model, {"x": X, "a": X[:1] + 7})["y"], [1 + 7 - 2])


def test_constants_outside_of_the_model_are_read_where_they_lie(chain, tmp_path, run):
    onnx.save(chain.model, tmp_path / "m.onnx", save_as_external_data=True, location="weights", size_threshold=0)
    outside = Graph(onnx.load(tmp_path / "m.onnx", load_external_data=False), tmp_path)
    np.testing.assert_array_equal(outside.constant("two"), TWO)
    part = extract(outside, {"b": info("b")}, {"y": info("y")})
    assert part.model.graph.initializer[0].data_location == TensorProto.EXTERNAL
    np.testing.assert_array_equal(run(complete(part), {"b": X})["y"], X - TWO)


def test_a_loops_body_counts_among_what_its_node_reads(build):
    body = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["on"]), helper.make_node("Add", ["s", "x"], ["t"])],
        "body",
        [
            helper.make_tensor_value_info("i", TensorProto.INT64, []),
            helper.make_tensor_value_info("go", TensorProto.BOOL, []),
            info("s"),
        ],
        [helper.make_tensor_value_info("on", TensorProto.BOOL, []), info("t")],
    )
    steps = [("Loop", ["count", "", "start"], ["y"], {"body": body})]
    graph = build(steps, {"x": FACE}, {"y": FACE}, {"count": np.array(3), "start": np.zeros(2, np.float32)})
    assert graph.depends("y", "x")
    part = extract(graph, {"x": info("new")}, {"y": info("y")})
    assert [each.name for each in part.model.graph.input] == ["new"]
    onnx.checker.check_model(part.model)


def test_names_inside_of_a_body_make_room_too(build, run):
    """What a branch calls as the part's input is to be called, or a constant of the part."""
    constant = numpy_helper.from_array(TWO, "style")
    branches = {
        name: helper.make_graph(
            [helper.make_node(op_type, ["x", "style"], ["asr"]), helper.make_node("Neg", ["asr"], ["inner"])],
            name,
            [],
            [info("inner")],
            [constant],
        )
        for name, op_type in (("then_branch", "Add"), ("else_branch", "Mul"))
    }
    graph = build([("If", ["is_it"], ["y"], branches)], {"x": FACE, "is_it": (TensorProto.BOOL, [])}, {"y": FACE}, {})
    switch = helper.make_tensor_value_info("style", TensorProto.BOOL, [])
    part = extract(graph, {"x": info("asr"), "is_it": switch}, {"y": info("inner")}).model
    onnx.checker.check_model(part)
    for switched, right in ((True, -(X + TWO)), (False, -(X * TWO))):
        np.testing.assert_array_equal(run(part, {"asr": X, "style": np.array(switched)})["inner"], right)
