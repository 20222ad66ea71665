"""Says emoji by their CLDR short names: families, flags, skin tones as one; a row of the same once, with its count.

The names come from the `emoji` library, which is not loaded before an emoji is met.
"""

import functools
import itertools
import re
import unicodedata
from typing import Final

from utterd.stages.g2p.kinds import PICTURE, PICTURES
from utterd.stages.g2p.readings import Rule, rule, say
from utterd.stages.g2p.spoken_symbols import symbols_of

_JOINERS: Final = "\ufe0e\ufe0f\u200d\u20e3\U000e0020-\U000e007f"
_RUN: Final = rf"(?:[{PICTURES}][{PICTURES}{_JOINERS}]{{0,200}}+|[0-9#*]\ufe0f?\u20e3)++"
_NAMED: Final = PICTURES.replace("\u25a0-\u25ff", "\u25aa\u25ab\u25b6\u25c0\u25fb-\u25fe")
"""Without the squares and circles that only adorn."""
_TIMES: Final = {
    "en": ("twice", "times"),
    "es": ("dos veces", "veces"),
    "fr": ("deux fois", "fois"),
    "it": ("due volte", "volte"),
    "pt": ("duas vezes", "vezes"),
    "hi": ("दो बार", "बार"),
}
"""For two, and for more, behind the figure."""
_IN_HINDI: Final = "इमोजी"
"""The library has no Hindi names: the word for emoji."""
_EMOTICONS: Final = {
    ":)": "☺️",
    ":-)": "☺️",
    ":]": "☺️",
    ";)": "😉",
    ";-)": "😉",
    ":(": "☹️",
    ":-(": "☹️",
    ":'(": "😢",
    ":D": "😀",
    ":-D": "😀",
    ":P": "😛",
    ":-P": "😛",
    ":p": "😛",
    "<3": "❤️",
    "^_^": "😊",
}


@functools.lru_cache(maxsize=1024)
def name_emoji(sequence: str, language: str) -> str:
    """The name of one emoji, or of a star, a tick or the like; "" if it has none in `language`."""
    import emoji

    subtag = language.partition("-")[0]
    plain = sequence.rstrip("\ufe0e")
    if subtag == "hi":
        return _IN_HINDI if emoji.is_emoji(plain) or emoji.is_emoji(f"{plain}\ufe0f") else ""
    name = emoji.demojize(plain, delimiters=("", ""), language=subtag)
    if name == plain:
        return _unicode_name(plain) if subtag == "en" else ""
    words = name.replace("_", " ").replace("-", " ")
    is_flag = "\U0001f1e6" <= plain[0] <= "\U0001f1ff" or "\U000e0067" in plain
    return f"flag: {words}" if is_flag and subtag == "en" else words


def _unicode_name(symbol: str) -> str:
    """Of stars, ticks and other dingbats, which are no emoji; not of squares and circles, which only adorn."""
    if not "\u2600" <= symbol <= "\u27bf" or len(symbol) > 1:
        return ""
    name = re.sub(r"^(?:heavy |black )+", "", unicodedata.name(symbol, "").lower())
    return name.replace("ballot x", "cross mark")


def name_shortcode(code: str, language: str) -> str:
    """:smile: → "grinning face with smiling eyes"; "" if there is none of that name."""
    import emoji

    symbol = emoji.emojize(code, language="alias")
    return name_emoji(symbol, language) if symbol != code else ""


def split_emoji(run: str) -> list[str]:
    """The emoji of a text, and what stands between them character by character."""
    if run.isascii():
        return list(run)
    import emoji

    parts: list[str] = []
    position = 0
    for found in emoji.emoji_list(run):
        parts += [*run[position : found["match_start"]], found["emoji"]]
        position = found["match_end"]
    return [*parts, *run[position:]]


def _say_run(run: str, language: str) -> str:
    if (stars := re.fullmatch(r"(★{1,10})(☆{1,9})", run)) and language.startswith("en"):
        return f"{len(stars[1])} out of {len(run)} stars"
    names = filter(None, (name_emoji(part, language) for part in split_emoji(run) if part not in "\ufe0e\ufe0f\u200d"))
    twice, times = _TIMES[language.partition("-")[0]]
    said: list[str] = []
    for name, group in itertools.groupby(names):
        count = sum(1 for _ in group)
        said.append(name if count == 1 else f"{name} {twice if count == 2 else f'{count} {times}'}")
    return ", ".join(said)


def emoji_rules(language: str) -> tuple[Rule, ...]:
    """The rules that name pictures in `language`."""
    symbols = symbols_of(language)

    def read(match: re.Match[str]) -> str | None:
        run = match[0]
        if run.rstrip("\ufe0e\ufe0f") in symbols:
            return None
        said = _say_run(run, language)
        if not said:
            return None
        before, behind = match.string[match.start() - 1 : match.start()], match.string[match.end() : match.end() + 1]
        return f"{', ' if before.isalnum() else ''}{said}{', ' if behind.isalnum() else ''}"

    def read_emoticon(match: re.Match[str]) -> str | None:
        return name_emoji(_EMOTICONS[match[0]], language) or None

    emoticons = "|".join(map(re.escape, sorted(_EMOTICONS, key=len, reverse=True)))
    return (
        rule(rf"(?<!\S)(?:{emoticons})(?=[\s.,!?]|\Z)", read_emoticon, ":;<^"),
        say(rf"\s(?<=\w\s)(?=[{_NAMED}])|\s(?:(?<=[{_NAMED}]\s)|(?<=[{_NAMED}][{_JOINERS}]\s))(?=\w)", ", ", PICTURE),
        rule(_RUN, read, PICTURE),
    )
