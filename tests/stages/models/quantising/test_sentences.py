"""The calibration sentences: all that the model reads, in every length that it is given."""

import pytest

from utterd.stages.g2p.symbols import PUNCTUATION, SYMBOL_IDS
from utterd.stages.models.quantising.sentences import Sentence, sentences, sentences_for_measuring

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


@pytest.mark.parametrize("language", ["en-us", "en-gb", "es", "fr-fr", "it", "pt-br", "hi", "ja"])
@pytest.mark.parametrize(("tokens", "count"), [(25, 2), (90, 2), (200, 1)])
def test_pieces_for_measuring_are_as_long_as_is_wanted(language, tokens, count):
    pieces = sentences_for_measuring(language, tokens, count)
    assert len(set(pieces)) == count
    assert all(piece.language == language for piece in pieces)
    assert all(0.85 * tokens <= len(piece.tokens) <= 1.15 * tokens for piece in pieces)


def of(language: str) -> set[str]:
    return {sentence.phonemes for sentence in sentences() if sentence.language == language}


def spoken(piece: Sentence, language: str) -> list[str]:
    return [sentence for sentence in of(language) if sentence in piece.phonemes]


@pytest.mark.parametrize("language", ["en-gb", "es", "fr-fr", "it", "pt-br", "hi"])
def test_a_voice_is_measured_with_its_own_language(language):
    (piece,) = sentences_for_measuring(language, 75, 1)
    assert spoken(piece, language)
    assert not spoken(piece, "en-us")


def test_a_language_with_too_few_sentences_is_measured_with_english_ones_too():
    (japanese,) = sentences_for_measuring("ja", 75, 1)
    assert spoken(japanese, "en-us")
    (hindi,) = sentences_for_measuring("hi", 200, 1)
    assert len(spoken(hindi, "hi")) == len(of("hi"))
    assert spoken(hindi, "en-us")


def test_no_sentence_is_in_two_pieces():
    first, second = sentences_for_measuring("en-us", 25, 2)
    assert spoken(first, "en-us")
    assert not set(spoken(first, "en-us")) & set(spoken(second, "en-us"))


def test_where_nothing_fits_pieces_are_shorter():
    assert [len(piece.tokens) for piece in sentences_for_measuring("en-us", 4, 1)] == [0]
