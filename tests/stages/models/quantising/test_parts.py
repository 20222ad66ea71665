"""int8 of the tiny model's parts: what stays float32 is found by structure, and the rest stays near."""

import numpy as np
import pytest
from onnx import ModelProto

from utterd.stages.inference.kokoro_statistics import Statistics
from utterd.stages.models.quantising.feeds import first_window
from utterd.stages.models.quantising.flow import Flow
from utterd.stages.models.quantising.parts import (
    float_nodes_of_decoder,
    float_nodes_of_text,
    int4_text,
    integer_decoder,
    integer_text,
    integer_vocoder,
)
from utterd.stages.models.quantising.ranges import with_headroom
from utterd.stages.models.quantising.running import Running
from utterd.stages.models.vocoder.emit import emit_calibrating, emit_whole, emit_windowed
from utterd.stages.models.vocoder.names import float_names
from utterd.stages.models.vocoder.ranges import ranges_of

RESIDUAL_BLOCKS = 5
"""Of the decoder; each has a shortcut."""


def renamed(model: ModelProto) -> ModelProto:
    """Nodes called n0, n1, …: as another exporter might."""
    copy = ModelProto()
    copy.CopyFrom(model)
    for index, node in enumerate(copy.graph.node):
        node.name = f"n{index}"
    return copy


def nodes_by_name(model: ModelProto):
    return {node.name: node for node in model.graph.node}


def test_in_the_decoder_curves_shortcuts_and_the_source_stay_float32(tiny_split):
    model = renamed(tiny_split.decoder)
    nodes, shapes = nodes_by_name(model), {tensor.name: tensor.dims for tensor in model.graph.initializer}
    source = Flow(model).behind("harmonics")
    kept = [nodes[name] for name in float_nodes_of_decoder(model)]
    of_curves = [node for node in kept if shapes[node.input[1]][1] == 1 and node.output[0] not in source]
    shortcuts = [node for node in kept if shapes[node.input[1]][2] == 1 and node.output[0] not in source]
    transforms = [node for node in kept if node.output[0] in source]
    assert (len(of_curves), len(shortcuts), len(transforms)) == (2, RESIDUAL_BLOCKS, 2)
    assert len(kept) == 2 + RESIDUAL_BLOCKS + 2
    convolutions = [node for node in model.graph.node if node.op_type == "Conv"]
    assert len(convolutions) - len(kept) == 2 * RESIDUAL_BLOCKS + 1  # both of every block, and the text's residual


def test_in_the_text_part_attention_and_what_predicts_numbers_stays_float32(tiny_split):
    model = renamed(tiny_split.text)
    nodes, constants = nodes_by_name(model), {tensor.name for tensor in model.graph.initializer}
    kept = [nodes[name] for name in float_nodes_of_text(model)]
    attention = [node for node in kept if node.input[1] not in constants]
    heads = [node for node in kept if node.input[1] in constants]
    assert len(attention) == 2 * 2  # scores and values, in the tiny model's two layers
    assert sorted(node.op_type for node in heads) == ["Conv", "Conv", "MatMul"]
    flow = Flow(model)
    for number in ("f0", "energy", "durations"):
        assert any(node.output[0] in flow.behind(number) for node in heads)


def test_integer_text_predicts_nearly_the_same(tiny_split, some_text_feeds, snr_db):
    made = Running(integer_text(tiny_split.text, some_text_feeds, 127))
    text = Running(tiny_split.text)
    moved = total = 0
    for feeds in some_text_feeds:
        expected, found = text(feeds)["durations"], made(feeds)["durations"]
        moved, total = moved + int((expected != found).sum()), total + len(expected)
        assert np.abs(expected - found).max() <= 1
    assert moved / total < 0.1
    same = [feeds for feeds in some_text_feeds if (text(feeds)["durations"] == made(feeds)["durations"]).all()]
    assert same
    assert np.mean([snr_db(text(feeds)["asr"], made(feeds)["asr"]) for feeds in same]) > 20


def test_integer_text_has_no_other_products_left(tiny_split, some_text_feeds):
    made = integer_text(tiny_split.text, some_text_feeds[:1], 127)
    left = [node.name for node in made.graph.node if node.op_type in ("Conv", "MatMul", "LSTM")]
    assert sorted(left) == sorted(float_nodes_of_text(tiny_split.text))


def test_int4_text_keeps_its_numbers_in_float32_and_runs(tiny_split, some_text_feeds):
    made = int4_text(tiny_split.text)
    assert "MatMulNBits" in {node.op_type for node in made.graph.node}
    assert set(float_nodes_of_text(tiny_split.text)) <= set(nodes_by_name(made))
    assert np.isfinite(Running(made)(some_text_feeds[0])["f0"]).all()


@pytest.mark.parametrize("levels", [127, 63])
def test_the_integer_decoder_is_near(tiny_split, some_decoder_feeds, snr_db, levels):
    made = Running(integer_decoder(tiny_split.decoder, some_decoder_feeds, levels))
    feeds = some_decoder_feeds[3]
    expected, found = Running(tiny_split.decoder)(feeds), made(feeds)
    assert snr_db(expected["features"], found["features"]) > 20
    np.testing.assert_array_equal(expected["gains"], found["gains"])


def test_the_integer_vocoder_is_near_and_takes_the_same(tiny_split, some_decoder_feeds, snr_db):
    vocoder = tiny_split.vocoder
    decoder = Running(tiny_split.decoder)
    decoded = [decoder(feeds) for feeds in some_decoder_feeds[:4]]
    calibrating = Running(emit_calibrating(vocoder))
    seen = [calibrating(each) for each in decoded]
    ranges = ranges_of(
        vocoder,
        np.min([each["low"] for each in seen], axis=0),
        np.max([each["high"] for each in seen], axis=0),
    )
    ranges = {name: with_headroom(each) for name, each in ranges.items()}
    measured = Running(emit_whole(vocoder, native=False, measuring=True))(decoded[3])
    statistics = Statistics.of_means(measured["mean"], measured["mean_square"])
    window = first_window(decoded[3], statistics, vocoder.epsilon, frames=64, context=8)
    made = integer_vocoder(vocoder, ranges, 127)
    assert {node.name for node in made.graph.node if node.op_type == "Conv"} == set(float_names(vocoder))
    expected = Running(emit_windowed(vocoder, native=False))(window)["waveform"]
    found = Running(made)(window)["waveform"]
    assert found.shape == expected.shape == (64 * 300,)
    assert snr_db(expected, found) > 15
