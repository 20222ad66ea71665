"""How many stretches a map needs, and that they say where each character stands."""

from hypothesis import given
from hypothesis import strategies as st

from utterd.daemon.offset_stretches import OffsetStretches


def test_what_stands_in_one_piece_is_one_stretch():
    stretches = OffsetStretches()
    stretches.add(3, 7, 10)
    stretches.add(2, 10, 12)
    offsets = stretches.offset_map()
    assert (list(offsets.places), list(offsets.sources), list(offsets.source_ends)) == ([0], [7], [12])
    assert offsets.length == 5


def test_a_character_of_many_is_a_stretch_of_its_own():
    stretches = OffsetStretches()
    stretches.add(1, 0, 1)
    stretches.add(1, 1, 6)
    stretches.add(1, 6, 7)
    assert list(stretches.offset_map().source_ends) == [1, 6, 7]


def test_what_stands_apart_is_a_stretch_of_its_own():
    stretches = OffsetStretches()
    stretches.add(1, 0, 1)
    stretches.add(1, 5, 6)
    assert list(stretches.offset_map().places) == [0, 1]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4), st.booleans()), max_size=30))
def test_each_character_is_found_where_it_was_put(steps):
    stretches, source, expected = OffsetStretches(), 0, []
    for gap, size, is_one in steps:
        source += gap
        stretches.add(1 if is_one else size, source, source + size)
        expected += [(source, source + size)] if is_one else [(at, at + 1) for at in range(source, source + size)]
        source += size
    offsets = stretches.offset_map()
    assert [offsets.to_source(place, place + 1) for place in range(offsets.length)] == expected
    assert [offsets.to_script(start) for start, _ in expected] == list(range(offsets.length))
    assert all(
        offsets.to_script(at) == sum(start < at for start, _ in expected) for at in range(source + 2) if expected
    )
