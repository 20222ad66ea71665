"""The generator in int8: as close to float32 as eight bits get, by the ranges that were measured."""

import functools

import numpy as np
import onnx
import pytest
from rig.native import built_library, run
from rig.small_vocoder import FRAME_SAMPLES, HARMONIC_FRAMES, small_vocoder, unit_of
from rig.vocoder_definition import decibels, scale_and_shift

from utterd.stages.models.vocoder.emit import emit_calibrating, emit_whole, emit_windowed
from utterd.stages.models.vocoder.integers import FULL_WEIGHT_LEVELS, SAFE_WEIGHT_LEVELS, emit_windowed_int8
from utterd.stages.models.vocoder.ranges import Range, ranged_tensors, ranges_of

VOCODER = small_vocoder(widths=(32, 24, 16))
UNIT = unit_of(VOCODER, frames=48)
CALIBRATION = (UNIT, unit_of(VOCODER, frames=40, seed=2))


@functools.cache
def measured_ranges():
    outputs = [run(emit_calibrating(VOCODER), unit) for unit in CALIBRATION]
    low = np.minimum.reduce([each["low"] for each in outputs])
    return ranges_of(VOCODER, low, np.maximum.reduce([each["high"] for each in outputs]))


@functools.cache
def fixed():
    outputs = run(emit_whole(VOCODER, native=False, measuring=True), UNIT)
    affines = scale_and_shift(VOCODER, UNIT, outputs["mean"], outputs["mean_square"])
    given = {"features": UNIT["features"], "harmonics": UNIT["harmonics"]}
    return given | affines | {"context": np.zeros(2, np.int64)}


def in_int8(**arguments):
    threads = arguments.pop("threads", 1)
    graph = emit_windowed_int8(VOCODER, measured_ranges(), **arguments)
    return run(graph, fixed(), library=built_library(), threads=threads)


def in_float32():
    return run(emit_windowed(VOCODER, native=False, measuring=True), fixed())


class TestRanges:
    def test_there_is_one_for_both_sides_of_every_convolution_that_is_rounded(self):
        tensors = ranged_tensors(VOCODER)
        assert len(tensors) == 2 * (48 + 2)
        assert tensors["stage1.block2.step0.first"] == 16
        assert tensors["stage0.upsampling.input"] == 32
        assert tensors["stage0.upsampling"] == 24 * 10
        assert set(measured_ranges()) == set(tensors)

    def test_they_are_those_of_the_tensors_in_the_graph(self):
        name = "stage0.noise.step1.second"
        graph = emit_whole(VOCODER, native=False)
        graph.graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
        seen = np.concatenate([run(graph, unit)[name][0, :, 0] for unit in CALIBRATION], axis=1)
        assert measured_ranges()[name].low == pytest.approx(seen.min(axis=1), abs=1e-5)
        assert measured_ranges()[name].high == pytest.approx(seen.max(axis=1), abs=1e-5)


@pytest.mark.parametrize(("levels", "least_db"), [(SAFE_WEIGHT_LEVELS, 24), (FULL_WEIGHT_LEVELS, 26)])
def test_it_is_close_to_float32(levels, least_db):
    waveform = in_int8(weight_levels=levels)["waveform"]
    assert waveform.shape == in_float32()["waveform"].shape
    assert least_db < decibels(in_float32()["waveform"], waveform) < 60


def test_threads_change_nothing():
    assert np.array_equal(in_int8(threads=3)["waveform"], in_int8()["waveform"])


def test_statistics_are_measured_on_the_way():
    outputs, wanted = in_int8(measuring=True), in_float32()
    assert outputs["mean"] == pytest.approx(wanted["mean"], abs=0.2)
    assert outputs["mean_square"] == pytest.approx(wanted["mean_square"], rel=0.2, abs=0.05)
    assert np.array_equal(outputs["waveform"], in_int8()["waveform"])


def test_narrower_ranges_are_what_it_is_rounded_within():
    narrow = {name: Range(each.low / 4, each.high / 4) for name, each in measured_ranges().items()}
    graph = emit_windowed_int8(VOCODER, narrow)
    waveform = run(graph, fixed(), library=built_library())["waveform"]
    assert decibels(in_float32()["waveform"], waveform) < 12


def test_all_but_what_reads_harmonics_and_writes_the_spectrum_is_in_integers():
    graph = emit_windowed_int8(VOCODER, measured_ranges()).graph
    kinds = [node.op_type for node in graph.node]
    assert kinds.count("QLinearConv") == 48 + 2
    assert kinds.count("Conv") == 4
    assert "QuantizeLinear" not in kinds
    assert [each.name for each in graph.input] == ["features", "harmonics", "scale", "shift", "context"]


def test_windows_with_context_are_near_the_whole():
    graph = emit_windowed_int8(VOCODER, measured_ranges(), weight_levels=FULL_WEIGHT_LEVELS)
    first, begin, end, last = 8, 16, 30, 38
    feeds = fixed() | {
        "features": UNIT["features"][:, :, first:last],
        "harmonics": UNIT["harmonics"][:, :, HARMONIC_FRAMES * first : HARMONIC_FRAMES * last + 1],
        "context": np.array([begin - first, last - end]),
    }
    waveform = run(graph, feeds, library=built_library())["waveform"]
    whole = in_int8(weight_levels=FULL_WEIGHT_LEVELS)["waveform"][FRAME_SAMPLES * begin : FRAME_SAMPLES * end]
    assert decibels(whole, waveform) > 40
