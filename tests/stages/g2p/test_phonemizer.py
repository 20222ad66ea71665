"""What every Phonemizer promises, of the stand-in and the real ones."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from utterd.stages.g2p.languages import LANGUAGES
from utterd.stages.g2p.phonemizer import Given, LetterPhonemizer, Phonemizer, Word, phonemize_given
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
    check_words(text, phonemizer.phonemize(text))


def check_words(text: str, words: list[Word]) -> None:
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


@pytest.mark.parametrize("name", PHONEMIZERS)
def test_given_words_are_said_as_given_and_the_others_as_ever(name: str) -> None:
    text = "One gizmo, two gizmo-based things: (gizmo)!"
    given_words = [Given(phonemes="ɡˈa", char_start=place, char_end=place + 5) for place in (4, 15, 36)]
    words = phonemize_given(PHONEMIZERS[name], text, given_words)
    check_words(text, words)
    assert [word.char_start for word in words if word.phonemes == "ɡˈa"] == [4, 15, 36]
    alone = {text[word.char_start : word.char_end]: word.phonemes for word in PHONEMIZERS[name].phonemize(text)}
    for word in words:
        written = text[word.char_start : word.char_end]
        if written in ("One", "two", "things", ",", ":", "!"):
            assert word.phonemes == alone[written]


@pytest.mark.parametrize("name", PHONEMIZERS)
@given(RAW, st.lists(st.integers(0, 60), max_size=8))
@settings(max_examples=60, deadline=None)
def test_nothing_in_a_text_is_too_much_for_given_words(name: str, text: str, places: list[int]) -> None:
    """Given words may begin and end anywhere but at white space."""
    marks = [place for place in sorted(set(places)) if place <= len(text)]
    given_words = [
        Given(phonemes="ɡˈa", char_start=start, char_end=end)
        for start, end in zip(marks[::2], marks[1::2], strict=False)
        if text[start:end] == text[start:end].strip()
    ]
    words = phonemize_given(PHONEMIZERS[name], text, given_words)
    check_words(text, words)
    assert [word.char_start for word in words if word.phonemes.startswith("ɡˈa")] == [g.char_start for g in given_words]


def test_a_given_word_takes_an_english_s_with_it() -> None:
    def said(text: str, phonemes: str) -> list[tuple[str, str]]:
        item = Given(phonemes=phonemes, char_start=0, char_end=3)
        return [
            (text[word.char_start : word.char_end], word.phonemes)
            for word in phonemize_given(PHONEMIZERS["en-us"], text, [item])
        ]

    assert said("qux's", "kˈʌks") == [("qux's", "kˈʌksᵻz")]
    assert said("qux’s", "kˈʌt") == [("qux’s", "kˈʌts")]
    assert said("qux'd", "kˈʌ")[0] == ("qux", "kˈʌ")


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
