"""What a tensor is made of."""

import pytest
from onnx import TensorProto, helper

from utterd.stages.models.quantising.flow import Flow


@pytest.fixture
def flow(graph_of):
    nodes = [
        helper.make_node("Mul", ["x", "two"], ["a"], "first"),
        helper.make_node("Add", ["a", "y"], ["b"], "second"),
        helper.make_node("Neg", ["b"], ["c"], "third"),
    ]
    return Flow(graph_of(nodes, {"x": [2], "y": [2]}, ["c"], {"two": 2.0}))


def test_everything_behind_a_tensor_is_found(flow):
    assert flow.behind("c") == {"c", "b", "a", "x", "y", "two"}
    assert flow.behind("a") == {"a", "x", "two"}
    assert flow.constants == {"two"}


def test_what_lies_behind_a_stop_is_not_looked_at(flow):
    assert flow.behind("c", stop_at={"a"}) == {"c", "b", "a", "y"}
    assert flow.behind("a", stop_at={"a"}) == {"a"}


def test_a_branch_reads_what_its_bodies_read(graph_of):
    body = helper.make_graph(
        [helper.make_node("Neg", ["outside"], ["inner"])],
        "body",
        [],
        [helper.make_tensor_value_info("inner", TensorProto.FLOAT, None)],
    )
    nodes = [
        helper.make_node("Abs", ["x"], ["outside"]),
        helper.make_node("If", ["condition"], ["z"], then_branch=body, else_branch=body),
    ]
    flow = Flow(graph_of(nodes, {"x": [2]}, ["z"], {"condition": True}))
    assert {"outside", "x", "condition"} <= flow.behind("z")
