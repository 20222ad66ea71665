"""Says the names that programmers give: getElementById, snake_case, utf8, README, one word after the other."""

import re
from typing import Final

from utterd.stages.g2p.english_letters import spell

_PART: Final = re.compile(r"[A-Z]{2,}s(?![^\W\d_A-Z])|[A-Z]+(?![^\W\d_A-Z])|[A-Z]?[^\W\d_A-Z]+|\d+")
"""Of a name: a run of capitals, a word, a figure."""
_IS_SERIAL: Final = re.compile(r"(?!(?:19|20)\d\d)\d{3,}")
_SPELLED: Final = frozenset(
    "ai api cc cgi cli cpp css cpu db dns dom eof eu ftp gpu gui html http https id io ip js jwt md npm os pdf "
    "php ps rpc sdk sql ssh ssl svg tcp tls ts tsv tts tv udp ui uk uri url usb utf uuid vm xml xhr".split()
)
"""Short names that look like words, or are run together, and are spelled out."""
_SAID: Final = {
    "etc": "E T C",
    "jpeg": "J peg",
    "jpg": "J peg",
    "json": "jason",
    "passwd": "password",
    "png": "P N G",
    "py": "pie",
    "readme": "read me",
    "regex": "redge ex",
    "stdin": "standard in",
    "stdio": "standard I O",
    "stdout": "standard out",
    "stderr": "standard error",
    "tmp": "temp",
    "txt": "text",
    "usr": "user",
    "sql": "S Q L",
    "gitignore": "git ignore",
    "ids": "IDs",
    "localhost": "local host",
}
"""How English-speaking programmers say them."""


def split_name(name: str) -> list[str]:
    """getElementById → get, Element, By, Id; MAX_VALUE → MAX, VALUE; utf8 → utf, 8."""
    return _PART.findall(name)


def say_name(name: str, *, english: bool = True) -> str:
    """The parts of a name as words, letters and figures."""
    parts = split_name(name)
    is_alone = len(parts) == 1
    said = [_say_part(part, english=english, keeps_case=is_alone or not name.isupper()) for part in parts]
    if len(parts) > 1 and _IS_SERIAL.fullmatch(parts[-1]):
        said[-1] = " ".join(parts[-1])  # support123
    return " ".join(said)


def _say_part(part: str, *, english: bool, keeps_case: bool) -> str:
    small = part.casefold()
    if english and small in _SAID:
        return _SAID[small]
    if part.isdecimal():
        return say_figures(part)
    if not (part.isascii() and part.isalpha()):
        return part
    if small in _SPELLED or len(part) == 1 or not any(letter in "aeiouy" for letter in small):
        return spell(part) if english else " ".join(part.upper())
    return part if keeps_case and not (part.isupper() and len(part) > 3) else small


def say_figures(figures: str) -> str:
    """A figure in a name: as a number up to four of them, longer ones and those with a leading 0 one by one."""
    if len(figures) > 4 or (figures[0] == "0" and len(figures) > 1):
        return " ".join(figures)
    return figures
