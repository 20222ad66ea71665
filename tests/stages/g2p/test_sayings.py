"""Sayings made of given words; what whole units make of them is in test_stage.py."""

import pytest

from utterd.stages.chunks import Pause
from utterd.stages.g2p.normalize import Span
from utterd.stages.g2p.phonemizer import Word
from utterd.stages.g2p.pieces import Saying
from utterd.stages.g2p.sayings import end_with_mark, place, without_lead, without_silence
from utterd.stages.g2p.spoken import join_spans


def saying(phonemes: str, start: int = 0, end: int = 1, *, space_after: bool = False) -> Saying:
    is_word = phonemes.isalpha()
    return Saying(phonemes=phonemes, char_start=start, char_end=end, is_word=is_word, space_after=space_after)


def test_words_that_stand_for_one_place_are_said_as_one() -> None:
    spoken = join_spans(
        [
            Span(text="a b", char_start=0, char_end=1, kind="expanded"),
            Span(text=" c", char_start=1, char_end=3, kind="spoken"),
        ]
    )
    words = [
        Word(phonemes=letter, char_start=start, char_end=start + 1, space_after=start < 4)
        for letter, start in (("a", 0), ("b", 2), ("k", 4))
    ]
    made = list(place(words, spoken))
    assert [(one.phonemes, one.char_start, one.char_end) for one in made] == [("a b", 0, 1), ("k", 2, 3)]


def test_what_has_no_phonemes_keeps_its_neighbours_apart() -> None:
    kept = without_silence([saying("a"), saying("", space_after=True), saying("b")])
    assert [(one.phonemes, one.space_after) for one in kept] == [("a", True), ("b", False)]


def test_marks_before_the_first_word_go() -> None:
    assert [one.phonemes for one in without_lead([saying("—"), saying(","), saying("a"), saying(",")])] == ["a", ","]


@pytest.mark.parametrize(("pause", "mark"), [("none", []), ("clause", [","]), ("sentence", ["."])])
def test_a_mark_is_added_that_suits_the_pause(pause: Pause, mark: list[str]) -> None:
    sayings = [saying("a", space_after=True)]
    end_with_mark(sayings, pause)
    assert [one.phonemes for one in sayings] == ["a", *mark]
    end_with_mark(sayings, pause)
    assert [one.phonemes for one in sayings] == ["a", *mark]
