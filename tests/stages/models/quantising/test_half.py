"""float16 inside."""

import numpy as np
from onnx import ModelProto, TensorProto, helper

from utterd.stages.inference.kokoro_statistics import Statistics
from utterd.stages.models.quantising.feeds import first_window
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


def test_harmonics_are_still_made_in_float32(tiny_split, some_decoder_feeds, snr_db):
    """To the bit."""
    feeds = some_decoder_feeds[3]
    half = halved(tiny_split.decoder)
    expected, found = (Running(with_one_noise(each))(feeds) for each in (tiny_split.decoder, half))
    np.testing.assert_array_equal(found["harmonics"], expected["harmonics"])
    assert snr_db(expected["features"], found["features"]) > 40
    casts = [node for node in half.graph.node if node.op_type == "Cast"]
    made = {node.output[0]: node for node in casts}
    assert not [node.name for node in casts if node.input[0] in made and made[node.input[0]].input[0] in made]


def with_one_noise(model: ModelProto) -> ModelProto:
    """The same in every run."""
    copy = ModelProto()
    copy.CopyFrom(model)
    random = [node for node in copy.graph.node if node.op_type == "RandomNormalLike"]
    assert random
    for node in random:
        node.attribute.append(helper.make_attribute("seed", 1.0))
    return copy
