"""The float32 graphs: they are the definition, whole and in windows, with operators of ONNX alone and with ours."""

import functools

import numpy as np
import onnx
import pytest
from rig.native import built_library, run
from rig.small_vocoder import FRAME_SAMPLES, HARMONIC_FRAMES, small_vocoder, unit_of
from rig.vocoder_definition import Definition, decibels, scale_and_shift

from utterd.stages.models.vocoder.emit import emit_calibrating, emit_whole, emit_windowed
from utterd.stages.models.vocoder.names import float_names, quantisable_convolutions

EXACT_DB = 100
CONTEXT_FRAMES = 8
VOCODER = small_vocoder()
UNIT = unit_of(VOCODER, frames=60)


@functools.cache
def defined() -> tuple[Definition, np.ndarray]:
    definition = Definition(VOCODER)
    return definition, definition.waveform(UNIT)


def statistics() -> tuple[np.ndarray, np.ndarray]:
    definition, _ = defined()
    return np.concatenate(definition.means), np.concatenate(definition.mean_squares)


def fixed() -> dict[str, np.ndarray]:
    return scale_and_shift(VOCODER, UNIT, *statistics())


def library(native: bool):
    return built_library() if native else None


def window(first: int, end: int, context: tuple[int, int] = (0, 0)) -> dict[str, np.ndarray]:
    """Of the unit's frames, so many of which are context at the beginning and at the end."""
    harmonics = UNIT["harmonics"][:, :, HARMONIC_FRAMES * first : HARMONIC_FRAMES * end + 1]
    given = {"features": UNIT["features"][:, :, first:end], "harmonics": harmonics}
    return given | fixed() | {"context": np.array(context)}


def in_windows(graph: onnx.ModelProto, frames: int, context: int, native: bool) -> np.ndarray:
    total, samples = UNIT["features"].shape[2], []
    for start in range(0, total, frames):
        end = min(total, start + frames)
        first, last = max(0, start - context), min(total, end + context)
        feeds = window(first, last, (start - first, last - end))
        samples.append(run(graph, feeds, library=library(native))["waveform"])
        assert len(samples[-1]) == FRAME_SAMPLES * (end - start)
    return np.concatenate(samples)


@pytest.mark.parametrize("as_2d", [False, True])
@pytest.mark.parametrize("native", [False, True])
class TestEveryWayOfWriting:
    def test_the_whole_is_the_definition(self, native, as_2d):
        graph = emit_whole(VOCODER, native=native, as_2d=as_2d)
        waveform = run(graph, UNIT, library=library(native))["waveform"]
        assert waveform.shape == (FRAME_SAMPLES * 60,)
        assert decibels(defined()[1], waveform) > EXACT_DB

    def test_one_window_of_everything_is_the_whole(self, native, as_2d):
        graph = emit_windowed(VOCODER, native=native, as_2d=as_2d)
        waveform = run(graph, window(0, 60), library=library(native))["waveform"]
        assert decibels(defined()[1], waveform) > EXACT_DB

    @pytest.mark.parametrize(
        ("emit", "inputs"), [(emit_whole, ("gains", "offsets")), (emit_windowed, ("scale", "shift", "context"))]
    )
    def test_statistics_are_measured_on_the_way(self, emit, inputs, native, as_2d):
        graph = emit(VOCODER, native=native, measuring=True, as_2d=as_2d)
        assert [each.name for each in graph.graph.input] == ["features", "harmonics", *inputs]
        feeds = UNIT if emit is emit_whole else window(0, 60)
        outputs = run(graph, feeds, library=library(native))
        mean, mean_square = statistics()
        assert outputs["mean"] == pytest.approx(mean, abs=1e-4)
        assert outputs["mean_square"] == pytest.approx(mean_square, rel=1e-4, abs=1e-4)
        assert decibels(defined()[1], outputs["waveform"]) > EXACT_DB


@pytest.mark.parametrize("as_2d", [False, True])
@pytest.mark.parametrize("native", [False, True])
@pytest.mark.parametrize(("frames", "least_db"), [(1, EXACT_DB - 6), (7, EXACT_DB), (20, EXACT_DB)])
def test_windows_with_context_are_the_whole(native, as_2d, frames, least_db):
    graph = emit_windowed(VOCODER, native=native, as_2d=as_2d)
    waveform = in_windows(graph, frames, CONTEXT_FRAMES, native)
    assert decibels(defined()[1], waveform) > least_db
    assert waveform == pytest.approx(defined()[1], abs=1e-4 * np.abs(defined()[1]).max())


def test_windows_without_context_are_not():
    assert decibels(defined()[1], in_windows(emit_windowed(VOCODER, native=False), 20, 0, native=False)) < 40


@pytest.mark.parametrize("native", [False, True])
@pytest.mark.parametrize("as_2d", [False, True])
def test_one_frame_is_enough_for_a_unit(native, as_2d):
    unit = unit_of(VOCODER, frames=1)
    waveform = run(emit_whole(VOCODER, native=native, as_2d=as_2d), unit, library=library(native))["waveform"]
    assert decibels(Definition(VOCODER).waveform(unit), waveform) > EXACT_DB


def test_native_graphs_call_our_operators_alone_for_snake():
    kinds = {node.op_type for node in emit_windowed(VOCODER, native=True).graph.node}
    assert "AffineSnake" in kinds
    assert not kinds & {"InstanceNormalization", "ReduceMean"}
    assert [node.op_type for node in emit_whole(VOCODER, native=True).graph.node].count("NormSnake") == 48


@pytest.mark.parametrize("emit", [emit_whole, emit_windowed])
@pytest.mark.parametrize("as_2d", [False, True])
def test_graphs_are_valid(emit, as_2d):
    onnx.checker.check_model(emit(VOCODER, native=False, measuring=True, as_2d=as_2d), full_check=True)
    onnx.checker.check_model(emit_calibrating(VOCODER), full_check=True)


def test_every_convolution_is_named_as_one_that_may_be_rounded_or_not():
    nodes = {node.name for node in emit_windowed(VOCODER, native=False).graph.node if node.op_type == "Conv"}
    rounded = {name for name, _ in quantisable_convolutions(VOCODER)}
    assert nodes == rounded | set(float_names(VOCODER))
    assert not rounded & set(float_names(VOCODER))
