"""Units of scripts and streams: together they are the text, each in one style, and any place can be begun at."""

from hypothesis import given
from hypothesis import strategies as st

from utterd.daemon.light_marks import parse_light_marks
from utterd.daemon.script import Script
from utterd.daemon.units import FedUnit, Units

TEXT = "".join(f"This is sentence number {n} of a text that is not short at all. " for n in range(40))


def all_of(units: Units) -> list[FedUnit]:
    found = []
    while (unit := units.get(len(found))) is not None:
        found.append(unit)
    return found


def marked(source: str) -> list[FedUnit]:
    return all_of(Units(parse_light_marks(source)))


def test_the_units_are_the_text_and_the_last_one_says_so():
    units = all_of(Units(Script.plain(TEXT)))
    assert "".join(unit.text for unit in units) == TEXT
    assert [unit.is_last for unit in units] == [False] * (len(units) - 1) + [True]


def test_a_break_ends_a_unit_with_its_silence():
    first, second = marked("Wait[pause 300ms] for it.")
    assert (first.text, first.pause_ms) == ("Wait", 300)
    assert (second.text, second.pause_ms) == (" for it.", None)


def test_a_break_before_the_first_word_is_a_unit_of_its_own():
    first, second = marked("[pause 1s]Now.")
    assert (first.text, first.pause_ms, first.is_last) == ("", 1000, False)
    assert (second.text, second.is_last) == ("Now.", True)


def test_a_style_is_a_unit_of_its_own_without_a_pause_that_nobody_wrote():
    units = marked("I say [rate 1.5]very quickly[/rate] what I mean.")
    assert [(unit.text, unit.style.rate, unit.pause) for unit in units] == [
        ("I say ", 1.0, "none"),
        ("very quickly", 1.5, "none"),
        (" what I mean.", 1.0, "sentence"),
    ]


def test_instructions_and_marks_go_with_their_units():
    first, second = marked("[say-as characters]ABC[/say-as] is it. [mark here]And [sub doctor]Dr[/sub] Who.")
    assert [(each.char_start, each.char_end, each.kind) for each in first.instructions] == [(0, 3, "characters")]
    assert [each.name for each in second.marks] == ["here"]
    assert [each.value for each in second.instructions] == ["doctor"]


def test_what_is_read_as_one_is_not_torn_apart():
    words = "one two three four five six seven eight nine ten eleven twelve "
    for unit in marked(
        f"A start that is long enough to be cut [sub twelve words]{words}[/sub] and then the end of it all."
    ):
        for each in unit.instructions:
            assert each.char_end - each.char_start == len(words)


def test_a_place_far_ahead_is_reached_without_cutting_what_lies_between():
    units = Units(Script.plain(TEXT * 200))
    place = len(TEXT) * 150 + 100
    sequence = units.sequence_at(place)
    unit = units.get(sequence)
    assert unit.char_start <= place < unit.char_end
    assert units.count < 20


def test_behind_a_jump_and_back_the_text_goes_on_without_a_gap():
    units = Units(Script.plain(TEXT))
    for place in (0, 2000, 300, 2400, 10):
        sequence = units.sequence_at(place)
        text, start = "", units.get(sequence).char_start
        while (unit := units.get(sequence)) is not None:
            text += unit.text
            sequence += 1
        assert text == TEXT[start:]


def test_behind_the_end_there_is_nothing():
    assert Units(Script.plain("Short.")).sequence_at(6) is None


def test_behind_the_end_nothing_follows_that_had_not_been_cut_before():
    units = Units(Script.plain(TEXT))
    assert units.get(0) is not None
    assert units.sequence_at(len(TEXT)) is None
    assert units.get(units.count) is None
    assert units.get(units.sequence_at(0)).char_start == 0


@given(st.text(max_size=600), st.data())
def test_any_place_of_any_text_can_be_begun_at(text, data):
    units = Units(Script.plain(text))
    if text:
        place = data.draw(st.integers(0, len(text) - 1))
        unit = units.get(units.sequence_at(place))
        assert unit.char_start <= place < unit.char_end


# Streams


def stream_of(*pieces: str) -> tuple[Units, list[str]]:
    """What was cut after each piece."""
    units, cut = Units(Script.plain(""), is_open=True), []
    for piece in pieces:
        units.append(piece)
        while (unit := units.get(len(cut))) is not None:
            assert not unit.is_last
            cut.append(unit.text)
    return units, cut


def test_a_clause_is_cut_as_soon_as_something_follows_it():
    assert stream_of("Well, when the")[1] == []
    assert stream_of("When it rains, ")[1] == []
    assert stream_of("When it rains, ", "it")[1] == ["When it rains, "]


def test_a_number_that_is_being_written_is_not_torn():
    _, cut = stream_of("It costs 3", ".", "50 euros today. ", "Yes")
    assert cut == ["It costs 3.50 euros today. "]


def test_silence_flushes_what_there_is():
    units, _ = stream_of("Hello")
    assert units.flush()
    assert units.get(0).text == "Hello"
    assert not units.flush()


def test_the_end_of_a_stream_is_told_even_if_all_was_cut_before():
    units, _ = stream_of("Hello")
    units.flush()
    units.close()
    assert [(unit.text, unit.is_last) for unit in all_of(units)] == [("Hello", False), ("", True)]


@given(st.lists(st.text(alphabet="ab .,!?\n1", max_size=30), max_size=12), st.lists(st.booleans(), max_size=12))
def test_whatever_comes_in_whatever_pieces_the_units_are_the_text(pieces, flushes):
    units, cut = Units(Script.plain(""), is_open=True), 0
    for piece, flush in zip(pieces, [*flushes, *[False] * len(pieces)], strict=False):
        units.append(piece)
        while units.get(cut) is not None:
            cut += 1
        if flush and units.flush():
            cut += 1
    units.close()
    assert "".join(unit.text for unit in all_of(units)) == "".join(pieces)
    ends = [unit.is_last for unit in all_of(units)]
    assert not any(ends[:-1])
    assert not "".join(pieces) or ends[-1]
