"""What is moved into weights changes nothing."""

import numpy as np
import pytest
from rig.small_vocoder import Weights, small_vocoder
from rig.vocoder_definition import convolved, decibels, leaky_relu, transposed

from utterd.stages.models.vocoder.description import Upsampling
from utterd.stages.models.vocoder.weights import (
    after_snake,
    after_sum,
    end_trim,
    inverse_transform,
    polyphase,
    upsampling_after_sum,
)

FRAMES = 9


@pytest.mark.parametrize(
    ("stride", "kernel", "padding"),
    [(10, 20, 5), (6, 12, 3), (5, 20, 10), (4, 7, 1), (3, 3, 0), (2, 5, 2), (1, 3, 1)],
    ids=str,
)
def test_a_polyphase_convolution_is_the_transposed_one(stride, kernel, padding):
    weights = Weights(3)
    upsampling = Upsampling(weight=weights.normal(4, 3, kernel), bias=weights.normal(3), stride=stride, padding=padding)
    x = weights.normal(4, FRAMES).astype(float)
    phases = convolved(x, polyphase(upsampling))
    frames = phases.reshape(3, stride, -1).transpose(0, 2, 1).reshape(3, -1)
    cut = frames[:, padding : frames.shape[1] - end_trim(upsampling)]
    assert cut == pytest.approx(transposed(x, upsampling), abs=1e-9)


def test_the_inverse_transform_adds_both_parts():
    vocoder = small_vocoder()
    bins, _, fft = vocoder.inverse_real.shape
    upsampling = inverse_transform(vocoder)
    assert upsampling.weight.shape == (2 * bins, 1, fft)
    assert (upsampling.stride, upsampling.padding) == (vocoder.hop, vocoder.trim)
    assert not upsampling.bias.any()


def test_a_convolution_takes_snake_without_its_divisor():
    weights = Weights(4)
    convolution, z = weights.convolution(5, 3, 3, padding=1), weights.normal(5, FRAMES).astype(float)
    alpha = np.exp(weights.normal(5))
    snake = z + np.sin(z) ** 2
    folded = convolved(snake, after_snake(convolution, alpha))
    assert decibels(convolved(snake / alpha[:, None], convolution), folded) > 120


def test_the_mean_is_left_to_what_comes_behind_a_leaky_relu():
    weights = Weights(5)
    convolution, x = weights.convolution(4, 3, 3), weights.normal(4, FRAMES).astype(float)
    upsampling = weights.upsampling(4, 3, 2, 4)
    mean, summed = leaky_relu(x / 3, 0.1), leaky_relu(x, 0.1)
    assert decibels(convolved(mean, convolution), convolved(summed, after_sum(convolution, 3))) > 120
    assert decibels(transposed(mean, upsampling), transposed(summed, upsampling_after_sum(upsampling, 3))) > 120
