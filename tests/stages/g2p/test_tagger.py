import pytest
from hypothesis import given
from hypothesis import strategies as st

from utterd.stages.g2p.heteronyms import sound_alikes
from utterd.stages.g2p.tagger import tag_words
from utterd.stages.g2p.tokenizer import tokenize


def tagged(text: str) -> list[tuple[str, str]]:
    tokens = tokenize(text)
    tags = tag_words([token.text for token in tokens], [bool(token.whitespace_) for token in tokens])
    return [(token.text, tag) for token, tag in zip(tokens, tags, strict=True)]


@given(st.text(max_size=200))
def test_tokens_are_all_of_the_text_but_its_whitespace(text: str) -> None:
    tokens = tokenize(text)
    assert "".join(token.text for token in tokens) == "".join(text.split())
    assert all(text[token.char_start :].startswith(token.text) for token in tokens)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("It's five-year-old, isn't it?", "It's five - year - old , isn't it ?"),
        ("Mr. Ito of the U.S. left at 5 p.m.", "Mr. Ito of the U.S. left at 5 p.m."),
        ("a Ph.D. student", "a Ph.D. student"),
        ("rock 'n' roll of the '90s", "rock 'n' roll of the '90s"),
        ("the dogs' tails 'quoted' John's", "the dogs' tails ' quoted ' John's"),
        ("-5 or COVID-19, 1,000th", "-5 or COVID - 19 , 1,000th"),
        ("What?! Well… “so” (x)", "What ?! Well … “ so ” ( x )"),
        ("नमस्ते cafe\u0301", "नमस्ते cafe\u0301"),
    ],
)
def test_words_and_marks_are_told_apart(text: str, tokens: str) -> None:
    assert " ".join(token.text for token in tokenize(text)) == tokens


@given(st.lists(st.sampled_from("the a to I read live close that used her \" ' - . , ( ) 5 US".split()), max_size=30))
def test_every_word_gets_a_tag(words: list[str]) -> None:
    assert all(tag_words(words, [True] * len(words)))


def test_straight_quotes_open_and_close() -> None:
    tags = [tag for word, tag in tagged('"One," he said. "Two \'three\' four" ("five")') if word in "\"'"]
    assert tags == ["``", "''", "``", "``", "''", "''", "``", "''"]


def test_a_lone_apostrophe_is_no_quote() -> None:
    assert dict(tagged("in th' end"))["'"] == "NFP"


@pytest.mark.parametrize(
    ("text", "word", "tag"),
    [
        ("five-year-old", "-", "HYPH"),
        ("well - so", "-", ":"),
        ("the US economy", "US", "NNP"),
        ("give it to us", "us", "PRP"),
        ("GIVE IT TO US NOW", "IT", "PRP"),
        ("plan A is best", "A", "NN"),
        ("A plan", "A", "DT"),
        ("he said that he came", "that", "IN"),
        ("the dog that barks", "that", "WDT"),
        ("that dog", "that", "DT"),
        ("I used to go", "used", "VBD"),
        ("it is used to cut", "used", "VBN"),
        ("I am used to it", "used", "JJ"),
    ],
)
def test_words_of_many_trades_are_tagged_by_their_neighbours(text: str, word: str, tag: str) -> None:
    assert (word, tag) in tagged(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the lead pipe", {1: "led"}),
        ("take the lead", {}),
        ("the bass player played bass", {1: "base", 4: "base"}),
        ("a bass swam in the lake", {}),
        ("take a bow", {2: "bough"}),
        ("took a bow and arrow", {}),
        ("send your resume", {2: "résumé"}),
        ("resume the game", {}),
        ("polish the table", {0: "polish"}),
    ],
)
def test_what_the_tag_cannot_tell_the_words_around_do(text: str, expected: dict[int, str]) -> None:
    assert sound_alikes(text.split()) == expected
