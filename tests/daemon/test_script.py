"""Script places and source places, both ways."""

from array import array

import pytest

from utterd.daemon.script import OffsetMap, Run, Script, Style, describe_place

# Source: <a>xy&amp;z</a>q    Script: xy&zq
#         012345 67890123
ENTITY = OffsetMap(
    places=array("Q", [0, 2, 3, 4]),
    sources=array("Q", [3, 5, 10, 15]),
    source_ends=array("Q", [5, 10, 11, 16]),
    length=5,
)


def test_a_plain_text_is_its_own_script():
    script = Script.plain("Hello.")
    assert script.text == "Hello."
    assert script.runs == (Run(start=0, end=6, style=Style()),)
    assert (script.breaks, script.instructions, script.marks) == ((), (), ())
    assert script.offsets.to_source(2, 5) == (2, 5)
    assert script.offsets.to_source(3, 3) == (3, 3)
    assert script.offsets.to_script(4) == 4


def test_an_empty_text_has_no_runs():
    assert Script.plain("").runs == ()
    assert Script.plain("").offsets.to_source(0, 0) == (0, 0)


@pytest.mark.parametrize(
    ("script", "source"),
    [
        ((0, 1), (3, 4)),
        ((0, 2), (3, 5)),
        ((1, 3), (4, 10)),
        ((2, 3), (5, 10)),
        ((3, 4), (10, 11)),
        ((3, 5), (10, 16)),
        ((0, 5), (3, 16)),
        ((2, 2), (5, 5)),
        ((4, 4), (15, 15)),
        ((5, 5), (16, 16)),
    ],
)
def test_a_stretch_of_the_script_has_its_place_in_the_source(script, source):
    assert ENTITY.to_source(*script) == source


def test_places_behind_the_end_are_taken_for_the_end():
    assert ENTITY.to_source(4, 99) == (15, 16)
    assert ENTITY.to_source(99, 99) == (16, 16)


@pytest.mark.parametrize(
    ("source", "script"),
    [(0, 0), (3, 0), (4, 1), (5, 2), (6, 3), (9, 3), (10, 3), (11, 4), (14, 4), (15, 4), (16, 5), (99, 5)],
)
def test_a_source_place_leads_to_what_is_spoken_from_there_on(source, script):
    assert ENTITY.to_script(source) == script


@pytest.mark.parametrize(
    ("place", "words"),
    [(0, "line 1, column 1"), (2, "line 1, column 3"), (3, "line 2, column 1"), (5, "line 3, column 1")],
)
def test_people_count_lines_and_columns_from_one(place, words):
    assert describe_place("ab\nc\nd", place) == words
