import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from utterd.stages.g2p.segment import LONGEST_UNIT, Segmenter, Unit, is_speakable

WORDS = st.sampled_from(
    [
        *"a and the of which but Dr. Mr. e.g. U.S. No. 5 3.14 v1.2 J. St. etc. I He Then went, said: “yes” (no) — "
        "- … ... word. word? word! \"Go!\" 'No.' 你好。 हैं। https://example.com/a.b main.py x\u0301 👩‍👩‍👧 1. #".split(),
        *["\n", "\n\n", "\r\n", "\t", "  ", "ab\u2029"],
    ]
)
PROSE = st.lists(WORDS, max_size=120).map(" ".join)
TEXTS = st.one_of(
    st.text(max_size=700),
    PROSE,
    st.lists(st.sampled_from(list(" .,!?…\n\"'()aA1—\u0301。")), max_size=600).map("".join),
    st.builds(lambda part, times: part * times, st.text(min_size=1, max_size=5), st.integers(1, 300)),
)


def units_of(text: str) -> list[Unit]:
    return list(Segmenter(text))


@given(TEXTS)
def test_the_units_joined_are_the_text(text: str) -> None:
    units = units_of(text)
    assert "".join(unit.text for unit in units) == text
    assert [unit.char_start for unit in units] == list(itertools.accumulate((len(u.text) for u in units), initial=0))[
        :-1
    ]
    assert [unit.index for unit in units] == list(range(len(units)))


@given(TEXTS)
def test_no_unit_is_empty_or_too_long_and_the_last_one_alone_is_last(text: str) -> None:
    units = units_of(text)
    assert all(1 <= len(unit.text) <= LONGEST_UNIT for unit in units)
    assert [unit.is_last for unit in units] == [False] * (len(units) - 1) + [True] * bool(units)


@given(TEXTS)
def test_a_segmenter_begun_at_any_unit_goes_on_as_the_first_one_did(text: str) -> None:
    units = units_of(text)
    for unit in units:
        assert list(Segmenter(text, char_start=unit.char_start, index=unit.index)) == units[unit.index :]


@given(TEXTS, st.text(max_size=50))
def test_the_first_unit_does_not_depend_on_what_comes_much_later(text: str, tail: str) -> None:
    near = (text + " and so on. " * 100)[: 2 * LONGEST_UNIT]
    assert next(Segmenter(near + "x" + tail)) == next(Segmenter(near + "x" + tail[::-1] + "!"))


@given(PROSE)
def test_units_begin_with_whitespace_only_at_the_start_of_the_text(text: str) -> None:
    assert not any(unit.text[0].isspace() for unit in units_of(text)[1:])


@pytest.mark.parametrize(
    "part",
    ["x", "1", ".", '"', "\n", " ", ", ", "a. ", "(.", "\u0301", "A\n", "! ", "Dr. ", "。", "-- ", "Mr.\n", "1. "],
)
def test_no_text_takes_more_than_linear_time(part: str) -> None:
    def seconds(length: int) -> float:
        text = part * (length // len(part))
        begun = time.process_time()
        for _ in Segmenter(text):
            pass
        return time.process_time() - begun

    assert seconds(40_000) < 2  # some 0.1 s; a quadratic way takes minutes


def test_the_first_unit_of_a_book_costs_what_that_of_a_line_does() -> None:
    book = "It was the best of times, it was the worst of times. " * 75_000
    begun = time.process_time()
    first = next(Segmenter(book))
    assert time.process_time() - begun < 0.05
    assert first.text == "It was the best of times, it was the worst of times. "


def test_a_short_sentence_is_one_unit() -> None:
    assert [u.text for u in units_of("Hello there, my friend. And a second sentence follows.")] == [
        "Hello there, my friend. ",
        "And a second sentence follows.",
    ]


def test_a_long_first_sentence_gives_its_first_clause_early() -> None:
    text = (
        "When the sun had gone down behind the hills, and the last of the swallows had gone to bed, which took a "
        "while, the fox came out of the wood to look for something to eat."
    )
    first, second, *_ = units_of(text)
    assert first.text == "When the sun had gone down behind the hills, "
    assert first.pause == "clause"
    assert second.text.startswith("and the last of the swallows had gone to bed, which took a while, ")


def test_a_long_sentence_without_commas_is_cut_before_a_phrase() -> None:
    text = (
        "The committee that met on the second floor of the old building decided after a long debate to wait for a year"
    )
    units = units_of(text)
    assert len(units) > 1
    assert all(unit.pause == "none" for unit in units[:-1])
    assert [unit.text.split()[0] for unit in units[1:]] == ["of"] * (len(units) - 1)
    assert min(len(unit.text.split()) for unit in units) >= 3


@given(st.integers(61, 700), st.integers(0, 3))
def test_no_cut_leaves_a_dangling_word(length: int, index: int) -> None:
    text = ("several words of a sentence without any commas " * 20)[:length].rstrip() + "."
    assert all(len(unit.text) >= 15 for unit in Segmenter(text, index=index))


def test_units_grow() -> None:
    text = "word " * 400
    lengths = [len(unit.text) for unit in units_of(text)]
    assert lengths[0] <= 60 < lengths[1] <= 120 < lengths[2] <= 240


def test_tiny_sentences_are_joined_but_not_over_a_line() -> None:
    assert [u.text for u in units_of("No. Yes. Why not ask him? He knows.")] == [
        "No. Yes. Why not ask him? ",
        "He knows.",
    ]
    assert [u.text for u in units_of("- tea\n- milk\n- bread and butter")] == [
        "- tea\n",
        "- milk\n",
        "- bread and butter",
    ]


def test_an_address_is_not_cut() -> None:
    text = "Read https://example.com/a/rather/long/path/that/does/not/fit/into/sixty/characters.html before you go."
    assert units_of(text)[0].text.endswith("characters.html ")


@pytest.mark.parametrize("unit", ["5 km", "Dr. Ito", "May 5"])
def test_a_word_cut_keeps_number_and_unit_together(unit: str) -> None:
    for words in range(6, 14):
        text = "verylongword " * words + f"{unit} " + "verylongword " * 40
        assert any(unit in cut.text for cut in Segmenter(text))


def test_an_accent_stays_with_its_letter() -> None:
    text = "e\u0301" * 1000
    assert all(unit.text[0] == "e" for unit in units_of(text))


@pytest.mark.parametrize(
    ("text", "pauses"),
    [
        ("One.\n\nTwo.", ["paragraph", "sentence"]),
        ("Title\n\nText begins.", ["paragraph", "sentence"]),
        ("Ends without a mark", ["sentence"]),
        ("Ends with a comma,", ["sentence"]),
        ("Blank lines behind.\n\n\n", ["paragraph"]),
        (" \n ", ["none"]),
    ],
)
def test_the_pause_tells_what_ended(text: str, pauses: list[str]) -> None:
    assert [unit.pause for unit in units_of(text)] == pauses


def test_whitespace_without_end_makes_no_pause_of_its_own() -> None:
    units = units_of("One." + "\n" * 2000 + "Two.")
    assert units[0].pause == "paragraph"
    assert {unit.pause for unit in units[1:-1]} == {"none"}
    assert units[-1].text.strip() == "Two."


def test_an_empty_text_has_no_units() -> None:
    assert units_of("") == []


@pytest.mark.parametrize("text", ["a", "…7", "é", "你", "%", "&", "$", "½", "...x", "₹", "😀"])
def test_a_letter_a_digit_or_a_named_symbol_is_speakable(text: str) -> None:
    assert is_speakable(text)


@pytest.mark.parametrize("text", ["", " ", "...", "—", "?!", "* * *", "_", "____", "\u200b", "\n\n", "“”", "#"])
def test_marks_are_not_speakable(text: str) -> None:
    assert not is_speakable(text)
