"""Reads web and mail addresses, file names and paths: every dot and slash that matters is said."""

import re
from typing import Final

from utterd.stages.g2p.readings import Reading, Rule, drop, rule

_ENGLISH: Final = {
    ".": "dot",
    "/": "slash",
    "\\": "backslash",
    "@": "at",
    "-": "dash",
    "_": "underscore",
    ":": "colon",
    "+": "plus",
    "=": "equals",
    "&": "and",
    "#": "hash",
    "%": "percent",
    "~": "tilde",
    "?": "question mark",
}
_MARKS: Final[dict[str, dict[str, str]]] = {
    "en": _ENGLISH,
    "es": {
        ".": "punto",
        "/": "barra",
        "\\": "barra",
        "@": "arroba",
        "-": "guion",
        "_": "guion bajo",
        ":": "dos puntos",
    },
    "fr": {
        ".": "point",
        "/": "barre",
        "\\": "barre",
        "@": "arobase",
        "-": "tiret",
        "_": "tiret bas",
        ":": "deux points",
    },
    "it": {".": "punto", "/": "barra", "\\": "barra", "@": "chiocciola", "-": "trattino", "_": "trattino basso"},
    "pt": {
        ".": "ponto",
        "/": "barra",
        "\\": "barra",
        "@": "arroba",
        "-": "hífen",
        "_": "sublinhado",
        ":": "dois pontos",
    },
    "hi": {".": "डॉट", "/": "स्लैश", "\\": "स्लैश", "@": "ऐट", "-": "डैश", "_": "अंडरस्कोर"},
}

_SUFFIXES: Final = (
    "com|org|net|edu|gov|io|dev|app|ai|co|uk|de|fr|es|it|br|in|eu|us|ca|au|jp|ch|at|nl|se|no|info|biz|me|tv|xyz|"
    "py|js|ts|tsx|jsx|c|h|cc|cpp|hpp|rs|go|rb|java|kt|swift|sh|bat|ps1|txt|md|rst|pdf|doc|docx|xls|xlsx|ppt|pptx|csv|"
    "tsv|json|yml|yaml|toml|ini|cfg|conf|xml|html|htm|css|scss|sql|log|lock|png|jpg|jpeg|gif|svg|webp|mp3|mp4|wav|ogg|"
    "flac|mov|avi|mkv|zip|tar|gz|xz|bz2|7z|exe|dll|so|dmg|iso|bin|dat|db|onnx|npz|ipynb|tex|bib|php|asp|env|plist|service"
)
_SPELLED: Final = frozenset("ai cc cpp db eu go id io ip js md os ps ts tv ui uk us".split())
"""Short names that look like words and are spelled out."""
_ENGLISH_NAMES: Final = {
    "etc": "E T C",
    "jpeg": "J peg",
    "jpg": "J peg",
    "json": "jason",
    "passwd": "password",
    "png": "P N G",
    "py": "pie",
    "readme": "read me",
    "tmp": "temp",
    "txt": "text",
    "usr": "user",
}


def address_rules(language: str) -> tuple[Rule, ...]:
    """The rules that read addresses aloud in `language`."""
    marks = _MARKS[language.partition("-")[0]]
    names = _ENGLISH_NAMES if language.startswith("en") else {}

    def read(match: re.Match[str]) -> Reading:
        return Reading(_say(match["address"], marks, names))

    def read_dotted(match: re.Match[str]) -> Reading | None:
        left, right = match["left"], match["right"]
        if right.istitle() and (left.islower() or len(left) <= 4) and match.end() == match.end("right"):
            return Reading(f"{left}. {right}")  # two sentences without a space between them, or Mr.Ito
        return Reading(_say(match[0], marks, names))

    return (
        rule(r"(?:https?|ftp|ssh|git|file)://(?P<address>[^\s<>\"“”()\[\]{}?#|\\^`]*[\w/])", read),
        rule(r"(?<![\w@.+%-])(?:mailto:)?(?P<address>[\w.+%-]++@[\w-]+(?:\.[\w-]+)+)", read),
        rule(r"(?<![\w@.])(?P<address>www\.[\w.-]+\w(?:/[\w./%~+=&,-]*[\w/])?)", read),
        drop(r"(?<=[\w/])\?[\w%.~+-]{1,60}=[^\s<>\"“”()]{0,2000}[\w=]", "query of a link"),
        rule(r"(?<!\w)(?P<address>[A-Za-z]:\\[\w\\.-]*)", read),
        rule(r"(?<![^\s\"'“‘(\[{=:`])(?P<address>(?:~|\.{1,2})?/[\w.@+-]+(?:/[\w.@+-]+)*/?)(?<![.,])", read),
        rule(rf"(?<![\w/.@-])(?P<address>(?:[\w.-]++/)+(?:[\w-]++\.)+(?:{_SUFFIXES}))(?!\w)", read),
        rule(rf"(?<![\w@.-])(?P<address>(?:[\w-]++\.)+(?:{_SUFFIXES})(?:/[\w./~-]*[\w/])?)(?![\w@])", read),
        rule(rf"(?<![\w@./])(?P<address>\.(?:{_SUFFIXES}|[a-z]{{3,12}}))(?![\w.])", read),
        rule(r"(?<![\w@.])(?P<left>[^\W\d]\w+)\.(?P<right>[^\W\d]\w+)(?:\.[^\W\d]\w+)*(?![\w@])", read_dotted),
        rule(r"(?<![\w@.])(?:(?=\w*[^\W\d_])[^\W_]+_\w+|_+[^\W\d_]\w*)", _read_identifier),
    )


def _read_identifier(match: re.Match[str]) -> str:
    return match[0].replace("_", " ").strip()


def _say(address: str, marks: dict[str, str], names: dict[str, str]) -> str:
    parts = re.findall(r"[^\W_]+|[\W_]", address.rstrip("/"))
    return " ".join(filter(None, (_say_name(part, names) if part.isalnum() else marks.get(part, "") for part in parts)))


def _say_name(name: str, names: dict[str, str]) -> str:
    """A word if it can be one, else its letters."""
    small = name.casefold()
    if small in names:
        return names[small]
    has_vowel = any(letter in "aeiouy" for letter in small)
    if name.isascii() and name.isalpha() and (len(name) == 1 or small in _SPELLED or not has_vowel):
        return " ".join(name.upper())
    return name
