"""Graphs saved as they are run."""

import resource
from contextlib import contextmanager

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from utterd.stages.models.errors import PreparingError
from utterd.stages.models.parts import DATA
from utterd.stages.models.preparing import optimising
from utterd.stages.models.preparing.optimising import save_optimised, save_portable
from utterd.stages.models.quantising.running import Running

X = np.linspace(-1, 1, 12, dtype=np.float32).reshape(1, 3, 4)


def model_of(*nodes, outputs=("y",), **constants):
    graph = helper.make_graph(
        list(nodes),
        "small",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, "t"])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        [numpy_helper.from_array(np.asarray(value, np.float32), name) for name, value in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


@pytest.fixture
def foldable():
    return model_of(
        helper.make_node("Add", ["one", "two"], ["three"]),
        helper.make_node("Mul", ["x", "three"], ["y"]),
        one=1,
        two=2,
    )


def test_what_is_saved_has_nothing_left_to_optimise_and_gives_the_same(foldable, tmp_path):
    path = tmp_path / "small.onnx"
    save_optimised(foldable, path, {"x": X}, None)
    np.testing.assert_allclose(Running(path, optimise=False)({"x": X})["y"], 3 * X, rtol=1e-6)
    assert [node.op_type for node in onnx.load(path).graph.node] == ["Mul"]


def test_large_weights_lie_beside_it_where_they_can_be_mapped(tmp_path):
    model = model_of(helper.make_node("Conv", ["x", "w", "b"], ["y"]), w=np.ones((1024, 3, 1)), b=np.arange(1024.0))
    path = tmp_path / "large.onnx"
    save_optimised(model, path, {"x": X}, None)
    assert path.stat().st_size < 4096
    assert path.with_name(path.name + DATA).stat().st_size >= 4 * 4 * 1024
    (tmp_path / "elsewhere").mkdir()
    moved = [each.rename(tmp_path / "elsewhere" / each.name) for each in (path, path.with_name(path.name + DATA))]
    assert Running(moved[0], optimise=False)({"x": X})["y"].shape == (1, 1024, 4)


def test_a_portable_one_is_saved_as_it_is(foldable, tmp_path):
    path = tmp_path / "small.onnx"
    save_portable(foldable, path, {"x": X})
    assert path.read_bytes() == foldable.SerializeToString()


def test_outputs_with_noise_in_them_may_differ(tmp_path):
    model = model_of(
        helper.make_node("RandomNormalLike", ["x"], ["noise"]),
        helper.make_node("Add", ["x", "noise"], ["y"]),
        helper.make_node("Neg", ["x"], ["z"]),
        outputs=("y", "z"),
    )
    save_optimised(model, tmp_path / "noisy.onnx", {"x": X}, None)


@pytest.mark.parametrize(
    "found",
    [np.full_like(X, 1.0), np.full_like(X, np.nan), X[:, :2]],
    ids=["others", "none", "another shape"],
)
def test_a_graph_that_gives_something_else_is_refused(foldable, tmp_path, monkeypatch, found):
    class Wrong(Running):
        def __call__(self, feeds):
            outputs = super().__call__(feeds)
            return {"y": found} if self.is_saved else outputs

        def __init__(self, model, **options):
            super().__init__(model, **options)
            self.is_saved = not options.get("optimise", True)

    monkeypatch.setattr(optimising, "Running", Wrong)
    with pytest.raises(PreparingError, match="gives other y once ONNX Runtime has optimised it"):
        save_optimised(foldable, tmp_path / "small.onnx", {"x": X}, None)


@pytest.fixture
def full_disk():
    """No file grows beyond 10 kB."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    @contextmanager
    def limited():
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    return limited


def test_a_disk_that_is_full_is_told_as_one(tmp_path, full_disk):
    """ONNX Runtime itself says that serialising failed, and not why."""
    large = model_of(helper.make_node("Add", ["x", "w"], ["y"]), w=np.zeros((1, 3, 10_000)))
    feeds = {"x": np.zeros((1, 3, 10_000), np.float32)}
    with full_disk(), pytest.raises(OSError, match="File too large"):
        save_optimised(large, tmp_path / "large.onnx", feeds, None)
    with full_disk(), pytest.raises(OSError, match="File too large"):
        save_portable(large, tmp_path / "large.onnx", feeds)


def test_a_graph_that_does_not_run_is_named(tmp_path):
    model = model_of(helper.make_node("NoSuchThing", ["x"], ["y"], domain="utterd"))
    model.opset_import.append(helper.make_opsetid("utterd", 1))
    with pytest.raises(PreparingError, match=r"ONNX Runtime cannot run small\.onnx: .*NoSuchThing"):
        save_optimised(model, tmp_path / "small.onnx", {"x": X}, None)
