"""Reads what no rule has claimed, character by character: look-alikes, accents, symbols, emoji, invisible signs."""

import functools
import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from utterd.stages.g2p.kinds import PICTURES
from utterd.stages.g2p.readings import Reading
from utterd.stages.g2p.spoken_symbols import symbols_of

_ODD: Final = re.compile(
    rf"""(?P<accented>[^\W\d_][\u0300-\u036f]++)
       | (?P<picture>[{PICTURES}][{PICTURES}\ufe0e\ufe0f\u200d\u20e3\U000e0020-\U000e007f]*+)
       | (?P<foreign>[^\x00-\x7f])
       | (?P<ascii>[\x00-\x08\x0e-\x1f\x7f#$%&*+/<=>@\[\\\]^_`{{|}}~])""",
    re.VERBOSE,
)

_ODD_IN_ASCII: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f#$%&*+/<=>@\[\\\]^_`{|}~]")

_SAME: Final = {
    **dict.fromkeys("‘’‚‛ʼ′´‹›", "'"),
    **dict.fromkeys("„‟«『「《", "“"),
    **dict.fromkeys("»』」》", "”"),
    **dict.fromkeys("‐‑", "-"),
    **dict.fromkeys("‒⁃", "–"),
    **dict.fromkeys("―⸺⸻﹘", "—"),
    **dict.fromkeys("‥⋯", "…"),
    **dict.fromkeys("[{（［｛【", "("),
    **dict.fromkeys("]}）］｝】", ")"),
    **dict.fromkeys("。．｡।॥۔", "."),
    **dict.fromkeys("，、､،", ","),
    **dict.fromkeys("！", "!"),
    **dict.fromkeys("？؟", "?"),
    **dict.fromkeys("：", ":"),
    **dict.fromkeys("；؛", ";"),
    **dict.fromkeys("¿¡", " "),  # the mark at the other end does the work
    "″": '"',
}
"""Characters read as another one."""

_BY_CATEGORY: Final = {"Ps": "(", "Pe": ")", "Pi": "“", "Pf": "”", "Pd": "—"}
"""Brackets, quotes and dashes that `_SAME` does not list."""
_AS_THEY_ARE: Final = frozenset("“”–—…ªº")
_MARKUP: Final = frozenset("#*_`")
_INVISIBLE: Final = Reading("", dropped_because="invisible character")
_PICTURE: Final = Reading(" ", dropped_because="picture without a name")
_MUTE: Final = Reading(" ", dropped_because="symbol without a spoken form")


def read_characters(text: str, start: int, end: int, language: str) -> Iterator[tuple[int, int, Reading]]:
    """Readings that cover `text[start:end]` in order."""
    position = start
    for match in (_ODD_IN_ASCII if text.isascii() else _ODD).finditer(text, start, end):
        reading = _read(match, text, language)
        if reading is None:
            continue
        if position < match.start():
            yield position, match.start(), Reading(_plain(text[position : match.start()]), joins=True)
        yield match.start(), match.end(), reading
        position = match.end()
    if position < end:
        yield position, end, Reading(_plain(text[position:end]), joins=True)


def _plain(text: str) -> str:
    """The same, every kind of whitespace as a space."""
    return text.translate(_SPACES)


_SPACES: Final = dict.fromkeys(map(ord, "\t\n\r\v\f"), " ")


def _read(match: re.Match[str], text: str, language: str) -> Reading | None:
    """None: say it as it stands."""
    if match.re is _ODD_IN_ASCII:
        return _read_character(match[0], language)
    if match["accented"]:
        composed = unicodedata.normalize("NFC", match[0])
        return Reading(composed[0], joins=True)
    if match["picture"]:
        symbol = match[0].rstrip("\ufe0e\ufe0f")
        return _name(symbol, language) or _PICTURE
    reading = _read_character(match[0], language)
    if reading is _LONE_MARK:
        before = text[match.start() - 1 : match.start()]
        return None if before and unicodedata.category(before)[0] in "LM" else reading
    return reading


_LONE_MARK: Final = Reading("", dropped_because="combining mark without a letter")


@functools.lru_cache(maxsize=4096)
def _read_character(character: str, language: str) -> Reading | None:
    if character in _AS_THEY_ARE:
        return None
    if same := _SAME.get(character):
        return Reading(same, joins=True)
    if reading := _name(character, language):
        return reading
    if character in _MARKUP:
        return Reading("", dropped_because="markup")
    return _read_by_category(character, unicodedata.category(character))


def _read_by_category(character: str, category: str) -> Reading | None:
    if same := _BY_CATEGORY.get(category):
        return Reading(same, joins=True)
    if category == "Nd":
        return Reading(str(unicodedata.digit(character)), joins=True)
    if category[0] == "M":
        return _LONE_MARK
    if character.isspace():
        return Reading(" ", joins=True)
    if category in ("Cc", "Cf"):
        return _INVISIBLE
    if category[0] == "C":
        return Reading(" ", dropped_because="not a character of any script")
    if "\u1e00" <= character <= "\u1eff":  # Vietnamese and the like: our voices would spell these letters' names
        return Reading(unicodedata.normalize("NFD", character)[0], joins=True)
    if plain := _without_style(character):
        return Reading(plain, joins=category != "So")
    return None if category[0] in "LN" else _MUTE


def _name(character: str, language: str) -> Reading | None:
    name = symbols_of(language).get(character)
    return Reading(name) if name else None


def _without_style(character: str) -> str | None:
    """The plain letters or digits a styled character stands for: ﬁ, Ⅳ, ①, ５, 𝐇, ㎏."""
    plain = unicodedata.normalize("NFKC", character).replace("⁄", " ")
    return plain if plain != character and any(map(str.isalnum, plain)) else None
