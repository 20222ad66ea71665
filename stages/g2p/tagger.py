"""A light part-of-speech tagger: as much of a sentence as misaki's dictionary needs to choose between two readings.

No model, no statistics: known words, endings, and what stands around a word. It stands in for spaCy's where spaCy or
its English model is not installed.
"""

import re
from collections.abc import Sequence
from typing import Final

from utterd.stages.g2p.boundaries import LETTERED
from utterd.stages.g2p.flexible_words import is_flexible, tag_flexible
from utterd.stages.g2p.sentence import Sentence
from utterd.stages.g2p.word_classes import BE, DO, GET, HAVE, SUBJECTS, TAGS

_MARK_TAGS: Final = {
    ",": ",",
    **dict.fromkeys(("(", "[", "{"), "-LRB-"),
    **dict.fromkeys((")", "]", "}"), "-RRB-"),
    **dict.fromkeys(("“", "„"), "``"),
    "”": "''",
    **dict.fromkeys((":", ";", "…", "—", "–"), ":"),
}
_ACRONYMS_LIKE_WORDS: Final = frozenset(("US", "IT", "AM", "ID", "OS", "AI"))
_AFTER_A_LETTER: Final = frozenset(("dot", "slash", "dash", "and", "is", "was", "has"))


def tag_words(words: Sequence[str], spaced: Sequence[bool]) -> list[str]:
    """A Penn tag for every word and mark of one or a few sentences.

    Args:
        words: as `tokenizer` cuts them.
        spaced: for each, whether a space follows; a hyphen without one joins words.
    """
    sentence = Sentence(words, spaced)
    quotes = _Quotes()
    for index, word in enumerate(words):
        is_word = re.search(r"\w", word) is not None
        sentence.tags.append(_tag_word(sentence, index) if is_word else _tag_mark(sentence, index, quotes))
    return sentence.tags


class _Quotes:
    """Which straight quotes are open."""

    def __init__(self) -> None:
        self._is_open = {'"': False, "'": False}

    def tag(self, sentence: Sentence, index: int) -> str:
        """One that clings to one side alone tells by that; else they take turns."""
        mark = sentence.words[index]
        apart_before = index == 0 or sentence.spaced[index - 1] or sentence.tags[-1] in ("-LRB-", "``", ":")
        apart_behind = index + 1 == len(sentence.words) or sentence.spaced[index]
        is_closing = self._is_open[mark] if apart_before == apart_behind else apart_behind
        if is_closing and not self._is_open[mark]:
            return "NFP" if mark == "'" else "''"  # the apostrophe of "th'", or inches
        self._is_open[mark] = not is_closing
        return "''" if is_closing else "``"


def _tag_mark(sentence: Sentence, index: int, quotes: _Quotes) -> str:
    mark = sentence.words[index]
    if mark in ('"', "'"):
        return quotes.tag(sentence, index)
    if mark[0] in ".!?":
        return "." if len(mark) == 1 or mark[0] != "." else ":"
    if mark in ("-", "–"):
        is_joined = index > 0 and not sentence.spaced[index - 1] and not sentence.spaced[index]
        return "HYPH" if is_joined else ":"
    return _MARK_TAGS.get(mark, "NFP")


def _tag_word(sentence: Sentence, index: int) -> str:
    word, small = sentence.words[index], sentence.small[index]
    if word[0].isdigit() or (word[0] in "-'’" and word[1:2].isdigit()):
        return "CD"
    if word in _ACRONYMS_LIKE_WORDS and not sentence.is_shouted:
        return "NNP"
    if special := _tag_special(sentence, index):
        return special
    if small in TAGS:
        return TAGS[small]
    if is_flexible(small):
        return tag_flexible(sentence, index)
    return _tag_open(sentence, index)


def _tag_special(sentence: Sentence, index: int) -> str | None:
    """Words of the closed classes that belong to more than one of them."""
    word, small, following = sentence.words[index], sentence.small[index], sentence.next(index)
    before = sentence.tag_before(index)
    if small == "that":
        return _tag_that(sentence, index)
    if small == "who" and word == "WHO" and not sentence.is_shouted and before == "DT":
        return "NNP"
    if small == "a":
        is_named = sentence.previous(index) in LETTERED or before in ("NN", "NNP")  # plan A
        is_letter = word == "A" and (is_named or following in _AFTER_A_LETTER)
        return "NN" if is_letter or not following[:1].isalnum() else "DT"
    if small == "used":
        return _tag_used(sentence, index)
    if small == "like" and before in ("PRP", "MD", "TO", "VBP", "RB"):
        return "VBP" if before == "PRP" else "VB"
    if small == "her" and (not following.isalpha() or TAGS.get(following) in ("IN", "TO", "DT", "RB", "CC", "PRP")):
        return "PRP"
    return None


def _tag_that(sentence: Sentence, index: int) -> str:
    """DT is said with stress, IN and WDT without."""
    following, before = sentence.next(index), sentence.tag_before(index)
    follows = TAGS.get(following, "")
    if not following.isalpha():
        return "DT"
    if follows in ("DT", "PRP", "PRP$") or (follows == "IN" and before.startswith("V")):
        return "IN"
    if follows in ("VBZ", "VBP", "VBD", "MD", "VB"):
        return "WDT" if index > 0 and (before.startswith("N") or before in ("PRP", ",")) else "DT"
    return "WDT" if before in ("NN", "NNS", "NNP") else "DT"


def _tag_used(sentence: Sentence, index: int) -> str:
    """ "I used to go" and "I am used to it" are said with s, "it is used to cut" with z: VBN."""
    if sentence.previous(index) not in BE | GET:
        return "VBD"
    is_habit = sentence.next(index) == "to" and sentence.begins_object(index + 2)
    return "JJ" if is_habit or sentence.next(index + 1).endswith("ing") else "VBN"


def _tag_open(sentence: Sentence, index: int) -> str:
    """A word of which nothing is known."""
    word, small, before = sentence.words[index], sentence.small[index], sentence.tag_before(index)
    if word[0].isupper() and index > 0 and not sentence.is_shouted and before not in (".", ":", "``"):
        return "NNPS" if word.endswith("s") and word[:-1].isupper() else "NNP"  # APIs
    if small.endswith("'s"):
        return "NN"
    if before in ("TO", "MD") and not small.endswith(("ing", "ed", "ly")):
        return "VB"
    if by_ending := _tag_by_ending(sentence, index):
        return by_ending
    is_s_form = small.endswith("s") and not small.endswith(("ss", "us", "is"))
    if before in ("PRP", "WP") and sentence.previous(index) in SUBJECTS:
        return "VBZ" if is_s_form else "VBP"
    if sentence.anchor(index) in DO - {"make", "makes", "made"}:
        return "VB"
    if sentence.opens_clause(index) and sentence.begins_object(index + 1):
        return "VB"
    if sentence.previous(index) in BE | GET:
        return "JJ"
    return "NNS" if is_s_form else "NN"


def _tag_by_ending(sentence: Sentence, index: int) -> str | None:
    small, before = sentence.small[index], sentence.tag_before(index)
    if small.endswith("ly"):
        return "RB"
    if small.endswith("ing"):
        return "NN" if before in ("DT", "PRP$", "JJ") else "VBG"
    if small.endswith("ed") and len(small) > 4:
        is_participle = sentence.anchor(index) in BE | HAVE | GET
        return "VBN" if is_participle else "JJ" if before in ("DT", "PRP$") else "VBD"
    if small.endswith(("ous", "ful", "ible", "able", "ive", "ical", "less", "ish")):
        return "JJ"
    return None
