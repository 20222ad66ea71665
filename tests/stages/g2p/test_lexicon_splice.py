from hypothesis import given
from hypothesis import strategies as st

from utterd.stages.g2p.lexicon_splice import Change, locate, splice
from utterd.stages.g2p.normalize import Span
from utterd.stages.g2p.phonemizer import Given
from utterd.stages.g2p.spoken import SpokenText, join_spans


def spoken_text() -> SpokenText:
    """ "go 5 km on", with "5 km" as "five miles"."""
    return join_spans(
        [
            Span(text="go ", char_start=0, char_end=3, kind="spoken"),
            Span(text="five miles", char_start=3, char_end=7, kind="expanded"),
            Span(text=" on", char_start=7, char_end=10, kind="spoken"),
        ]
    )


def test_a_stretch_is_located_unless_others_are_said_with_it() -> None:
    spoken = spoken_text()
    assert locate(spoken, 0, 2) == (0, 2)
    assert locate(spoken, 3, 7) == (3, 13)
    assert locate(spoken, 0, 7) == (0, 13)
    assert locate(spoken, 3, 4) is None
    assert locate(spoken, 0, 5) is None
    assert locate(join_spans([]), 0, 1) == (0, 0)


def test_words_take_the_place_of_others() -> None:
    changed, given_ = splice(
        spoken_text(),
        [
            Change(first=3, last=13, char_start=3, char_end=7, words="far"),
            Change(first=14, last=16, char_start=8, char_end=10, words="on", phonemes="ˈɔn"),
        ],
    )
    assert changed.text == "go far on"
    assert changed.original(3, 6) == (3, 7)
    assert changed.original(7, 9) == (8, 10)
    assert given_ == (Given(phonemes="ˈɔn", char_start=7, char_end=9),)


def test_words_are_kept_apart_from_what_they_touch() -> None:
    spoken = join_spans([Span(text="a+b", char_start=0, char_end=3, kind="spoken")])
    changed, given_ = splice(spoken, [Change(first=1, last=2, char_start=1, char_end=2, words="und", phonemes="ʊnt")])
    assert changed.text == "a und b"
    assert given_ == (Given(phonemes="ʊnt", char_start=2, char_end=5),)
    assert [changed.original(place, place + 1) for place in (0, 3, 6)] == [(0, 1), (1, 2), (2, 3)]


@given(st.text("ab .", max_size=20), st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=4))
def test_places_stay_in_order_and_within_the_original(text: str, places: list[tuple[int, int]]) -> None:
    spoken = join_spans([Span(text=text, char_start=0, char_end=len(text), kind="spoken")] if text else [])
    changes = []
    last = 0
    for one, other in sorted((min(place), max(place)) for place in places):
        if last <= one < other <= len(spoken.text):
            start, end = spoken.original(one, other)
            changes.append(Change(first=one, last=other, char_start=start, char_end=end, words="x y", phonemes="a"))
            last = other
    changed, given_ = splice(spoken, changes)
    assert len(changed.text) == len(changed.starts) == len(changed.ends)
    assert list(changed.starts) == sorted(changed.starts)
    assert all(start < end <= len(text) for start, end in zip(changed.starts, changed.ends, strict=True))
    assert [changed.text[item.char_start : item.char_end] for item in given_] == ["x y"] * len(changes)
