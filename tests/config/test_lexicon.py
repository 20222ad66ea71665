from typing import Any

import pytest

from utterd.config.lexicon import LANGUAGE_NAMES, PARTS_OF_SPEECH, TEXT_LIMIT, Entry, LexiconError, parse_entries
from utterd.stages.g2p.languages import LANGUAGES, normalise_language
from utterd.stages.g2p.word_classes import TAGS


def test_an_entry_may_be_written_in_every_way_the_docstring_shows():
    table = {
        "nginx": "engine x",
        "Visual Studio": {"ipa": "ˈvɪʒuəl"},
        "SQL": {"say": "sequel", "case": True},
        "lead": [{"ipa": "lɛd", "pos": "noun"}, "leed"],
        "Paris": {"ipa": "paʁi", "lang": "fr"},
    }
    assert list(parse_entries(table)) == [
        Entry(word="nginx", say="engine x"),
        Entry(word="Visual Studio", ipa="ˈvɪʒuəl"),
        Entry(word="SQL", say="sequel", case=True),
        Entry(word="lead", ipa="lɛd", pos="noun"),
        Entry(word="lead", say="leed"),
        Entry(word="Paris", ipa="paʁi", lang="fr"),
    ]


@pytest.mark.parametrize(
    ("word", "value", "complaint"),
    [
        ("a", {"ipa": "b@"}, r"'a': '@' \(COMMERCIAL AT\), symbol 2"),
        ("a", {}, "'a' needs one of say and ipa"),
        ("a", "", "'a' needs one of say and ipa"),
        ("a", " ", "'a' needs one of say and ipa"),
        ("a", {"say": "b", "ipa": "b"}, "'a' needs one of say and ipa"),
        ("a", 5, "'a' should be"),
        ("a", [["b"]], "'a' should be"),
        ("node", {"js": "b"}, "unknown key 'js'.* needs quotes"),
        ("a", {"say": 5}, "'a': say should be text in quotes"),
        ("a", {"say": "b", "case": "yes"}, "'a': case should be true or false"),
        ("a", {"say": "b", "pos": "thing"}, "pos is 'thing', but should be one of noun"),
        ("a", {"say": "b", "lang": "klingon"}, "lang is 'klingon', but should be one of en"),
        ("a", {"say": "b", "lang": "fr", "pos": "noun"}, "English alone, not in 'fr'"),
        (" a", "b", "spaces at its ends"),
        ("", "b", "is empty"),
        ("a" * (TEXT_LIMIT + 1), "b", "over 200 characters"),
        ("a", "b\nc", "unprintable"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(word: str, value: Any, complaint: str):
    with pytest.raises(LexiconError, match=complaint):
        list(parse_entries({word: value}))


@pytest.mark.parametrize(
    ("lang", "pos", "suited"),
    [
        ("", "", set(LANGUAGES)),
        ("en", "", {"en-us", "en-gb"}),
        ("en-gb", "", {"en-gb"}),
        ("fr", "", {"fr-fr"}),
        ("pt-br", "", {"pt-br"}),
        ("hi", "", {"hi"}),
        ("", "verb", {"en-us", "en-gb"}),
    ],
)
def test_an_entry_counts_in_its_languages(lang: str, pos: str, suited: set[str]):
    entry = Entry(word="a", say="b", lang=lang, pos=pos)
    assert {language for language in LANGUAGES if entry.suits(language)} == suited


def test_every_language_name_is_one_that_is_known_elsewhere():
    for name in LANGUAGE_NAMES:
        assert Entry(word="a", say="b", lang=name).suits(normalise_language(name))


def test_every_part_of_speech_is_a_tag_of_the_tagger():
    tags = set(TAGS.values()) | {"NN", "NNS", "NNP", "VBN", "VBD", "JJ", "RB"}
    for beginnings in PARTS_OF_SPEECH.values():
        for beginning in beginnings:
            assert any(tag.startswith(beginning) for tag in tags), beginning
