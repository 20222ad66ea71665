"""Batches: everything is learned from once an epoch, in company of like length, the same for the same seed."""

import numpy as np
import torch
from rig.takes import example_of

from training.batches import collate, epochs
from training.parameters import COLUMNS
from training.recipe import TINY

EXAMPLES = [example_of("word " * (1 + number % 7) + "end.", speaker=number % 2) for number in range(40)]


def first_epoch(seed: int = 1) -> list:
    from dataclasses import replace

    return list(next(epochs(EXAMPLES, replace(TINY, seed=seed), 0)))


def test_a_seed_gives_the_same_batches_and_another_seed_others():
    first, again, other = first_epoch(), first_epoch(), first_epoch(2)
    assert all(torch.equal(one.tokens, two.tokens) for one, two in zip(first, again, strict=True))
    assert [batch.tokens.shape for batch in first] != [batch.tokens.shape for batch in other]


def test_an_epoch_has_every_word_of_every_take_once():
    words = sum(int((example.tokens == 46).sum()) for example in EXAMPLES)  # d: one a word, and one an "end"
    assert sum(int((batch.tokens == 46).sum()) for batch in first_epoch()) == words


def test_batches_are_within_their_size_and_speakers_are_not_mixed():
    for batch in first_epoch():
        assert batch.parameters.shape[0] * (batch.parameters.shape[1] - 1) <= TINY.batch_frames
        assert batch.parameters.shape[1] % 2 == 0
        assert set(batch.speaker.tolist()) <= {0, 1}


def test_padding_is_zero_and_nothing_is_cut_off():
    short, long = example_of("One."), example_of("One two three.")
    batch = collate([(short, True), (long, False)])
    assert batch.is_plain.tolist() == [[1], [0]]
    assert batch.durations.sum(1).tolist() == [len(short.parameters), len(long.parameters)]
    assert not batch.tokens[0, len(short.tokens) :].any()
    assert np.allclose(batch.parameters[1, : len(long.parameters)], long.parameters, atol=1e-3)
    assert batch.parameters.shape[2] == COLUMNS
