import pytest
from hypothesis import given
from hypothesis import strategies as st

from utterd.stages.g2p.alignment import align

ALONE = {"qu'est-ce": "kɛs", "que": "kə", "c'est": "sˈɛ", "42": "kwaɾˈɛnta iðˈos", "come": "kˈome", "niño": "nˈiɲo"}


def aligned(written: str, spoken: str) -> list[tuple[str, str]]:
    words, sounds = written.split(), spoken.split()
    groups = align(words, sounds, lambda word: ALONE.get(word, word))
    return [(" ".join(words[g.first : g.last]), " ".join(sounds[g.spoken_first : g.spoken_last])) for g in groups]


def test_as_many_words_as_sounds_go_together_in_order() -> None:
    assert aligned("el niño come", "el nˈiɲo kˈome") == [("el", "el"), ("niño", "nˈiɲo"), ("come", "kˈome")]


def test_joined_words_share_their_sound() -> None:
    assert aligned("qu'est-ce que c'est", "kɛskˌə sˈɛ") == [("qu'est-ce que", "kɛskˌə"), ("c'est", "sˈɛ")]


def test_a_number_has_all_its_words() -> None:
    assert aligned("niño come 42", "nˈiɲo kˈome kwaɾˈɛnta iðˈos") == [
        ("niño", "nˈiɲo"),
        ("come", "kˈome"),
        ("42", "kwaɾˈɛnta iðˈos"),
    ]
    assert aligned("42 come", "kwaɾˈɛnta iðˈos kˈome") == [("42", "kwaɾˈɛnta iðˈos"), ("come", "kˈome")]


@pytest.mark.parametrize("spoken", ["", "a", "b " * 200])
def test_sounds_out_of_all_proportion_are_not_lost(spoken: str) -> None:
    assert " ".join(sound for _, sound in aligned("one two three", spoken)).split() == spoken.split()


@given(
    st.lists(st.text("abc1", min_size=1, max_size=6), min_size=1, max_size=25),
    st.lists(st.text("abc", min_size=1, max_size=6), max_size=40),
)
def test_groups_cover_both_sides_in_order(written: list[str], spoken: list[str]) -> None:
    groups = align(written, spoken, lambda word: word)
    assert [g.first for g in groups] == [0, *(g.last for g in groups[:-1])]
    assert [g.spoken_first for g in groups] == [0, *(g.spoken_last for g in groups[:-1])]
    assert (groups[-1].last, groups[-1].spoken_last) == (len(written), len(spoken))
    assert all(g.first < g.last for g in groups)
