"""What ONNX Runtime writes of a graph is one that it reads again, whichever release of it: bodies' constants too."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from kokoro_shaped import tiny_model
from onnx import GraphProto, TensorProto, helper, numpy_helper

from utterd.stages.models.splitting import folding, split
from utterd.stages.models.splitting.extraction import complete
from utterd.stages.models.splitting.folding import fold
from utterd.stages.models.splitting.graph import bodies, graphs_in

LARGE = np.arange(1000, dtype=np.float32)
"""So large that it is written outside."""
OUTCOME = helper.make_tensor_value_info("outcome", TensorProto.FLOAT, [1000])


def assert_names_are_unique(graph: GraphProto, outer: frozenset[str] = frozenset()) -> None:
    """No name is given twice, nor one in a body that its surroundings have."""
    names = [each.name for each in [*graph.input, *graph.initializer]]
    names += [name for node in graph.node for name in node.output if name]
    assert len(set(names)) == len(names)
    assert outer.isdisjoint(names)
    for node in graph.node:
        for body in bodies(node):
            assert_names_are_unique(body, outer | set(names))


def body(name: str, op_type: str, *inner: onnx.NodeProto) -> GraphProto:
    """A branch: `op_type` of its large constant plus speed, and of the outcome of `inner` or of a small constant."""
    constants = {f"{name}.large": LARGE, f"{name}.small": np.full(1, 3, np.float32)}
    nodes = [helper.make_node("Constant", [], [key], value=numpy_helper.from_array(v)) for key, v in constants.items()]
    other = inner[-1].output[0] if inner else f"{name}.small"
    total = helper.make_node("Add", [f"{name}.large", "speed"], [f"{name}.total"])
    outcome = helper.make_node(op_type, [f"{name}.total", other], [f"{name}.outcome"])
    output = helper.make_tensor_value_info(f"{name}.outcome", TensorProto.FLOAT, [1000])
    return helper.make_graph([*nodes, *inner, total, outcome], name, [], [output])


@pytest.fixture
def branching(tmp_path) -> Path:
    """The tiny model with another output, which speed decides about in branches within branches."""
    model = onnx.load(tiny_model())
    inner = helper.make_node(
        "If", ["is_fast"], ["inner"], then_branch=body("fast", "Mul"), else_branch=body("slow", "Add")
    )
    outer = helper.make_node(
        "If", ["is_any"], ["outcome"], then_branch=body("any", "Sub", inner), else_branch=body("none", "Div")
    )
    for name, limit in (("is_fast", 1), ("is_any", 0)):
        model.graph.initializer.append(numpy_helper.from_array(np.full(1, limit, np.float32), f"{name}.limit"))
        model.graph.node.append(helper.make_node("Greater", ["speed", f"{name}.limit"], [name]))
    model.graph.node.extend([outer])
    model.graph.output.extend([OUTCOME])
    onnx.save(model, tmp_path / "branching.onnx")
    return tmp_path / "branching.onnx"


@pytest.fixture
def writes_twice(monkeypatch) -> None:
    """Has ONNX Runtime write as it does up to 1.30: all constants of bodies once more, in front of the right ones."""
    optimise = folding._optimise

    def write(path: Path, name: str, folder: Path) -> None:
        optimise(path, name, folder)
        model = onnx.load_model(folder / "folded.onnx", load_external_data=False)
        for graph in list(graphs_in(model.graph))[1:]:
            right = list(graph.initializer)
            wrong = [numpy_helper.from_array(np.full(list(each.dims), 7, np.float32), each.name) for each in right]
            del graph.initializer[:]
            graph.initializer.extend([*wrong, *right])
        onnx.save_model(model, folder / "folded.onnx")

    monkeypatch.setattr(folding, "_optimise", write)


def test_names_are_given_once(whole, tmp_path):
    assert_names_are_unique(fold(whole, tmp_path).model.graph)


@pytest.mark.usefixtures("writes_twice")
def test_a_model_is_taken_apart_as_well_by_a_release_that_writes_constants_twice(whole, parts):
    mine = split(whole)
    assert mine.text == parts.text
    assert mine.decoder == parts.decoder


@pytest.mark.parametrize("release_writes_twice", [False, True])
def test_bodies_within_bodies_keep_their_constants(branching, tmp_path, run, feeds, request, release_writes_twice):
    if release_writes_twice:
        request.getfixturevalue("writes_twice")
    graph = fold(branching, tmp_path)
    assert_names_are_unique(graph.model.graph)
    model = complete(graph)
    (tmp_path / "folded.weights").unlink()
    for speed, inner in ((2.0, (LARGE + 2) * 3), (0.5, (LARGE + 0.5) + 3)):
        np.testing.assert_array_equal(run(model, feeds(5, speed=speed))["outcome"], (LARGE + speed) - inner)


def test_what_a_few_bytes_ask_for_is_not_computed(tmp_path):
    """A constant of 1 GiB, of a shape that is one."""
    model = onnx.load(tiny_model())
    model.graph.initializer.append(numpy_helper.from_array(np.array([1 << 28]), "many"))
    model.graph.node.append(helper.make_node("ConstantOfShape", ["many"], ["zeros"]))
    model.graph.node.append(helper.make_node("Add", ["zeros", "speed"], ["more"]))
    model.graph.output.append(helper.make_tensor_value_info("more", TensorProto.FLOAT, None))
    onnx.save(model, tmp_path / "large.onnx")
    folded = fold(tmp_path / "large.onnx", tmp_path)
    assert folded.made_by("zeros", "ConstantOfShape") is not None
    assert (tmp_path / "folded.weights").stat().st_size < 1 << 28
