"""The generator of a whole graph: what is damaged in it is told, and nothing goes on for ever."""

import numpy as np
import pytest
from kokoro_shaped import tiny_model
from onnx import ModelProto, TensorProto, numpy_helper

from utterd.stages.models.splitting.blocks import StageReader
from utterd.stages.models.splitting.errors import NotFound
from utterd.stages.models.splitting.folding import fold
from utterd.stages.models.splitting.generator import read_generator
from utterd.stages.models.splitting.graph import Graph
from utterd.stages.models.splitting.inputs import find_inputs


@pytest.fixture(scope="module")
def folded(tmp_path_factory) -> Graph:
    return fold(tiny_model(), tmp_path_factory.mktemp("folded"))


def changed(folded: Graph, change) -> tuple[Graph, str]:
    """The graph with another value for each constant that `change` gives one for, and the name of its style."""
    model = ModelProto()
    model.CopyFrom(folded.model)
    for tensor in model.graph.initializer:
        value = change(np.array(folded.constant(tensor.name)))
        if value is not None:
            tensor.CopyFrom(numpy_helper.from_array(np.ascontiguousarray(value), tensor.name))
    return Graph(model, folded.folder), find_inputs(model, "tiny").style


def of_shape(*shape: int, change):
    return lambda value: change(value) if value.shape == shape else None


def test_it_is_read(folded):
    graph, style = changed(folded, lambda value: None)
    generator = read_generator(graph, style)
    assert len(generator.vocoder.stages) == 2
    assert generator.end.waveform == "waveform"


DAMAGES = {
    "convolutions of fewer channels": of_shape(8, 8, 3, change=lambda value: value[:, :7]),
    "convolutions of more channels": of_shape(4, 4, 7, change=lambda value: np.concatenate([value, value])),
    "convolutions of nothing": of_shape(8, 8, 3, change=lambda value: value[:0]),
    "a last convolution for fewer": of_shape(22, 4, 7, change=lambda value: value[:, :3]),
    "alphas for other channels": of_shape(1, 8, 1, change=lambda value: value[:, :7]),
    "no alphas": of_shape(1, 4, 1, change=lambda value: value[:, :0]),
    "alphas of 0": of_shape(1, 4, 1, change=lambda value: value * 0),
    "affines for other channels": of_shape(16, 128, change=lambda value: value[:14]),
    "affines of another style": of_shape(16, 128, change=lambda value: value[:, :100]),
    "affines of nothing": of_shape(16, 128, change=lambda value: value[:0]),
    "affines of one dimension": of_shape(16, 128, change=lambda value: value.ravel()),
    "an inverse transform for fewer bins": of_shape(11, 1, 20, change=lambda value: value[:10]),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # `split` has numpy keep quiet
def test_weights_that_are_not_made_for_each_other(folded, damage):
    graph, style = changed(folded, DAMAGES[damage])
    assert any(not np.array_equal(graph.constant(name), folded.constant(name)) for name in folded.constants), (
        "nothing has that shape"
    )
    with pytest.raises(NotFound):
        read_generator(graph, style)


def test_a_sum_of_itself_time_and_again_is_no_sum_of_blocks(build):
    """Of 60 doublings, each the sum of what was before twice."""
    steps = [("Add", [f"t{place}"] * 2, [f"t{place + 1}"], {}) for place in range(60)]
    face = (TensorProto.FLOAT, [None])
    graph = build(
        [*steps, ("Div", ["t60", "three"], ["y"], {})], {"t0": face}, {"y": face}, {"three": np.array(3, np.float32)}
    )
    assert StageReader(graph, "style").read("y") is None


def test_a_long_chain_of_sums_is_no_sum_of_blocks(build):
    steps = [("Add", [f"t{place}", "x"], [f"t{place + 1}"], {}) for place in range(5000)]
    face = (TensorProto.FLOAT, [None])
    constants = {"three": np.array(3, np.float32), "none": np.array(0, np.float32)}
    graph = build([*steps, ("Div", ["t5000", "three"], ["y"], {})], {"t0": face, "x": face}, {"y": face}, constants)
    assert StageReader(graph, "style").read("y") is None
    graph = build([*steps, ("Mul", ["t5000", "none"], ["y"], {})], {"t0": face, "x": face}, {"y": face}, constants)
    assert StageReader(graph, "style").read("y") is None
