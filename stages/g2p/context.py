"""What stands just before or behind a place in a text. Looks a bounded distance, so that a rule may ask every time."""

import re
from typing import Final

_REACH: Final = 24
"""In code points."""


def word_before(text: str, position: int) -> str:
    """The last word before `position`, as far as the space before it; its last 24 characters at most."""
    return text[max(0, position - _REACH) : position].rstrip().rpartition(" ")[2].rpartition("\n")[2]


def letters_before(text: str, position: int, longest: int) -> str:
    """The letters that end at `position`, with full stops between them; "" if there are more than `longest`."""
    start = position
    lowest = max(0, position - longest)
    while start > lowest and (text[start - 1].isalpha() or text[start - 1] == "."):
        start -= 1
    stands_apart = start == 0 or not (text[start - 1].isalnum() or text[start - 1] in "._")
    return text[start:position] if stands_apart else ""


_ARTICLES: Final = frozenset("a an the another this that one my your his her its our their".split())
_NOUN: Final = re.compile(
    r"[ -](?![a-z]{2,15}ed\b)(?!(?:of|in|on|at|to|for|from|by|or|and|but|per|a|an|the|is|are|was|were|be|has|had|have|"
    r"will|would|can|could|should|may|as|with|than|off|more|less|each|every|if|when|that|which|who|above|below|between|before|after|away|"
    r"apart|ago|later|long|wide|high|tall|deep|thick|i|you|he|she|it|we|they|my|your|his|her|its|our|their|this|not|"
    r"also|just|only|so|because|while|until|since|into|over|under|about)\b)[^\W\d_A-Z]"
)


def describes_what_follows(match: re.Match[str]) -> bool:
    """Does a measure stand between an article and a noun, as in "a 90° turn" and "the $20 bill"?"""
    article = word_before(match.string, match.start()).casefold()
    return article in _ARTICLES and bool(_NOUN.match(match.string, match.end()))
