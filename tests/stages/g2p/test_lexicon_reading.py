"""The lexicon and `phoneme` marks in whole units, through the real stage."""

from pathlib import Path

import pytest
from rig.g2p_reader import Reader

from utterd.stages.g2p.stage import G2p

WORDS = """
gizmo = {ipa = "ɡɪzˈmoʊ"}
apple = {ipa = "ˈæpl̩"}
GB = "gigs"
"C++" = "see plus plus"
"Visual Studio" = "vee ess"
lead = [{ipa = "lɛd", pos = "noun"}, "leed"]
SQL = {say = "squeal", case = true}
utterd = "utter dee"
JSON = {ipa = "dʒeɪˈsɔn"}
"😀" = "grin"
"₪" = {ipa = "ˈʃɛkəl"}
nothing = "…"
Zed = "5 km"
"""


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    file: Path = tmp_path_factory.mktemp("lexicon") / "lexicon.toml"
    file.write_text(WORDS, "utf-8")
    return Reader(G2p.open("en-us", file))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a gizmo here", [("a", "ɐ"), ("gizmo", "ɡɪzmˈO"), ("here", "hˈɪɹ")]),
        ("the apple", [("the", "ði"), ("apple", "ˈæpᵊl")]),
        ("The gizmo's gizmo-based.", [("The", "ðə"), ("gizmo's", "ɡɪzmˈOz"), ("gizmo", "ɡɪzmˈO"), ("-based", "bˈAst")]),
        ("pre-gizmo, gizmos", [("pre-", "pɹˈi"), ("gizmo", "ɡɪzmˈO"), ("gizmos", "ɡˈɪzmOz")]),
        ("C++ and C++20", [("C++", "sˈi plˈʌs plˈʌs"), ("and", "ænd"), ("C++", "sˈi plˈʌs plˈʌs"), ("20", "twˈɛnti")]),
        ("Visual\n Studio", [("Visual\n Studio", "vˈi ˈɛs")]),
        ("SQL or sql", [("SQL", "skwˈil"), ("or", "ɔɹ"), ("sql", "sˈikwəl")]),
        ("JSON 😀 5₪", [("JSON", "ʤAsˈɔn"), ("😀", "ɡɹˈɪn"), ("5", "fˈIv"), ("₪", "ʃˈɛkəl")]),
        ("nothing", [("nothing", "nˈʌθɪŋ")]),
        ("Zed", [("Zed", "fˈIv kəlˈɑməTəɹz")]),
    ],
)
def test_a_word_is_said_as_the_lexicon_says_and_stays_in_its_place(
    reader: Reader, text: str, words: list[tuple[str, str]]
) -> None:
    assert reader.words(text) == words
    assert reader.dropped(text) == []


def test_a_word_is_told_by_its_part_of_speech(reader: Reader) -> None:
    said = [phonemes for written, phonemes in reader.words("The lead is here. I lead them.") if written == "lead"]
    assert said == ["lɛd", "lˈid"]


def test_a_word_inside_an_address_is_found_in_what_is_said_of_it(reader: Reader) -> None:
    assert reader.words("at https://gizmo.org/utterd") == [
        ("at", "æt"),
        ("https://gizmo.org/utterd", "ɡɪzmˈO dˈɑt ˈɔɹɡ slˈæʃ ˈʌTəɹ dˈi"),
    ]


def test_a_word_of_the_user_counts_more_than_a_rule_that_would_take_it_with_its_neighbours(reader: Reader) -> None:
    assert reader.words("5 GB") == [("5", "fˈIv"), ("GB", "ɡˈɪɡz")]


def test_what_is_built_in_does_not_disturb_the_rules() -> None:
    reader = Reader(G2p.open("en-us"))
    assert reader.words("PyPI, WiFi") == [("PyPI", "pˌIpiˈI"), ("WiFi", "wˈIfˌI")]
    assert reader.words("GitHub's 5 GB") == [("GitHub's", "ɡˈɪthˌʌbz"), ("5 GB", "fˈIv ɡˈɪɡəbˌIts")]


@pytest.mark.parametrize("language", ["es", "fr-fr", "it", "pt-br", "hi"])
def test_other_languages_have_the_users_words_too(reader: Reader, language: str) -> None:
    text = 'un gizmo "el gizmo", SQL; gizmo-gizmo'
    said = dict(reader.words(text, language))
    assert said["gizmo"] == "ɡɪzmˈO"
    assert reader.phonemes(text, language).count("ɡɪzmˈO") == 4
    assert "“" in reader.phonemes(text, language)
    assert "”" in reader.phonemes(text, language)
