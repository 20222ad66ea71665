"""Cuts English text into words and marks, as misaki expects a spaCy pipeline to do it.

Coarser than spaCy: contractions stay whole (misaki's dictionary knows them), and so does everything `normalize` has
already turned into words.
"""

import re
from dataclasses import dataclass
from typing import Final

_TOKEN: Final = re.compile(
    r"""(?P<elision> ['’] (?i:em|tis|twas|cause|til|till|bout|round|cos|n['’]?) (?!\w) | ['’]\d\ds?(?!\w)
            | (?<=\S)['’](?:s|d|ll|re|ve|m)(?!\w) )
      | (?P<abbreviation> (?:Mr|Mrs|Ms|Dr|etc)\. | (?:[^\W\d_]{1,2}\.){2,} | (?:[^\W\d_]{1,2}\.)+[^\W\d_]{1,2}\b )
      | (?P<number> (?:(?<!\w)-)?\d+(?:[.,]\d+)*(?:['’]?[^\W\d_]+)? )
      | (?P<word> [^\W_](?:[^\W_]|[\u0300-\u036f\u0900-\u0903\u093a-\u094f\u0e31-\u0e4e])*
            (?:['’][^\W_]+)* (?:(?<=[sS])['’](?!\w))? )
      | (?P<marks> \.{2,} | [!?]+ )
      | (?P<other> \S )""",
    re.VERBOSE,
)


@dataclass(slots=True)
class Token:
    """What misaki reads of a spaCy token, and where it stands. misaki never changes it."""

    text: str
    whitespace_: str
    """ " " if a space follows."""
    char_start: int
    """In code points of the tokenized text."""
    tag_: str = ""
    """Penn Treebank part of speech."""
    alias: str | None = None
    """A word that sounds as this one does here: "led" for the metal."""


def tokenize(text: str) -> list[Token]:
    """Every character of `text` but its whitespace, in order."""
    tokens = []
    for match in _TOKEN.finditer(text):
        follows_space = match.end() < len(text) and text[match.end()].isspace()
        tokens.append(Token(match[0], " " if follows_space else "", match.start()))
    return tokens
