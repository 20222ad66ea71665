import os
import re
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from training.corpus.coverage import Coverage, diphones
from training.corpus.grammar import read_grammar, vocabulary
from training.corpus.inflection import verb_forms, with_s
from training.corpus.quantities import TERMINALS
from training.corpus.reserved import reserved, words_of
from training.corpus.sentences import GRAMMAR_KINDS, LONGEST_CHARACTERS, LONGEST_WORDS, sentences
from training.corpus.word_strings import Shape, make_string
from training.lines import read_line

ROOT = Path(__file__).parents[2]
COUNT = 400
WH_WORDS = r"(?i)\W*(what|who|where|when|why|how|which|whose)\b"


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return sentences(COUNT, 1)


def test_corpus_has_as_many_lines_as_asked_for(lines: list[str]) -> None:
    assert len(lines) == COUNT
    assert len(sentences(7, 1)) == 7
    assert sentences(0, 1) == []


def test_corpus_is_the_same_for_a_seed_whatever_the_hash_order() -> None:
    code = "from training.corpus.sentences import sentences; print('|'.join(sentences(40, 5)))"
    said = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    ]
    assert said[0] == said[1]
    assert said[0].decode().rstrip("\r\n") == "|".join(sentences(40, 5))


def test_another_seed_gives_another_corpus(lines: list[str]) -> None:
    assert len(set(lines) & set(sentences(COUNT, 2))) < COUNT / 4


def test_lines_are_distinct(lines: list[str]) -> None:
    assert len(set(lines)) == COUNT


def test_lines_are_short_enough(lines: list[str]) -> None:
    assert all(1 <= len(line.split()) <= LONGEST_WORDS and len(line) <= LONGEST_CHARACTERS for line in lines)


def test_questions_are_about_an_eighth_of_both_kinds(lines: list[str]) -> None:
    questions = [line for line in lines if line.rstrip("”)").endswith("?")]
    wh_share = sum(re.match(WH_WORDS, line) is not None for line in questions) / len(questions)
    assert 0.08 < len(questions) / COUNT < 0.17
    assert 0.25 < wh_share < 0.75


def test_exclamations_are_about_a_twelfth(lines: list[str]) -> None:
    assert 0.04 < sum(line.endswith("!") for line in lines) / COUNT < 0.13


def test_a_third_of_lines_have_a_mark_inside(lines: list[str]) -> None:
    assert sum(re.search(r"[,;:—…]\W*\w", line) is not None for line in lines) / COUNT > 0.3


def test_no_line_has_the_words_of_a_judge_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    banned = frozenset(words_of(line) for line in sentences(40, 1))
    monkeypatch.setattr("training.corpus.sentences.reserved", lambda: banned)
    assert banned.isdisjoint(words_of(line) for line in sentences(40, 1))


def test_judge_has_two_lists_of_120_sentences(lines: list[str]) -> None:
    assert len(reserved()) == 240
    assert reserved().isdisjoint(words_of(line) for line in lines)
    assert words_of("The weather is very nice — today!") in reserved()


def test_lines_have_plain_ascii_and_few_typographic_marks(lines: list[str]) -> None:
    assert all(re.fullmatch("[ -~—…“”’]+", line) for line in lines)


def test_phonemes_of_every_line_are_in_the_kokoro_table(lines: list[str]) -> None:
    for line in map(read_line, lines):
        assert line.phonemes
        assert len(line.tokens) == len(line.phonemes) + 2, line.text


def test_more_lines_cover_more_diphones(lines: list[str]) -> None:
    sizes, coverage = [], Coverage()
    for number, line in enumerate(lines):
        coverage.add(line)
        if number in (50, 150, COUNT - 1):
            sizes.append(len(coverage))
    assert sizes[0] < sizes[1] < sizes[2]


def test_chosen_strings_cover_more_diphones_than_strings_at_random(
    lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.corpus.sentences.CANDIDATES", 1)
    chosen, unchosen = ({pair for line in some for pair in diphones(line)} for some in (lines, sentences(COUNT, 1)))
    assert len(chosen) > len(unchosen)


def test_every_kind_of_the_grammar_can_be_expanded() -> None:
    grammar = read_grammar(TERMINALS)
    for kind in (*GRAMMAR_KINDS, "quantity"):
        made = [grammar.line(kind, Random(seed)) for seed in range(300)]
        assert not any(re.search(r"[{}_^]|  ", line) for line in made)
        assert all(re.match(r"[“(]?[A-Z0-9$]", line) for line in made)


def test_vocabulary_has_a_thousand_words() -> None:
    assert len({word for words in vocabulary().values() for word in words}) > 1000


def test_questions_of_strings_begin_as_their_shape_says() -> None:
    shape = Shape(length_words=6, ending="?", opening="wh")
    assert all(re.match(WH_WORDS, make_string(shape, Random(seed))) for seed in range(50))


@pytest.mark.parametrize(
    ("entry", "forms"),
    [
        ("carry", "carry carries carried carried carrying"),
        ("drop", "drop drops dropped dropped dropping"),
        ("catch/caught/caught", "catch catches caught caught catching"),
        ("see/saw/seen", "see sees saw seen seeing"),
        ("take/took/taken", "take takes took taken taking"),
        ("visit", "visit visits visited visited visiting"),
        ("admit", "admit admits admitted admitted admitting"),
        ("play", "play plays played played playing"),
    ],
)
def test_verbs_have_their_forms(entry: str, forms: str) -> None:
    assert list(verb_forms(entry).values()) == forms.split()


def test_nouns_have_their_plurals() -> None:
    assert [with_s(noun) for noun in ("bus", "berry", "key", "thief", "bench", "lamp")] == (
        "buses berries keys thieves benches lamps".split()
    )
