"""What parts are given."""

import numpy as np
import pytest

from utterd.stages.models.quantising.feeds import HARMONIC_FRAMES, Statistics, excerpt, text_feeds, windows

RANDOM = np.random.default_rng(5)


def test_tokens_are_padded_at_both_ends():
    feeds = text_feeds([5, 6], np.zeros((1, 256), np.float32), 1.3)
    assert feeds["tokens"].tolist() == [[0, 5, 6, 0]]
    assert feeds["tokens"].dtype == np.int64
    assert feeds["speed"].tolist() == pytest.approx([1.3])


def test_scale_and_shift_are_normalisation_and_affine_in_one():
    x = RANDOM.normal(3, 2, (4, 1000)).astype(np.float32)
    gains, offsets = RANDOM.standard_normal((2, 4)).astype(np.float32)
    scale, shift = Statistics(mean=x.mean(axis=1), variance=x.var(axis=1)).affines(gains, offsets, 1e-5)
    normalised = (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + 1e-5)
    expected = normalised * gains[:, None] + offsets[:, None]
    np.testing.assert_allclose(x * scale[:, None] + shift[:, None], expected, atol=1e-4)


@pytest.mark.parametrize(("frames", "lengths"), [(10, [4, 4, 2]), (9, [4, 4, 2]), (3, [3])])
def test_windows_cover_a_piece_and_none_is_of_one_frame(frames, lengths):
    features = np.arange(frames, dtype=np.float32).reshape(1, 1, frames)
    harmonics = np.zeros((1, 2, HARMONIC_FRAMES * frames + 1), np.float32)
    one = np.ones(1, np.float32)
    decoded = {"features": features, "harmonics": harmonics, "gains": one, "offsets": one}
    made = list(windows(decoded, Statistics(mean=one, variance=one), 1e-5, 4))
    assert [each["features"].shape[2] for each in made] == lengths
    assert {value for each in made for value in each["features"].ravel()} == set(range(frames))
    assert all(each["harmonics"].shape[2] == HARMONIC_FRAMES * each["features"].shape[2] + 1 for each in made)


@pytest.mark.parametrize(("frames", "left"), [(4, [3, 4, 5, 6]), (20, list(range(10)))])
def test_an_excerpt_is_from_the_middle(frames, left):
    features = np.arange(10, dtype=np.float32).reshape(1, 1, 10)
    harmonics = np.arange(10 * HARMONIC_FRAMES + 1, dtype=np.float32).reshape(1, 1, -1)
    made = excerpt({"features": features, "harmonics": harmonics, "gains": np.ones(1, np.float32)}, frames)
    assert made["features"].ravel().tolist() == left
    first, end = left[0] * HARMONIC_FRAMES, (left[-1] + 1) * HARMONIC_FRAMES + 1
    assert made["harmonics"].ravel().tolist() == list(range(first, end))
    assert made["gains"].tolist() == [1]
