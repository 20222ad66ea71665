"""British spelling: nearer to what misaki's British dictionary says, and still as long."""

import numpy as np
import pytest
from rig.takes import example_of

from training.british import BRITISH_SYMBOLS, in_british
from training.corpus.sentences import sentences
from training.lines import read_line
from utterd.stages.g2p.symbols import SYMBOL_IDS, phonemes_of


def spelled(text: str, seed: int = 0) -> str:
    example = in_british(example_of(text), np.random.default_rng(seed))
    return phonemes_of(tuple(example.tokens[1:-1].tolist()))


def distance(one: str, other: str) -> int:
    """Symbols to be changed, left out or put in."""
    row = list(range(len(other) + 1))
    for place, symbol in enumerate(one, 1):
        previous, row = row, [place]
        for column, wanted in enumerate(other, 1):
            row.append(min(previous[column] + 1, row[-1] + 1, previous[column - 1] + (symbol != wanted)))
    return row[-1]


@pytest.mark.parametrize(
    "text", ["The cat sat on my coat.", "A bird.", "Four more cars.", "We need clean boots.", "Near the air?"]
)
def test_words_are_spelled_as_misaki_does(text):
    assert read_line(text, british=True).phonemes.replace("ˌ", "") in {
        spelled(text, seed).replace("ˌ", "") for seed in range(12)
    }


def test_what_is_left_is_less_than_half_of_the_difference():
    before = after = 0
    for text in sentences(200, 3)[:120]:
        wanted = read_line(text, british=True).phonemes
        before += distance(read_line(text).phonemes, wanted)
        after += distance(spelled(text), wanted)
    assert after < 0.5 * before


def test_it_lasts_as_long_and_every_sound_keeps_its_place():
    example = example_of("Our neighbor's car, near the door, was a poor one.")
    british = in_british(example, np.random.default_rng(1))
    assert british.durations.sum() == example.durations.sum()
    assert len(british.tokens) == len(british.durations)
    assert (british.parameters == example.parameters).all()
    marks = {SYMBOL_IDS[mark] for mark in ",. "}
    starts = [
        {int(end) for token, end in zip(each.tokens, np.cumsum(each.durations), strict=True) if int(token) in marks}
        for each in (example, british)
    ]
    assert starts[0] == starts[1]


def test_an_r_before_a_vowel_stays():
    assert "ɹ" in spelled("Very sorry, Harry.")
    assert "ɹ" not in spelled("Car.")


def test_the_symbols_that_only_british_lines_have_are_named():
    assert {SYMBOL_IDS[symbol] for symbol in "aɒQː"} == BRITISH_SYMBOLS
    assert set("aɒQː") <= {symbol for text in sentences(200, 3) for symbol in spelled(text)}
