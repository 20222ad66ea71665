"""Frames take the columns of their tokens, as `repeat_interleave` and a matrix of zeros and ones would give them."""

import numpy as np
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper

from utterd.stages.models.splitting.alignment import align
from utterd.stages.models.splitting.extraction import complete, extract
from utterd.stages.models.splitting.patch import Patch

CHANNELS = 3


@pytest.fixture(scope="module")
def session(build) -> onnxruntime.InferenceSession:
    """x, d -> y without the matrix that y was a product with."""
    inputs = {
        "x": (TensorProto.FLOAT, [1, CHANNELS, "n"]),
        "d": (TensorProto.INT32, [1, "n"]),
        "matrix": (TensorProto.FLOAT, [1, "n", "f"]),
    }
    output = {"y": (TensorProto.FLOAT, [1, CHANNELS, "f"])}
    graph = build([("MatMul", ["x", "matrix"], ["y"], {})], inputs, output, {})
    faces = {each.name: each for each in [*graph.model.graph.input, *graph.model.graph.output]}
    patch = Patch(graph.names)
    durations = helper.make_tensor_value_info("durations", TensorProto.INT64, ["n"])
    part = extract(
        graph,
        {name: faces[name] for name in ("x", "d")},
        {"y": faces["y"], align(patch, graph, "d", ("y",)): durations},
        patch,
    )
    assert not {node.op_type for node in part.nodes} & {"Loop", "MatMul", "ScatterND"}
    return onnxruntime.InferenceSession(complete(part).SerializeToString(), providers=["CPUExecutionProvider"])


@given(st.lists(st.integers(0, 9), min_size=1, max_size=40).filter(any))
def test_every_frame_has_its_token(session, durations):
    x = np.random.default_rng(len(durations)).normal(size=(1, CHANNELS, len(durations))).astype(np.float32)
    y, said = session.run(None, {"x": x, "d": np.array([durations], np.int32)})
    np.testing.assert_array_equal(y, np.repeat(x, durations, axis=2))
    assert said.dtype == np.int64
    np.testing.assert_array_equal(said, durations)
