"""Tags the words that are nouns and verbs alike, or adjectives: "record", "live", "close", "read".

These are the words whose sound depends on the tag, so most of the tagger's care goes to them.
"""

from typing import Final

from utterd.stages.g2p.sentence import VERB_TAGS, Sentence
from utterd.stages.g2p.word_classes import (
    ADJECTIVES_TOO,
    BE,
    COMPOUND_PLURALS,
    DO,
    FLEXIBLE,
    GET,
    HAVE,
    OBJECTS,
    PARTICLES,
    PAST_CUES,
    PERCEIVE,
    PRESENT_CUES,
    SINGULAR_SUBJECTS,
    SMALL_THINGS,
    SUBJECTS,
    VERBS_AFTER_A_NOUN,
)

_NOUN_MAKERS: Final = frozenset(("DT", "PRP$", "JJ", "CD", "IN", "WP$"))
"""After these a flexible word is a noun."""
_BARE_VERB_AFTER: Final = DO - {"make", "makes", "made", "help", "helps"}
_BEFORE_A_GOAL: Final = frozenset(("from", "due", "thanks", "according", "access", "back", "next"))
"""Behind "to", after one of these, stands a noun."""


def is_flexible(small: str) -> bool:
    """Is it one of these words, or its form in -s? `small` is in lower case."""
    return small in FLEXIBLE or (small.endswith("s") and (small[:-1] in FLEXIBLE or small[:-2] in FLEXIBLE))


def tag_flexible(sentence: Sentence, index: int) -> str:
    """The tag of the flexible word at `index`."""
    small = sentence.small[index]
    if small == "read":
        return _tag_read(sentence, index)
    if special := _tag_special(sentence, index):
        return special
    is_s_form = small not in FLEXIBLE
    noun, verb = ("NNS", "VBZ") if is_s_form else ("NN", "VB")
    if _is_verb_by_subject(sentence, index, is_s_form=is_s_form):
        return verb
    if small in ADJECTIVES_TOO and _is_adjective(sentence, index):
        return "JJ"
    if sentence.previous(index) in BE and sentence.previous(index - 1) != "there":
        return "JJ"
    is_verb = _is_verb_by_neighbours(sentence, index, is_s_form=is_s_form)
    if is_verb is not None:
        return verb if is_verb else noun
    is_name = sentence.words[index][0].isupper() and index > 0 and not sentence.is_shouted
    return "NNP" if is_name else noun


def _tag_special(sentence: Sentence, index: int) -> str | None:
    """Words with habits of their own."""
    small, following, previous = sentence.small[index], sentence.next(index), sentence.previous(index)
    if small == "wound":
        if following in PARTICLES or (sentence.tag_before(index) == "PRP" and sentence.begins_object(index + 1)):
            return "VBD"
        return "NN"
    if small == "live" and previous in OBJECTS:
        return "RB"
    if small == "close" and following == "to" and sentence.anchor_tag(index) not in ("MD", "TO"):
        return "JJ"
    if small == "minute":
        return "JJ" if following in SMALL_THINGS else "NN"
    return None


def _is_verb_by_subject(sentence: Sentence, index: int, *, is_s_form: bool) -> bool:
    """Is there a subject, an auxiliary or "to" before it that calls for a verb?"""
    tag, anchor = sentence.anchor_tag(index), sentence.anchor(index)
    if is_s_form:
        if anchor in ("this", "that", "which") and tag == "DT":
            return sentence.begins_object(index + 1)
        return anchor in SINGULAR_SUBJECTS and tag in ("PRP", "WP", "WDT")
    if tag == "TO":
        return sentence.before_anchor(index) not in _BEFORE_A_GOAL
    if tag == "MD" or anchor in _BARE_VERB_AFTER:
        return True
    if anchor in SUBJECTS and tag in ("PRP", "WP", "WDT", "NNS"):
        return True
    return anchor in OBJECTS and sentence.before_anchor(index) in DO | PERCEIVE


def _is_adjective(sentence: Sentence, index: int) -> bool:
    if sentence.previous(index) in BE | GET or sentence.anchor(index) in BE | GET:
        return True
    makes_noun = sentence.tag_before(index) in _NOUN_MAKERS or index == 0
    return sentence.is_noun_like(index + 1) and makes_noun and sentence.small[index] != "live"


def _is_verb_by_neighbours(sentence: Sentence, index: int, *, is_s_form: bool) -> bool | None:
    """As the words next to it have it; None: they do not tell."""
    before, small = sentence.tag_before(index), sentence.small[index]
    has_object = sentence.begins_object(index + 1)
    if before in _NOUN_MAKERS or (before == "VBG" and not has_object):
        return False
    if sentence.opens_clause(index):
        return not is_s_form and (has_object or small == "close" or sentence.next(index) in PARTICLES)
    if before == "CC":
        return has_object or (len(sentence.tags) > 1 and sentence.tags[-2] in ("VB", "VBP", "VBZ"))
    if before in ("NNS", "NNPS") and not is_s_form:
        return sentence.previous(index) not in COMPOUND_PLURALS
    if before in ("NN", "NNP") and small in VERBS_AFTER_A_NOUN and not sentence.is_verb_like(index + 1):
        return not sentence.previous(index).endswith(("'s", "s'"))
    if before in ("NN", "NNP") and (is_s_form or before == "NNP") and has_object:
        return True
    if before in VERB_TAGS:
        return False
    return True if before == "RB" and has_object else None


def _tag_read(sentence: Sentence, index: int) -> str:
    """It rhymes with "red" when it is past: VBD or VBN."""
    anchor, tag = sentence.anchor(index), sentence.anchor_tag(index)
    if anchor in HAVE | BE | GET:
        return "VBN"
    if tag in ("MD", "TO") or anchor in DO or sentence.opens_clause(index):
        return "VB"
    if anchor in OBJECTS and sentence.before_anchor(index) in DO:
        return "VB"
    if tag in ("DT", "PRP$", "JJ"):
        return "NN"
    around = sentence.around(index)
    if around & PAST_CUES:
        return "VBD"
    following = sentence.next(index)
    is_habit = sentence.is_noun_like(index + 1) and following.endswith("s") and not following.endswith("ss")
    if around & PRESENT_CUES or is_habit or anchor in ("you", "who", "people"):
        return "VB"
    return "VBD" if tag in ("PRP", "NNP", "NN", "WP", "CC", "NNS", ",") else "VB"
