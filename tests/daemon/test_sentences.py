"""Which sentence a place is in, and what lies a step before or behind it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from utterd.daemon.sentences import paragraph_around, sentence_around, step

TEXT = "The first one. A second, with Dr. Ito in it! Third?\n\nA new paragraph begins. It ends."
SECOND, THIRD, NEW, LAST = (TEXT.index(words) for words in ("A second", "Third", "A new", "It ends"))


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        (0, (0, SECOND)),
        (13, (0, SECOND)),
        (SECOND, (SECOND, THIRD)),
        (TEXT.index("Ito"), (SECOND, THIRD)),
        (THIRD + 2, (THIRD, NEW)),
        (NEW, (NEW, LAST)),
        (len(TEXT) - 1, (LAST, len(TEXT))),
    ],
)
def test_the_sentence_around_a_place(place, sentence):
    assert sentence_around(TEXT, place) == sentence


def test_the_paragraph_around_a_place():
    assert paragraph_around(TEXT, THIRD) == (0, NEW)
    assert paragraph_around(TEXT, LAST) == (NEW, len(TEXT))


@pytest.mark.parametrize(
    ("place", "by", "count", "found"),
    [
        (0, "word", 1, 4),
        (4, "word", -1, 0),
        (0, "word", -1, 0),
        (LAST, "word", 5, len(TEXT)),
        (0, "sentence", 1, SECOND),
        (0, "sentence", 2, THIRD),
        (LAST, "sentence", 1, len(TEXT)),
        (LAST + 3, "sentence", -1, NEW),  # near its start: to the one before
        (TEXT.index("in it!"), "sentence", -1, SECOND),  # well inside: to its start
        (TEXT.index("in it!"), "sentence", -2, 0),
        (0, "paragraph", 1, NEW),
        (LAST, "paragraph", -1, NEW),
        (NEW + 2, "paragraph", -1, 0),
    ],
)
def test_a_step(place, by, count, found):
    assert step(TEXT, place, by, count) == found


def test_a_book_costs_no_more_than_a_page():
    book = "A sentence of a book without any end. " * 100_000
    place = len(book) // 2
    start, end = sentence_around(book, place)
    assert book[start:end] == "A sentence of a book without any end. "


@given(st.text(alphabet="ab. !\n,", max_size=300), st.data())
def test_steps_stay_within_the_text_and_go_the_right_way(text, data):
    place = data.draw(st.integers(0, max(0, len(text) - 1)))
    by = data.draw(st.sampled_from(["word", "sentence", "paragraph"]))
    assert place <= step(text, place, by, 1) <= len(text)
    assert 0 <= step(text, place, by, -1) <= place
    start, end = sentence_around(text, place)
    assert not text or start <= place < end or text[place].isspace()
