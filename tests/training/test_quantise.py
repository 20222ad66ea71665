"""Ranges, rounding while learning, and pruning."""

import numpy as np
import pytest
import torch
from rig.takes import example_of

from training.batches import collate
from training.lowering import Range, integer_weight
from training.model.acoustic import Widths
from training.quantise.aware import RoundInput, RoundWeight, make_aware, make_plain
from training.quantise.prune import importance, pruned
from training.quantise.ranges import calibrate, taps_of

BATCH = collate([(example_of("Red and blue, and green."), True)])


def learned(student) -> torch.Tensor:
    with torch.no_grad():
        return student.learn(BATCH.tokens, BATCH.durations, BATCH.speaker, BATCH.parameters.shape[1])[2]


def test_every_convolution_gets_a_range_and_keeps_none_of_the_watching(student):
    before = learned(student)
    ranges = calibrate(student, [BATCH])
    assert set(ranges) == {name for name, _ in taps_of(student)}
    assert all(span.low <= span.high for span in ranges.values())
    assert torch.equal(learned(student), before)


def test_what_is_rounded_is_what_int8_rounds_to():
    span = Range(-1.0, 2.0)
    values = torch.linspace(-3, 4, 50)
    rounded = RoundInput(span)(values)
    levels = np.clip(np.rint(values.numpy() / span.scale) + span.zero_point, 0, 255)
    assert np.allclose(rounded, (levels - span.zero_point) * span.scale, atol=span.scale * 0.51)
    assert len(np.unique(rounded.numpy().round(5))) <= 256
    weight = torch.randn(12, 5)
    integers, scale = integer_weight(weight.numpy())
    assert np.allclose(RoundWeight()(weight), integers * scale, atol=1e-6)


def test_gradients_pass_the_rounding_where_nothing_is_clipped():
    values = torch.tensor([-5.0, -0.3, 0.4, 5.0], requires_grad=True)
    RoundInput(Range(-1, 1))(values).sum().backward()
    assert values.grad.tolist() == [0, 1, 1, 0]


def test_an_aware_student_is_near_the_plain_one_and_can_be_made_plain_again(student):
    before = learned(student)
    aware = make_aware(student, calibrate(student, [BATCH]))
    moved = (learned(aware) - before).abs().mean()
    assert 0 < moved < 0.3 * before.abs().mean()
    assert torch.equal(learned(make_plain(aware)), before)


@pytest.mark.parametrize("share", [0.75, 0.5, 0.25])
def test_a_pruned_student_is_a_smaller_dense_one(student, share):
    widths = Widths(token=32, frame=32, token_inner=int(32 * share), frame_inner=int(32 * share))
    small = pruned(student, widths)
    sizes = [sum(parameter.numel() for parameter in each.parameters()) for each in (small, student)]
    assert sizes[0] < sizes[1]
    assert learned(small).shape == learned(student).shape
    assert small.decoder.blocks[0].spread.weight.shape[1] == 2 * int(32 * share)


def test_channels_that_do_nothing_are_the_first_to_leave(student):
    block = student.decoder.blocks[1]
    with torch.no_grad():
        block.join.weight[3:19] = 0
    assert (importance(block)[3:19] == 0).all()
    widths = Widths(token=32, frame=32, token_inner=32, frame_inner=16)
    for other in (0, 2, 3):
        with torch.no_grad():
            student.decoder.blocks[other].join.weight[:16] = 0
    before = learned(student)
    assert torch.allclose(learned(pruned(student, widths)), before, atol=1e-5)


def test_widths_shrink_in_steps_that_suit_the_processor():
    assert Widths(token_inner=96, frame_inner=160).scaled(0.5) == Widths(token_inner=48, frame_inner=80)
    assert Widths().scaled(0.01).token_inner == 16
