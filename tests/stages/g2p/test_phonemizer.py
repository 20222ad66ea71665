"""What every Phonemizer promises, of the stand-in and the real ones."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from utterd.stages.g2p.languages import LANGUAGES
from utterd.stages.g2p.phonemizer import LetterPhonemizer, Phonemizer
from utterd.stages.g2p.scripts import is_latin, script_runs
from utterd.stages.g2p.stage import Phonemizers
from utterd.stages.g2p.symbols import SYMBOL_IDS

make_phonemizer = Phonemizers()
PHONEMIZERS: dict[str, Phonemizer] = {language: make_phonemizer(language) for language in LANGUAGES}
PHONEMIZERS["letters"] = LetterPhonemizer()

RAW = st.one_of(
    st.text(max_size=100),
    st.lists(
        st.sampled_from("1 2 0 00 . , -  ' ’ \" $ £ % st th s ' 's ed ing ½ ² ٣ ५ a A I the to US п 漢".split(" "))
    ).map("".join),
)


def check_phonemizer(phonemizer: Phonemizer, text: str) -> None:
    words = phonemizer.phonemize(text)
    ends = [0, *(word.char_end for word in words)]
    for end, word in zip(ends, words, strict=False):
        assert end <= word.char_start < word.char_end <= len(text)
        assert set(word.phonemes) <= set(SYMBOL_IDS)
        assert not text[word.char_start].isspace()
        assert not text[word.char_end - 1].isspace()
        assert word.space_after == text[word.char_end : word.char_end + 1].isspace()
    covered = {index for word in words for index in range(word.char_start, word.char_end)}
    assert [c for index, c in enumerate(text) if c.isalnum() and index not in covered] == []


@pytest.mark.parametrize("name", PHONEMIZERS)
def test_words_are_in_order_and_in_symbols_of_the_table(name: str) -> None:
    check_phonemizer(PHONEMIZERS[name], 'One, two-three  "four" five; (six) 7 élan 8th, nine? ten…')


@pytest.mark.parametrize("name", PHONEMIZERS)
@given(RAW)
@settings(max_examples=100, deadline=None)
def test_nothing_in_a_text_is_too_much(name: str, text: str) -> None:
    check_phonemizer(PHONEMIZERS[name], text)


@pytest.mark.parametrize("name", PHONEMIZERS)
def test_marks_are_kept_where_they_shape_the_melody(name: str) -> None:
    words = PHONEMIZERS[name].phonemize("Ah, oh; eh: ah! oh? eh — ah … (oh).")
    marks = [word.phonemes for word in words if not word.is_heard]
    assert marks == [",", ";", ":", "!", "?", "—", "…", "(", ")", "."]


def test_the_stand_in_says_every_letter_and_digit() -> None:
    words = LetterPhonemizer().phonemize("Go 42!")
    assert [(word.phonemes, word.char_start, word.char_end, word.space_after) for word in words] == [
        ("ɡo", 0, 2, True),
        ("fɔtu", 3, 5, False),
        ("!", 5, 6, False),
    ]


def test_a_word_is_cut_into_runs_of_one_script() -> None:
    assert list(script_runs("abcПривет漢字かな\u0e01")) == [
        ("latin", "abc"),
        ("ru", "Привет"),
        ("cmn", "漢字"),
        ("ja", "かな"),
        ("other", "\u0e01"),
    ]
    assert is_latin("naïve") is True
    assert is_latin("наив") is False
