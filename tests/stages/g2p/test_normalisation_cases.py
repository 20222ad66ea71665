"""The tables of cases/normalisation.txt, which says itself how they are to be read."""

import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, cast

import pytest

from utterd.stages.chunks import Profile
from utterd.stages.g2p.normalize import normalize
from utterd.stages.g2p.phonemizer import Phonemizer
from utterd.stages.g2p.spoken import join_spans
from utterd.stages.g2p.stage import Phonemizers

TABLES = Path(__file__).with_name("cases") / "normalisation.txt"
HEADING = re.compile(r"== (?P<kind>[^\[]+?)(?: \[(?P<language>\w\w(?:-\w\w)?)?(?P<profile>chat|code|pdf)?\])?")


class Case(NamedTuple):
    kind: str
    language: str
    profile: Profile
    written: str
    spoken: str


def read_tables(text: str) -> Iterator[Case]:
    kind, language, profile = "", "", ""
    for row in text.splitlines():
        if heading := HEADING.fullmatch(row):
            kind, language, profile = heading["kind"], heading["language"] or "en-us", heading["profile"] or "prose"
        elif row and kind:
            written, bar, spoken = row.replace("\\|", "\0").partition(" |")
            assert bar, row
            yield Case(kind, language, cast(Profile, profile), plain(written), name_letters(plain(spoken.strip())))


def plain(cell: str) -> str:
    for code, character in {"\0": "|", "\\n": "\n", "\\f": "\f", "\\u00ad": "\u00ad"}.items():
        cell = cell.replace(code, character)
    return cell


def name_letters(spoken: str) -> str:
    """A capital A by itself is the letter, and to close a bracket is no nearness: misaki cannot know."""
    return re.sub(r"\bA\b(?![.'])", "eh", spoken).replace("close ", "cloze ")


CASES = list(read_tables(TABLES.read_text(encoding="utf-8")))


@functools.cache
def phonemizers() -> Phonemizers:
    return Phonemizers()


@functools.cache
def phonemizer(language: str) -> Phonemizer:
    return phonemizers()(language)


def heard(text: str, language: str) -> str:
    """Its sounds, without stress, pauses and the gaps between words."""
    phonemes = "".join(word.phonemes for word in phonemizer(language).phonemize(text))
    return re.sub(r"[ˈˌ\s.,;:!?…—()“”\"-]", "", phonemes)


def words(case: Case) -> str:
    return join_spans(normalize(case.written, case.language, profile=case.profile)).text


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind}: {case.written!r}")
def test_text_is_heard_as_a_good_reader_says_it(case: Case) -> None:
    said = words(case)
    assert heard(said, case.language) == heard(case.spoken, case.language), said


def test_every_kind_of_text_has_at_least_eight_cases() -> None:
    kinds = [case.kind for case in CASES if case.language == "en-us"]
    assert len(CASES) >= 300
    assert {kind for kind in kinds if kinds.count(kind) < 8} == set()
