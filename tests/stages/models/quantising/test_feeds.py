"""What parts are given."""

import numpy as np
import pytest

from utterd.stages.inference.kokoro_statistics import Statistics
from utterd.stages.models.quantising.feeds import HARMONIC_FRAMES, excerpt, first_window, text_feeds

RANDOM = np.random.default_rng(5)


def test_tokens_are_padded_at_both_ends():
    feeds = text_feeds([5, 6], np.zeros((1, 256), np.float32), 1.3)
    assert feeds["tokens"].tolist() == [[0, 5, 6, 0]]
    assert feeds["tokens"].dtype == np.int64
    assert feeds["speed"].tolist() == pytest.approx([1.3])


def test_scale_and_shift_are_normalisation_and_affine_in_one():
    x = RANDOM.normal(3, 2, (4, 1000)).astype(np.float32)
    gains, offsets = RANDOM.standard_normal((2, 4)).astype(np.float32)
    scale, shift = Statistics(mean=x.mean(axis=1), variance=x.var(axis=1)).affine(gains, offsets, 1e-5)
    normalised = (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + 1e-5)
    expected = normalised * gains[:, None] + offsets[:, None]
    np.testing.assert_allclose(x * scale[:, None] + shift[:, None], expected, atol=1e-4)


def test_a_channel_that_does_not_vary_has_a_variance_of_zero():
    """In float32 the mean square of 30.1 and the square of its mean differ by a few millionths, either way."""
    value = np.linspace(20, 60, 1000, dtype=np.float32)
    statistics = Statistics.of_means(value, value * value)
    scale, shift = statistics.affine(np.ones_like(value), np.zeros_like(value), 1e-5)
    assert np.isfinite(scale).all()
    np.testing.assert_allclose(value * scale + shift, 0, atol=0.01)


@pytest.mark.parametrize(
    ("total", "length", "context"), [(20, 14, [0, 4]), (12, 12, [0, 2]), (10, 10, [0, 0]), (3, 3, [0, 0])]
)
def test_the_first_window_ends_with_context_as_far_as_there_is_any(total, length, context):
    features = np.arange(total, dtype=np.float32).reshape(1, 1, total)
    harmonics = np.zeros((1, 2, HARMONIC_FRAMES * total + 1), np.float32)
    one = np.ones(1, np.float32)
    decoded = {"features": features, "harmonics": harmonics, "gains": one, "offsets": one}
    made = first_window(decoded, Statistics(mean=one, variance=one), 1e-5, frames=10, context=4)
    assert made["features"].ravel().tolist() == list(range(length))
    assert made["harmonics"].shape == (1, 2, HARMONIC_FRAMES * length + 1)
    assert made["context"].tolist() == context


@pytest.mark.parametrize(("frames", "left"), [(4, [3, 4, 5, 6]), (20, list(range(10)))])
def test_an_excerpt_is_from_the_middle(frames, left):
    features = np.arange(10, dtype=np.float32).reshape(1, 1, 10)
    harmonics = np.arange(10 * HARMONIC_FRAMES + 1, dtype=np.float32).reshape(1, 1, -1)
    made = excerpt({"features": features, "harmonics": harmonics, "gains": np.ones(1, np.float32)}, frames)
    assert made["features"].ravel().tolist() == left
    first, end = left[0] * HARMONIC_FRAMES, (left[-1] + 1) * HARMONIC_FRAMES + 1
    assert made["harmonics"].ravel().tolist() == list(range(first, end))
    assert made["gains"].tolist() == [1]
