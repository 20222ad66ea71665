"""The lighter harmonic source: equal without noise, alike with it, and left alone where it is not the one expected."""

import platform

import numpy as np
import onnx
import onnxruntime
import pytest
from kokoro_shaped import tiny_model
from onnx import helper

from utterd.stages.models.splitting import harmonic_source
from utterd.stages.models.splitting.decoder import decoder_part
from utterd.stages.models.splitting.errors import NotFound
from utterd.stages.models.splitting.extraction import complete, replace
from utterd.stages.models.splitting.folding import fold
from utterd.stages.models.splitting.generator import read_generator
from utterd.stages.models.splitting.graph import Graph
from utterd.stages.models.splitting.harmonic_source import lighten_source
from utterd.stages.models.splitting.inputs import find_inputs
from utterd.stages.models.splitting.landmarks import find_landmarks
from utterd.stages.models.splitting.patch import Patch
from utterd.stages.models.splitting.specialising import specialise

FRAMES = (4, 9, 2, 30)
"""Of 12.5 ms; the first two are what the graph was simplified by."""


def decoder_feeds(half_frames: int) -> dict[str, np.ndarray]:
    """F0 that is voiced in a part, and falls below 10 Hz elsewhere."""
    random = np.random.default_rng(half_frames)
    f0 = random.uniform(60, 400, (1, 1, 2 * half_frames))
    f0[..., ::3] = random.uniform(-20, 9, f0[..., ::3].shape)
    return {
        "asr": random.normal(size=(1, 16, half_frames)).astype(np.float32),
        "f0": f0.astype(np.float32),
        "energy": random.normal(size=(1, 1, 2 * half_frames)).astype(np.float32),
        "style": random.normal(0, 0.15, (1, 256)).astype(np.float32),
    }


@pytest.fixture(scope="module")
def exported(tmp_path_factory) -> Graph:
    """The decoder with its source as the exporter wrote it."""
    graph = fold(tiny_model(), tmp_path_factory.mktemp("folded"))
    inputs = find_inputs(graph.model, "tiny")
    generator = read_generator(graph, inputs.style)
    part = decoder_part(graph, inputs, find_landmarks(graph, inputs, generator), generator)
    feeds = [decoder_feeds(frames) for frames in FRAMES]
    return specialise(part, feeds[:2], feeds[2:])


@pytest.fixture(scope="module")
def lighter(exported) -> Graph:
    return lighten_source(exported, [decoder_feeds(frames) for frames in FRAMES])


def kinds(graph: Graph) -> dict[str, int]:
    return {
        op_type: sum(node.op_type == op_type for node in graph.nodes) for op_type in {n.op_type for n in graph.nodes}
    }


def test_without_noise_it_is_the_same_to_the_last_bit(exported, lighter, run):
    old, new = complete(exported), complete(lighter)
    for half_frames in (1, 17, 120):
        feeds = decoder_feeds(half_frames)
        right = run(old, feeds)
        for name, value in run(new, feeds).items():
            np.testing.assert_array_equal(value, right[name])


def test_it_has_no_choices_one_noise_and_no_random_phases(exported, lighter):
    assert kinds(exported)["Where"] == 3
    assert kinds(exported)["RandomUniformLike"] == 1
    assert not kinds(lighter).keys() & {"Where", "RandomUniformLike", "ScatterND"}
    assert kinds(lighter)["RandomNormalLike"] == 1


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="kernels may round otherwise elsewhere")
def test_what_is_left_of_it_is_written_as_is_quickest(lighter):
    (sine,) = (node for node in lighter.nodes if node.op_type == "Sin")
    assert lighter.made_by(sine.input[0], "Concat") is not None  # of lines between phases, without a Transpose
    copied = [lighter.constant(node.input[1]) for node in lighter.nodes if node.op_type == "Expand"]
    np.testing.assert_array_equal(copied, [[1, 1, 1, 300]] * 2)


def test_its_noise_is_as_loud_as_that_of_nine_harmonics(exported, lighter):
    """Measured where nothing is voiced: magnitudes of the spectrum over many frames."""
    feeds = decoder_feeds(600) | {"f0": np.zeros((1, 1, 1200), np.float32)}
    loudness = []
    for graph in (exported, lighter):
        session = onnxruntime.InferenceSession(complete(graph).SerializeToString(), providers=["CPUExecutionProvider"])
        (harmonics,) = session.run(["harmonics"], feeds)
        loudness.append(np.sqrt(np.mean(harmonics[0, 1:10] ** 2, axis=1)))  # without the mean and half the rate
    np.testing.assert_allclose(loudness[1], loudness[0], rtol=0.03)
    assert np.all(loudness[0] > 1e-4)


def changed(part: Graph, op_type: str, change) -> Graph:
    model = onnx.ModelProto()
    model.CopyFrom(part.model)
    for node in model.graph.node:
        if node.op_type == op_type:
            change(node)
    return Graph(model, part.folder)


def test_a_phase_that_is_another_is_left(exported):
    """Where the imaginary part is above 0, exporters add half a turn: here they would where it is below."""

    def swap(node):
        node.input[0], node.input[1] = node.input[1], node.input[0]

    other = changed(exported, "Greater", swap)
    lightened = lighten_source(other, [decoder_feeds(frames) for frames in FRAMES])
    assert kinds(lightened).get("Where", 0) == 3


def test_increments_that_are_read_from_the_first_sample_too_are_left(exported):
    def nearest(node):
        for each in node.attribute:
            if each.name == "mode" and each.s == b"linear":
                each.s = b"nearest"

    other = changed(exported, "Resize", nearest)
    lightened = lighten_source(other, [decoder_feeds(frames) for frames in FRAMES])
    assert "RandomUniformLike" in kinds(lightened)


def test_a_change_that_rounds_otherwise_is_left_out(exported, monkeypatch, caplog):
    def shifts(source, feeds, taken):
        patch = Patch(taken)
        joined = source.made_by("harmonics", "Concat")
        by = patch.constant("shift", np.array(1e-6, np.float32))
        shifted = [patch.add("Add", [name, by], "shifted") for name in joined.input]
        patch.make("Concat", shifted, "harmonics", axis=1)
        return patch

    def is_lost(source, feeds, taken):
        raise NotFound("anything")

    def breaks(source, feeds, taken):
        patch = Patch(taken)
        patch.make("Reshape", ["f0", patch.constant("three", np.array([3, 3, 3]))], "harmonics")
        return patch

    monkeypatch.setattr(harmonic_source, "_CHANGES", (shifts, is_lost, breaks))
    with caplog.at_level("INFO"):
        assert lighten_source(exported, [decoder_feeds(4)]) is exported
    assert "left without shifts, which would round otherwise" in caplog.text
    assert "left without is_lost, which it is not built for" in caplog.text
    assert "left without breaks, which it is not built for" in caplog.text


def test_a_source_of_more_than_f0_is_left(exported):
    model = onnx.ModelProto()
    model.CopyFrom(exported.model)
    joined = next(node for node in model.graph.node if node.output[0] == "harmonics")
    model.graph.node.append(helper.make_node("ReduceSum", ["energy"], ["loudness"]))
    model.graph.node.append(helper.make_node("Add", [joined.input[0], "loudness"], ["louder"]))
    joined.input[0] = "louder"
    in_order = Graph(model, exported.folder)
    assert lighten_source(replace(in_order, Patch()), [decoder_feeds(4)]).nodes == replace(in_order, Patch()).nodes
