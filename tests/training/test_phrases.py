"""Which sentences a line has, and what kind each is."""

import pytest

from training.lines import read_line
from training.phrases import phrases_of


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("It rains.", ["statement"]),
        ("Does it rain?", ["yes_no"]),
        ("Why does it rain?", ["wh"]),
        ("And why does it rain?", ["wh"]),
        ("In which house do they live?", ["wh"]),
        ("What's that?", ["wh"]),
        ("Rain!", ["exclamation"]),
        ("It rains, does it not?", ["yes_no"]),
        ("Rain? No. How nice!", ["yes_no", "statement", "exclamation"]),
        ("“Is it?” she said.", ["yes_no", "statement"]),
        ("no mark at all", ["statement"]),
        ("Well… is it?", ["statement", "yes_no"]),
    ],
)
def test_kinds(text, kinds):
    assert [phrase.kind for phrase in phrases_of(read_line(text))] == kinds


def test_phrases_are_in_order_and_within_the_tokens():
    line = read_line("Rain? No, not today. How nice!")
    places = [place for phrase in phrases_of(line) for place in (phrase.first_token, phrase.end_token)]
    assert places == sorted(places)
    assert places[0] == 1
    assert places[-1] <= len(line.tokens) - 1


def test_a_question_words_tokens_are_its_own():
    line = read_line("But why not?")
    (phrase,) = phrases_of(line)
    assert line.phonemes[phrase.wh_first_token - 1 : phrase.wh_end_token - 1] == line.words[1].phonemes
