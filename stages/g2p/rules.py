"""Which rules read a language, in order of precedence."""

import functools

from utterd.stages.g2p.addresses import address_rules
from utterd.stages.g2p.english_amounts import AMOUNT_RULES
from utterd.stages.g2p.english_numbers import NUMBER_RULES, TELEPHONE_RULES, date_rules
from utterd.stages.g2p.english_words import WORD_RULES
from utterd.stages.g2p.markup import markup_rules
from utterd.stages.g2p.other_languages import other_rules
from utterd.stages.g2p.readings import Rule


@functools.cache
def rules_of(language: str) -> tuple[Rule, ...]:
    """The rules for `language`, one of `languages.LANGUAGES`: each is tried on what those before it have left."""
    common = markup_rules(language) + address_rules(language)
    if not language.startswith("en"):
        return common + other_rules(language)
    dates = date_rules(day_first=language == "en-gb")
    return common + dates + TELEPHONE_RULES + AMOUNT_RULES + WORD_RULES + NUMBER_RULES
