import re

import pytest

from utterd.stages.g2p.context import describes_what_follows, letters_before, word_before


def test_the_word_before_a_place_is_found_over_white_space() -> None:
    assert word_before("in the year 1066", 12) == "year"
    assert word_before("Chapter\nIV", 8) == "Chapter"
    assert word_before("", 0) == ""


def test_no_more_than_a_bounded_stretch_is_looked_at() -> None:
    assert word_before("x" * 1000, 1000) == "x" * 24


def test_letters_before_a_stop_are_a_whole_word_or_nothing() -> None:
    assert letters_before("see Prof", 8, 8) == "Prof"
    assert letters_before("e.g", 3, 8) == "e.g"
    assert letters_before("unprofessional", 14, 8) == ""
    assert letters_before("x9Prof", 6, 8) == ""


@pytest.mark.parametrize(
    ("text", "describes"),
    [
        ("a 90° turn", True),
        ("an 8% rise", True),
        ("the 90° turn", True),
        ("at 90° turn", False),
        ("a 90° of", False),
        ("a 90°", False),
        ("a 90° I", False),
    ],
)
def test_a_measure_between_an_article_and_a_noun_describes_it(text: str, describes: bool) -> None:
    match = re.search(r"\d+[°%]", text)
    assert match
    assert describes_what_follows(match) == describes
