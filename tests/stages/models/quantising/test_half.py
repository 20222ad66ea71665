"""float16 inside."""

import numpy as np
from onnx import TensorProto

from utterd.stages.models.quantising.feeds import Statistics, first_window
from utterd.stages.models.quantising.half import halved
from utterd.stages.models.quantising.running import Running
from utterd.stages.models.vocoder.emit import emit_windowed


def test_weights_are_halved_and_the_outside_stays(tiny_split):
    model = halved(tiny_split.text)
    outside = [*model.graph.input, *model.graph.output]
    assert {each.type.tensor_type.elem_type for each in outside} == {TensorProto.FLOAT, TensorProto.INT64}
    assert model.ByteSize() < 0.7 * tiny_split.text.ByteSize()


def test_it_says_nearly_the_same(tiny_split, some_text_feeds, snr_db):
    expected, found = Running(tiny_split.text)(some_text_feeds[3]), Running(halved(tiny_split.text))(some_text_feeds[3])
    assert (expected["durations"] == found["durations"]).mean() > 0.95
    if (expected["durations"] == found["durations"]).all():
        assert snr_db(expected["f0"], found["f0"]) > 40


def test_a_window_is_cut_as_it_is_in_float32(tiny_split, some_decoder_feeds, snr_db):
    """Frames are counted in integers, which stay what they are."""
    vocoder = tiny_split.vocoder
    model = emit_windowed(vocoder, native=False, as_2d=False)
    decoded = Running(tiny_split.decoder)(some_decoder_feeds[3])
    ones = np.ones(sum(vocoder.channels), np.float32)
    window = first_window(decoded, Statistics(mean=0 * ones, variance=ones), vocoder.epsilon, frames=20, context=8)
    expected, found = (Running(each)(window)["waveform"] for each in (model, halved(model)))
    assert found.shape == expected.shape == (20 * 300,)
    assert snr_db(expected, found) > 30


def test_the_phase_is_still_summed_in_float32(tiny_split, some_decoder_feeds, snr_db):
    model = halved(tiny_split.decoder)
    types = {tensor.name: tensor.data_type for tensor in model.graph.initializer}
    sums = [node for node in model.graph.node if node.op_type == "CumSum"]
    assert sums
    read = {name for node in model.graph.node if node.op_type in ("Sin", "Atan", "CumSum") for name in node.input}
    assert TensorProto.FLOAT16 not in {types.get(name) for name in read}
    feeds = some_decoder_feeds[3]
    expected, found = Running(tiny_split.decoder)(feeds), Running(model)(feeds)
    assert snr_db(expected["features"], found["features"]) > 40
