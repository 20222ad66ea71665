import pytest
from hypothesis import given
from hypothesis import strategies as st

from utterd.config.lexicon import Entry
from utterd.stages.g2p.lexicon_index import LexiconIndex, Pronunciation


def index_of(*words: str, language: str = "en-us") -> LexiconIndex:
    return LexiconIndex(([Entry(word=word, say=f"<{word}>") for word in words], ()), language)


def found(index: LexiconIndex, text: str) -> list[str]:
    return [text[word.char_start : word.char_end] for word in index.find(text)]


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("nginx", ["nginx"]),
        ("NGINX, (nginx) nginx-based nginx's _nginx_", ["NGINX", "nginx", "nginx", "nginx", "nginx"]),
        ("nginxes enginx nginx2", []),
        ("C++ and C and c++20, C+", ["C++", "c++"]),
        (".NET, ASP.net; net", [".NET", ".net"]),
        ("Visual Studio visual\n  studio VisualStudio Visual-Studio Visual", ["Visual Studio", "visual\n  studio"]),
        ("Visual Studio Code is Visual Studio", ["Visual Studio Code", "Visual Studio"]),
        ("café CAFÉ cafe\u0301 cafe", ["café", "CAFÉ", "cafe\u0301"]),
        ("Straße STRASSE", ["Straße", "STRASSE"]),
        ("हिन्दी हिन्दीका", ["हिन्दी"]),
        ("so 😀 so → so", ["😀", "→"]),
        ("", []),
    ],
)
def test_whole_words_are_found_and_the_longest_of_them(text: str, hits: list[str]) -> None:
    words = ("nginx", "C++", ".net", "Visual Studio", "visual studio code", "café", "Straße", "हिन्दी", "😀", "→")
    assert found(index_of(*words), text) == hits


def pronunciations(layers: list[list[Entry]], text: str, language: str = "en-us") -> list[Pronunciation]:
    return [one for word in LexiconIndex(layers, language).find(text) for one in word.pronunciations]


def test_the_stronger_layer_is_asked_first_and_in_one_layer_the_entry_with_more_conditions() -> None:
    layers = [
        [Entry(word="lead", say="a"), Entry(word="lead", say="b", pos="noun"), Entry(word="Lead", say="c", case=True)],
        [Entry(word="LEAD", say="d")],
        [Entry(word="lead", say="e")],
    ]
    assert [said.say for said in pronunciations(layers, "Lead")] == ["c", "b", "a", "d", "e"]
    assert [said.say for said in pronunciations(layers, "lead")] == ["b", "a", "d", "e"]
    assert [said.is_built_in for said in pronunciations(layers, "lead")] == [False, False, False, True]


def test_a_part_of_speech_is_told_by_the_beginning_of_its_tag() -> None:
    (said,) = pronunciations([[Entry(word="lead", say="a", pos="noun")], []], "lead")
    assert [said.is_meant(tag) for tag in ("NN", "NNS", "NNP", "VB", "")] == [True, True, True, False, False]


def test_an_entry_of_another_language_is_not_found() -> None:
    layers = [[Entry(word="a", say="b", lang="fr"), Entry(word="a", say="c", lang="en")], []]
    assert [said.say for said in pronunciations(layers, "a", "fr-fr")] == ["b"]
    assert [said.say for said in pronunciations(layers, "a", "en-gb")] == ["c"]
    assert pronunciations(layers, "a", "es") == []


def test_ipa_is_in_the_spelling_of_the_language() -> None:
    layers = [[Entry(word="a", ipa="ˈɡoʊ ˈkæt")], []]
    assert [said.phonemes for said in pronunciations(layers, "a", "en-us")] == ["ɡˈO kˈæt"]
    assert [said.phonemes for said in pronunciations(layers, "a", "en-gb")] == ["ɡˈQ kˈat"]


@given(st.text("abC+. _-\u0301é\n", max_size=60), st.lists(st.text("abC+.é", min_size=1, max_size=4), max_size=6))
def test_what_is_found_is_what_a_slow_search_finds_first(text: str, words: list[str]) -> None:
    """Every stretch found is, folded, one of the words, and what is passed over holds none of them whole."""
    index = index_of(*words)
    wanted = {fold(word) for word in words}
    last_end = 0
    for word in index.find(text):
        assert last_end <= word.char_start < word.char_end
        assert fold(text[word.char_start : word.char_end]) in wanted
        last_end = word.char_end
    if not index.find(text):
        assert fold(text) not in wanted


def fold(text: str) -> str:
    import unicodedata

    return " ".join(unicodedata.normalize("NFC", text).casefold().split())
