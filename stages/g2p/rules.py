"""Which rules read a language in a kind of text, in order of precedence."""

import functools

from utterd.stages.chunks import Profile
from utterd.stages.g2p.addresses import address_rules
from utterd.stages.g2p.code_marks import code_rules
from utterd.stages.g2p.emoji_names import emoji_rules
from utterd.stages.g2p.english_abbreviations import ABBREVIATION_RULES
from utterd.stages.g2p.english_dates import date_rules
from utterd.stages.g2p.english_money import MONEY_RULES
from utterd.stages.g2p.english_network import NETWORK_RULES, TELEPHONE_RULES
from utterd.stages.g2p.english_numbers import NUMBER_RULES
from utterd.stages.g2p.english_roman import ROMAN_RULES
from utterd.stages.g2p.english_units import UNIT_RULES
from utterd.stages.g2p.english_words import WORD_RULES
from utterd.stages.g2p.markdown import chat_rules
from utterd.stages.g2p.markup import markup_rules
from utterd.stages.g2p.other_languages import other_rules
from utterd.stages.g2p.pdf_pages import pdf_rules
from utterd.stages.g2p.readings import Rule


def rules_of(language: str, profile: Profile = "prose") -> tuple[Rule, ...]:
    """The rules for `language`, one of `languages.LANGUAGES`: each is tried on what those before it have left."""
    return _rules_of(language, profile)


@functools.cache
def _rules_of(language: str, profile: Profile) -> tuple[Rule, ...]:
    if profile == "code":
        return code_rules(language)
    leading = {"chat": chat_rules(language), "pdf": pdf_rules()}.get(profile, ())
    common = leading + markup_rules(language) + emoji_rules(language) + address_rules(language)
    if not language.startswith("en"):
        return common + other_rules(language)
    return common + _english_rules(language)


def _english_rules(language: str) -> tuple[Rule, ...]:
    figures = date_rules(day_first=language == "en-gb") + TELEPHONE_RULES + NETWORK_RULES + MONEY_RULES + UNIT_RULES
    return figures + ABBREVIATION_RULES + ROMAN_RULES + WORD_RULES + NUMBER_RULES


def rules_for(language: str, profile: Profile, kinds: frozenset[str]) -> tuple[Rule, ...]:
    """Those of the rules that can match in a text of these `kinds`."""
    return _rules_for(language, profile, kinds & _kinds_of_interest(language, profile))


@functools.cache
def _kinds_of_interest(language: str, profile: Profile) -> frozenset[str]:
    return frozenset().union(*(kinds for rule in rules_of(language, profile) for kinds in rule.needs))


@functools.lru_cache(maxsize=1024)
def _rules_for(language: str, profile: Profile, kinds: frozenset[str]) -> tuple[Rule, ...]:
    rules = rules_of(language, profile)
    return tuple(rule for rule in rules if not any(map(kinds.isdisjoint, rule.needs)))
