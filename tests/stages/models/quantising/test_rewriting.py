"""Models with other nodes: what is read of the constants stays, wherever it is read."""

import numpy as np
import pytest
from onnx import TensorProto, helper

from utterd.stages.models.quantising.four_bits import with_int4_products
from utterd.stages.models.quantising.integers import with_integers
from utterd.stages.models.quantising.lstms import with_integer_lstms
from utterd.stages.models.quantising.rewriting import rewritten
from utterd.stages.models.quantising.running import Running
from utterd.stages.models.vocoder.graph import MICROSOFT_DOMAIN
from utterd.stages.models.vocoder.ranges import Range

WEIGHT = np.random.default_rng(6).standard_normal((32, 8)).astype(np.float32)
X = np.ones((1, 2, 32), np.float32)
ONES = np.ones(32, np.float32)


def integer(model):
    return with_integers(model, {"product"}, {"x": Range(-ONES, ONES)}, weight_levels=127)


def integer_lstms(model):
    return with_integer_lstms(model, weight_levels=127)


def int4(model):
    return with_int4_products(model, but=())


@pytest.fixture
def branching(graph_of):
    """A product with a matrix that a branch reads too, and a constant that a branch alone reads."""

    def body(name: str):
        inner = [helper.make_node("Mul", ["weight", "half"], [f"{name}.half"])]
        return helper.make_graph(
            inner, name, [], [helper.make_tensor_value_info(f"{name}.half", TensorProto.FLOAT, None)]
        )

    branches = {"then_branch": body("then"), "else_branch": body("else")}
    nodes = [
        helper.make_node("MatMul", ["x", "weight"], ["y"], "product"),
        helper.make_node("If", ["condition"], ["z"], "branch", **branches),
    ]
    constants = {"weight": WEIGHT, "half": np.float32(0.5), "condition": True, "unread": WEIGHT}
    return graph_of(nodes, {"x": [1, "n", 32]}, ["y", "z"], constants)


@pytest.mark.parametrize("exchanged", [integer, integer_lstms, int4])
def test_what_branches_read_stays(branching, exchanged):
    made = exchanged(branching)
    names = {tensor.name for tensor in made.graph.initializer}
    assert {"weight", "half"} <= names
    assert "unread" not in names
    np.testing.assert_allclose(Running(made)({"x": X})["z"], WEIGHT / 2)


def test_a_domain_is_declared_once_and_if_it_is_used(graph_of):
    plain = graph_of([helper.make_node("Neg", ["x"], ["y"])], {"x": [2]}, ["y"], {})
    own = helper.make_node("Gelu", ["x"], ["y"], domain=MICROSOFT_DOMAIN)

    def count(model):
        return [opset.domain for opset in model.opset_import].count(MICROSOFT_DOMAIN)

    once = rewritten(plain, [own], [])
    assert (count(plain), count(rewritten(plain, plain.graph.node, []))) == (0, 0)
    assert (count(once), count(rewritten(once, [own], []))) == (1, 1)


def test_the_model_itself_stays_as_it_was(branching):
    before = branching.SerializeToString()
    for exchanged in (integer, integer_lstms, int4):
        exchanged(branching)
    assert branching.SerializeToString() == before
