import pytest

from utterd.stages.chunks import PROFILES, Profile
from utterd.stages.g2p.kinds import kinds_in
from utterd.stages.g2p.languages import LANGUAGES
from utterd.stages.g2p.rules import rules_for, rules_of


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("profile", PROFILES)
def test_no_rule_matches_nothing(language: str, profile: Profile) -> None:
    text = "a 1. -\n(*)"
    for rule in rules_of(language, profile):
        assert all(match.end() > match.start() for match in rule.pattern.finditer(text)), rule.pattern.pattern


def test_plain_words_are_tried_by_few_rules() -> None:
    kinds = kinds_in("She went home, and he didn't.")
    assert len(rules_for("en-us", "prose", kinds)) < len(rules_of("en-us")) / 8


def test_the_rules_for_a_text_keep_their_order() -> None:
    every = rules_of("en-us")
    some = rules_for("en-us", "prose", kinds_in("$5 a.b, 3:45"))
    assert [rule for rule in every if rule in some] == list(some)
