"""The calibration sentences: all that the model reads, in every length that it is given."""

import pytest

from utterd.stages.g2p.symbols import PUNCTUATION, SYMBOL_IDS
from utterd.stages.models.quantising.sentences import sentences, sentences_for_measuring

ENGLISH = "AIOQTWYbdfhijklmnpstuvwzæðŋɑɔəɛɜɡɪɹɾʃʊʌʒʤʧθᵊᵻˈˌːaɐɒ"
"""Sounds of the two Englishes, as misaki writes them (FIELD.md 5.3)."""
LONGEST = 510


def test_they_are_written_in_symbols_of_the_model_alone():
    for sentence in sentences():
        assert set(sentence.phonemes) <= set(SYMBOL_IDS), sentence


def test_every_sound_of_english_is_in_them():
    heard = {symbol for sentence in sentences() for symbol in sentence.phonemes}
    assert set(ENGLISH) - heard == set()


def test_every_mark_that_shapes_the_melody_is_in_them():
    written = {symbol for sentence in sentences() for symbol in sentence.phonemes}
    assert PUNCTUATION - written <= {'"'}, "quotes come as “ and ” out of g2p"


def test_they_are_short_and_long():
    lengths = [len(sentence.tokens) for sentence in sentences()]
    assert len(lengths) >= 40
    assert min(lengths) <= 10
    assert 180 <= max(lengths) <= LONGEST


@pytest.mark.parametrize("language", ["en-us", "en-gb", "es", "fr-fr", "it", "pt-br", "hi"])
def test_a_voice_is_measured_with_its_own_language(language):
    chosen = sentences_for_measuring(language, 2)
    assert [sentence.language for sentence in chosen] == [language] * 2


def test_a_language_without_sentences_is_measured_with_english_ones():
    assert [sentence.language for sentence in sentences_for_measuring("ja", 3)] == ["en-us"] * 3
    languages = [sentence.language for sentence in sentences_for_measuring("hi", 3)]
    assert languages == ["hi", "hi", "en-us"]
