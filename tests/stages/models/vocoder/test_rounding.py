"""Convolutions in integers are those in float32, to within what was rounded."""

from dataclasses import replace

import numpy as np
import pytest
from rig.small_vocoder import Weights
from rig.vocoder_definition import convolved

from utterd.stages.models.vocoder.ranges import Range
from utterd.stages.models.vocoder.rounding import OUTPUT_ZERO, rounded

CONVOLUTION = Weights(1).convolution(6, 5, 3, padding=1, dilation=1)
SPREAD = np.array([[0.01], [0.3], [1], [2], [10], [0.1]])
"""Of the input's channels: a scale for them all would leave nothing of the first."""


@pytest.fixture(scope="module")
def x():
    return np.random.default_rng(2).standard_normal((6, 400)) * SPREAD + 0.5 * SPREAD


def range_of(x) -> Range:
    return Range(x.min(axis=1).astype(np.float32), x.max(axis=1).astype(np.float32))


def in_integers(x, constants):
    """What ONNX Runtime computes, in wide integers."""
    q = np.rint(x / constants.input_scale[:, None]) + constants.input_zero
    assert q.min() >= 0
    assert q.max() <= 255
    padded = np.pad(q - constants.input_zero, ((0, 0), (1, 1)))
    total = sum(constants.weight[:, :, tap].astype(int) @ padded[:, tap : tap + x.shape[1]] for tap in range(3))
    y = np.rint((total + constants.bias[:, None]) * constants.weight_scale[:, None]) + OUTPUT_ZERO
    return (np.clip(y, 0, 255) - OUTPUT_ZERO) * constants.output_scale[:, None]


@pytest.mark.parametrize(("levels", "steps"), [(63, 4), (127, 2.5)])
def test_every_output_channel_is_right_to_a_few_of_its_own_steps(x, levels, steps):
    wanted = convolved(x, CONVOLUTION)
    constants = rounded(CONVOLUTION, range_of(x), range_of(wanted), weight_levels=levels)
    assert np.abs(constants.weight).max() == levels
    assert constants.weight.dtype == np.int8
    error = np.abs(in_integers(x, constants) - wanted).max(axis=1) / constants.output_scale
    assert error.max() < steps


def test_every_input_channel_has_steps_of_its_own(x):
    constants = rounded(CONVOLUTION, range_of(x), range_of(x[:5]), weight_levels=127)
    fits = np.abs(x).max(axis=1) / constants.input_scale
    assert fits.max() <= 255
    assert fits.min() > 100


def test_padding_is_zero_even_where_no_value_is():
    above = Range(np.full(6, 3, np.float32), np.full(6, 5, np.float32))
    constants = rounded(CONVOLUTION, above, Range(-np.ones(5, np.float32), np.ones(5, np.float32)), weight_levels=63)
    assert 0 <= constants.input_zero <= 255
    assert (5 / constants.input_scale + constants.input_zero).max() <= 255.001


@pytest.mark.parametrize("constant", [25.0, -3000.0])
def test_a_channel_that_is_its_bias_alone_is_right(x, constant):
    """Weights of zero would make steps so small that its bias is more of them than 32 bits can count."""
    weight, bias = CONVOLUTION.weight.copy(), CONVOLUTION.bias.copy()
    weight[2], bias[2] = 0, constant
    convolution = replace(CONVOLUTION, weight=weight, bias=bias)
    wanted = convolved(x, convolution)
    constants = rounded(convolution, range_of(x), range_of(wanted), weight_levels=127)
    assert in_integers(x, constants)[2] == pytest.approx(wanted[2], rel=0.01)


def test_channels_that_are_always_zero_do_no_harm():
    nothing = Range(np.zeros(6, np.float32), np.zeros(6, np.float32))
    constants = rounded(CONVOLUTION, nothing, Range(np.zeros(5), np.zeros(5)), weight_levels=63)
    for values in (constants.weight_scale, constants.input_scale, constants.output_scale):
        assert np.isfinite(values).all()
        assert (values > 0).all()
