"""Every engine gets the same to say, in the form that it takes."""

import pytest

from bench.peers.make_prompts import make_prompts
from bench.peers.prompts import CLAUSE, FIVE, MEMORY, SENTENCE, WORDS, opening
from bench.phonemes import PHONEMES, SENTENCES
from utterd.stages.g2p.symbols import token_ids


@pytest.fixture(scope="module")
def made():
    return make_prompts()


def test_lengths_are_those_of_the_targets(made):
    prompts, _ = made
    lengths = {name: len(token_ids(prompts[name].phonemes)) for name in (CLAUSE, SENTENCE, FIVE, MEMORY)}
    assert lengths == {CLAUSE: 20, SENTENCE: 76, FIVE: 352, MEMORY: 500}
    assert len(prompts[WORDS].text.split()) == 500


def test_the_stored_phonemes_are_what_our_g2p_says(made):
    prompts, _ = made
    assert prompts[SENTENCE].phonemes == PHONEMES[0]
    assert prompts[FIVE].phonemes == " ".join(PHONEMES)
    assert len(PHONEMES) == len(SENTENCES)


@pytest.mark.parametrize("name", [SENTENCE, FIVE, WORDS])
def test_longer_texts_begin_with_the_clause(made, name):
    prompts, _ = made
    assert prompts[name].units[0] == prompts[CLAUSE].phonemes
    assert " ".join(prompts[name].units) == prompts[name].phonemes


def test_no_unit_is_longer_than_the_model_takes(made):
    prompts, _ = made
    assert all(0 < len(token_ids(unit)) <= 510 for prompt in prompts.values() for unit in prompt.units)
    assert len(prompts[MEMORY].units) == 1


def test_the_five_sentences_are_begun_with_each_of_them(made):
    prompts, _ = made
    turned = [prompts[opening(number)] for number in range(len(SENTENCES))]
    assert turned[0].text == prompts[FIVE].text
    assert [prompt.text.startswith(sentence) for prompt, sentence in zip(turned, SENTENCES, strict=True)] == [True] * 5
    assert {len(prompt.phonemes) for prompt in turned} == {352}


def test_the_lexicon_has_every_word(made):
    prompts, words = made
    for prompt in prompts.values():
        assert {word.strip(".,!?").lower() for word in prompt.text.split()} <= words.keys()
    assert words["clock"] == "klˈɑk"
