"""Runs of a graph end, in time and within memory, whatever is in it."""

import numpy as np
import pytest
from onnx import TensorProto, helper

from utterd.stages.models.splitting import probing
from utterd.stages.models.splitting.errors import CannotRun
from utterd.stages.models.splitting.probing import probe, run, same_results

FACE = {"x": (TensorProto.FLOAT, [2])}
OUT = {"y": (TensorProto.FLOAT, [None])}
X = {"x": np.array([1, 2], np.float32)}


@pytest.fixture
def endless(build):
    """x + 1 + 1 + …"""
    body = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["on"]), helper.make_node("Add", ["s", "one"], ["t"])],
        "body",
        [
            helper.make_tensor_value_info("i", TensorProto.INT64, []),
            helper.make_tensor_value_info("go", TensorProto.BOOL, []),
            helper.make_tensor_value_info("s", TensorProto.FLOAT, [2]),
        ],
        [
            helper.make_tensor_value_info("on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("t", TensorProto.FLOAT, [2]),
        ],
    )
    constants = {"count": np.array(2**62), "true": np.array(True), "one": np.ones(2, np.float32)}
    return build([("Loop", ["count", "true", "x"], ["y"], {"body": body})], FACE, OUT, constants)


def test_a_run_without_an_end_is_ended(endless, monkeypatch):
    monkeypatch.setattr(probing, "MOST_S", 0.2)
    with pytest.raises(CannotRun, match=r"still runs after 0\.2 s"):
        run(endless, X)


@pytest.mark.parametrize("count", [2**30, 2**45])
def test_a_run_that_takes_all_memory_is_refused_it(build, count):
    steps = [("ConstantOfShape", ["count"], ["zeros"], {}), ("ReduceSum", ["zeros"], ["sum"], {"keepdims": 0})]
    graph = build([*steps, ("Add", ["x", "sum"], ["y"], {})], FACE, OUT, {"count": np.array([count])})
    with pytest.raises(CannotRun, match="more than 1024 MiB of memory"):
        run(graph, X)


def test_what_onnx_runtime_says_is_told_in_a_clause(build, capfd):
    graph = build([("Exp", ["x"], ["y"], {})], FACE, OUT, {})
    with pytest.raises(CannotRun, match="cannot run a part of it") as failure:
        run(graph, {"x": np.zeros((2, 2), np.float32)})
    assert "\n" not in str(failure.value)
    graph = build([("Reshape", ["x", "three"], ["y"], {})], FACE, OUT, {"three": np.array([3])}, check=False)
    with pytest.raises(CannotRun):
        run(graph, X)
    assert capfd.readouterr() == ("", "")


def test_tensors_are_seen_and_sequences_are_not(build):
    steps = [
        ("Shape", ["x"], ["shape"], {}),
        ("SequenceConstruct", ["x", "two"], ["sequence"], {}),
        ("SequenceAt", ["sequence", "place"], ["y"], {}),
    ]
    graph = build(steps, FACE, OUT, {"two": np.full(2, 2, np.float32), "place": np.array(1)})
    seen = probe(graph, [X])
    assert seen.saw("y")
    assert seen.saw("two")
    assert not seen.saw("sequence")
    np.testing.assert_array_equal(seen.sized("shape"), [[2]])
    assert seen.sized("y") is None


def test_results_are_the_same_to_the_bit(build):
    def scaled(factor: float):
        return build([("Mul", ["x", "f"], ["y"], {})], FACE, OUT, {"f": np.array(factor, np.float32)})

    assert same_results(scaled(3), scaled(3), [X])
    assert not same_results(scaled(3), scaled(3 * (1 + 2**-23)), [X], optimised=True)
    assert same_results(scaled(np.nan), scaled(np.nan), [X])
