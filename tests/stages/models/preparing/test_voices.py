"""The table of a voice: measured at a few lengths, each as far from the others as is more than chance."""

from types import SimpleNamespace

import numpy as np
import pytest

from utterd.stages.inference.kokoro_statistics import VoiceTable
from utterd.stages.models.preparing.voices import LENGTHS, Heard, measure, voice_table

EPSILON = 1e-5
CHANNELS = 400


def heard(tokens: int, mean: np.ndarray, variance: float = 1.0, frames: int | None = None) -> Heard:
    return Heard(
        tokens=tokens, frames=frames or 6 * tokens, mean=np.asarray(mean), mean_square=np.asarray(mean) ** 2 + variance
    )


def pieces(truths: dict[int, np.ndarray], noise: float, seed: int = 3) -> list[list[Heard]]:
    """As LENGTHS has them; what is said moves the mean of 100 frames by so much."""
    random = np.random.default_rng(seed)

    def piece(tokens: int) -> Heard:
        return heard(tokens, truths[tokens] + random.normal(0, noise / np.sqrt(6 * tokens / 100), CHANNELS))

    return [[piece(tokens) for _ in range(count)] for tokens, count in LENGTHS]


def truths(distance: float) -> dict[int, np.ndarray]:
    random = np.random.default_rng(4)
    return {tokens: random.normal(0, distance, CHANNELS) for tokens, _ in LENGTHS}


def error(table: np.ndarray, of: dict[int, np.ndarray]) -> float:
    return float(np.square(table - np.stack(list(of.values()))).mean())


def alone(rows: list[list[Heard]]) -> np.ndarray:
    """Each length by itself."""
    return np.stack([np.mean([piece.mean for piece in row], axis=0) for row in rows])


def together(rows: list[list[Heard]]) -> np.ndarray:
    """All lengths as one."""
    frames = [piece.frames for row in rows for piece in row]
    return np.stack([np.average([piece.mean for row in rows for piece in row], axis=0, weights=frames)] * len(rows))


def test_it_is_what_inference_takes():
    table = VoiceTable(**voice_table(pieces(truths(0.3), 0.3), EPSILON))
    assert table.is_sound(CHANNELS)
    assert table.tokens.tolist() == [tokens for tokens, _ in LENGTHS]
    assert (table.tokens.dtype, table.mean.dtype, table.variance.dtype) == (np.int64, np.float32, np.float32)


def test_lengths_that_differ_by_chance_alone_have_one_table():
    rows = pieces(truths(0), noise=0.5)
    table = voice_table(rows, EPSILON)["mean"]
    assert error(table, truths(0)) < 1.1 * error(together(rows), truths(0)) < 0.5 * error(alone(rows), truths(0))


def test_lengths_that_are_far_apart_have_their_own():
    rows = pieces(truths(2), noise=0.1)
    assert voice_table(rows, EPSILON)["mean"] == pytest.approx(alone(rows), abs=0.02)


@pytest.mark.parametrize("distance", [0.1, 0.2, 0.4])
def test_between_them_it_is_better_than_either(distance):
    of = truths(distance)
    rows = pieces(of, noise=0.3)
    assert error(voice_table(rows, EPSILON)["mean"], of) < min(error(alone(rows), of), error(together(rows), of))


def test_pieces_of_a_length_are_taken_as_one_sound():
    """Three parts at 1 and one at 5, far from other lengths: 2, and a variance of 1 + 3."""
    ones = np.ones(CHANNELS)
    rows = [
        [heard(25, 1 * ones, frames=300), heard(25, 5 * ones, frames=100)],
        [heard(90, 1e4 * ones), heard(90, 1e4 * ones)],
    ]
    table = voice_table(rows, EPSILON)
    assert table["mean"][0] == pytest.approx(2 * ones, abs=0.01)
    # the other length is nearly, not wholly, left out
    assert table["variance"][0] == pytest.approx(4 * ones, rel=0.5)


def test_speech_that_is_the_same_every_time_and_channels_that_never_move_divide_by_no_zero():
    still = np.zeros(CHANNELS)
    rows = [[heard(25, still, 0.0), heard(25, still, 0.0)], [heard(90, still, 0.0)]]
    table = voice_table(rows, EPSILON)
    assert np.array_equal(table["mean"], np.zeros((2, CHANNELS), np.float32))
    assert np.array_equal(table["variance"], np.zeros((2, CHANNELS), np.float32))


class Speaking:
    """In place of a model: each channel's mean is the logarithm of the piece's length, its variance 1."""

    model = SimpleNamespace(language=lambda voice: "en-us")
    split = SimpleNamespace(vocoder=SimpleNamespace(epsilon=EPSILON))

    def feeds(self, voice, sentence):
        return len(sentence.tokens)

    def decode(self, tokens):
        return {"features": np.zeros((1, 1, 6 * tokens)), "tokens": tokens}

    def measuring(self, decoded):
        mean = np.full(CHANNELS, np.log(decoded["tokens"]), np.float32)
        return {"mean": mean, "mean_square": mean**2 + 1}


@pytest.mark.parametrize("tokens", [30, 60, 100, 150])
def test_a_voice_is_measured_at_the_lengths_of_real_pieces(tokens):
    table = VoiceTable(**measure("af_heart", Speaking()))
    assert len(table.tokens) == len(LENGTHS)
    assert table.at(tokens).mean == pytest.approx(np.full(CHANNELS, np.log(tokens)), abs=0.05)
