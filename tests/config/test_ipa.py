import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from utterd.config.ipa import SOUNDS, IpaError, check_ipa, stress_before_vowel, symbols_of_ipa
from utterd.stages.g2p.languages import LANGUAGES
from utterd.stages.g2p.symbols import PUNCTUATION, SYMBOL_IDS


def test_the_sounds_are_those_of_the_symbol_table():
    assert set(SYMBOL_IDS) - PUNCTUATION == SOUNDS


def test_a_neighbour_that_espeak_is_given_is_given_to_people_too():
    for symbol in "gɫʍɭɬʏɵɘɱħɦʀ":
        check_ipa(f"a{symbol}")


@pytest.mark.parametrize(
    ("ipa", "language", "symbols"),
    [
        ("kəˈkɔɹoʊ", "en-us", "kəkˈɔɹO"),
        ("/ˈstrɪŋ/", "en-us", "stɹˈɪŋ"),
        ("[ˈstrɪŋ]", "en-gb", "stɹˈɪŋ"),
        ("ˈdʒʌdʒ ˈt͡ʃɜːt͜ʃ", "en-gb", "ʤˈʌʤ ʧˈɜːʧ"),
        ("ˌkuːbkənˈtɹəʊl", "en-gb", "kˌuːbkəntɹˈQl"),
        ("ˌkuːbkənˈtɹoʊl", "en-us", "kˌubkəntɹˈOl"),
        ("ˈlɒt ˈkæt", "en-us", "lˈɑt kˈæt"),
        ("ˈlɒt ˈkæt", "en-gb", "lˈɒt kˈat"),
        ("ˈbʌtn̩", "en-us", "bˈʌtᵊn"),
        ("ãˈʃɑ̃tɛ", "fr-fr", "ãʃˈɑ̃tɛ"),
        ("ãˈʃɑ̃tɛ".replace("ã", "a\u0303"), "fr-fr", "a\u0303ʃˈɑ̃tɛ"),
        ("ça", "fr-fr", "ça"),
        ("c\u0327a", "fr-fr", "ça"),
        ("t͡se tse", "it", "ʦe tse"),
        ("ˈpe.ro", "es", "pˈero"),
        ("'ma:no", "it", "mˈaːno"),
        ("  a   b ", "es", "a b"),
    ],
)
def test_ipa_becomes_what_the_voices_know(ipa: str, language: str, symbols: str):
    assert symbols_of_ipa(ipa, language) == symbols.replace("ã", "a\u0303")


@pytest.mark.parametrize(
    ("ipa", "symbol", "position", "name"),
    [
        ("ab@c", "@", 2, "COMMERCIAL AT"),
        ("/a7/", "7", 2, "DIGIT SEVEN"),
        ("aǃ", "ǃ", 1, "LATIN LETTER RETROFLEX CLICK"),
        ("a, b", ",", 1, "COMMA"),
        ("aЖ", "Ж", 1, "CYRILLIC CAPITAL LETTER ZHE"),
        ("\x00a", "\x00", 0, "U+0000"),
        ("a\u0301", "\u0301", 1, "COMBINING ACUTE ACCENT"),
        ("é", "é", 0, "LATIN SMALL LETTER E WITH ACUTE"),
    ],
)
def test_a_symbol_that_cannot_be_said_is_named_with_its_place(ipa: str, symbol: str, position: int, name: str):
    with pytest.raises(IpaError, match=re.escape(name)) as caught:
        check_ipa(ipa)
    assert (caught.value.symbol, caught.value.position) == (symbol, position)
    assert f"symbol {position + 1} of" in str(caught.value)


@pytest.mark.parametrize("ipa", ["", " ", "ˈ", "//", "ˌː"])
def test_ipa_without_a_sound_is_refused(ipa: str):
    with pytest.raises(IpaError, match="no sound"):
        check_ipa(ipa)


@given(st.one_of(st.text(max_size=30), st.text("ˈˌabɪʊtʃdʒszei\u0361\u0303\u0329\u0327ː.[]/ ", max_size=40)))
def test_whatever_is_taken_is_made_of_symbols_in_every_language(text: str):
    try:
        check_ipa(text)
    except IpaError as refused:
        error: IpaError | None = refused
    else:
        error = None
    if error:
        assert text[error.position : error.position + 1].startswith(error.symbol)
        return
    for language in LANGUAGES:
        said = symbols_of_ipa(text, language)
        assert set(said) <= SOUNDS
        assert said == said.strip()


def test_stress_stands_before_the_vowel_of_its_syllable():
    assert stress_before_vowel("ˈstɹɪŋ ˌplAs həlˈO") == "stɹˈɪŋ plˌAs həlˈO"
    assert stress_before_vowel("ˈpst") == "pst"
