"""Variety: tokens, durations and parameters still belong together afterwards."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rig.takes import example_of

from training import augment
from training.parameters import CEPSTRUM, VOICING
from utterd.stages.g2p.symbols import SYMBOL_IDS, phonemes_of

TEXT = "Nurses may choose other jobs, teacher; (I joke) now."


def check(example) -> None:
    assert len(example.tokens) == len(example.durations)
    assert example.durations.sum() == len(example.parameters)
    assert (example.durations >= 0).all()
    assert example.tokens[0] == example.tokens[-1] == 0


@settings(deadline=None, max_examples=40)
@given(speed=st.floats(0.5, 3), exponent=st.floats(0, 1), seed=st.integers(0, 99))
def test_all_of_them_together_keep_a_take_whole(speed, exponent, seed):
    chance = np.random.default_rng(seed)
    example = augment.joined([example_of(TEXT), example_of("Yes."), example_of("Who? Me!")])
    for varied in (augment.enclosed(example, chance), augment.respelled(example, chance)):
        check(varied)
        check(augment.at_speed(varied, speed, exponent))


def test_joined_takes_are_a_full_stops_pause_apart():
    first, second = example_of("One."), example_of("Two.")
    whole = augment.joined([first, second])
    check(whole)
    assert phonemes_of(tuple(whole.tokens[1:-1].tolist())) == "wˈʌn. tˈu."
    stop = int(np.flatnonzero(whole.tokens == SYMBOL_IDS["."])[0])
    assert whole.durations[stop] == int(first.durations[-2]) + 70


def test_joining_one_changes_nothing():
    example = example_of(TEXT)
    alone = augment.joined([example])
    assert (alone.tokens == example.tokens).all()
    assert (alone.parameters == example.parameters).all()


def test_respelling_writes_as_espeak_does_and_lasts_as_long():
    example = example_of("Teacher.")
    spelled = [augment.respelled(example, np.random.default_rng(seed)) for seed in range(20)]
    assert "tˈiːtʃɚ." in {phonemes_of(tuple(each.tokens[1:-1].tolist())) for each in spelled}
    assert {int(each.durations.sum()) for each in spelled} == {int(example.durations.sum())}


def test_quotes_last_nothing():
    example = augment.enclosed(example_of("One two three four."), np.random.default_rng(1))
    added = [place for place, token in enumerate(example.tokens) if token in {11, 12, 13, 14, 15}]
    assert len(added) == 2
    assert example.durations[added].sum() == 0


@pytest.mark.parametrize("speed", [0.5, 1.0, 1.7, 3.0])
def test_speed_keeps_the_total_and_every_sound(speed):
    example = example_of(TEXT)
    varied = augment.at_speed(example, speed, 0.7)
    assert len(varied.parameters) == pytest.approx(len(example.parameters) / speed, abs=1)
    sounding = example.durations > 0
    assert (varied.durations[sounding] > 0).all()
    levels = {float(level) for level in np.unique(varied.parameters[:, CEPSTRUM.start])}
    assert {min(levels), max(levels)} == {1.0, 7.0}, "every sound is reached, and every silence"
    assert set(np.unique(varied.parameters[:, VOICING])) == {0, 1}


def test_speed_takes_more_from_what_is_long():
    example = example_of("One, two.")
    varied = augment.at_speed(example, 2.0, 0.7)
    longest, shortest = example.durations.max(), example.durations[example.durations > 0].min()
    kept = varied.durations / np.maximum(example.durations, 1)
    assert kept[example.durations == longest].mean() < kept[example.durations == shortest].mean()
