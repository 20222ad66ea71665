"""Reads web and mail addresses, file names and paths: every dot and slash that matters is said."""

import re
from collections.abc import Callable
from typing import Final

from utterd.stages.g2p.code_names import say_name
from utterd.stages.g2p.english_network import say_port
from utterd.stages.g2p.kinds import INNER_STOP
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
MARKS: Final[dict[str, dict[str, str]]] = {
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


def web_rules(language: str) -> tuple[Rule, ...]:
    """The rules for links and mail addresses alone."""
    read = _reader(language)
    return (
        rule(
            r"(?:https?|ftp|ssh|git|file)://(?P<address>(?:[^\s<>\"“”()\[\]{}?#|\\^`]|(?<=[_/])\([^\s()]{1,80}\))*"
            r"(?:[\w/]|(?<=[_/])\([^\s()]{1,80}\)))",
            read,
            (":", "/"),
        ),
        rule(r"(?<![\w@.+%-])(?:mailto:)?(?P<address>[\w.+%-]++@[\w-]+(?:\.[\w-]+)+)", read, ("@", INNER_STOP)),
        rule(r"(?<![\w@.])(?P<address>www\.[\w.-]+\w(?:/[\w./%~+=&,-]*[\w/])?)", read, INNER_STOP),
        drop(r"(?<=[\w/])\?[\w%.~+-]{1,60}=[^\s<>\"“”()]{0,2000}[\w=]", "query of a link", ("?", "=")),
        rule(r"#(?<=[\w/)]#)[\w.%-]{1,100}(?![\w.%-])", _read_fragment, "#"),
    )


def address_rules(language: str) -> tuple[Rule, ...]:
    """The rules that read addresses aloud in `language`."""
    marks, english = MARKS[language.partition("-")[0]], language.startswith("en")
    read = _reader(language)

    def read_dotted(match: re.Match[str]) -> Reading | None:
        left, right = match["left"], match["right"]
        if right.istitle() and (left.islower() or len(left) <= 4) and match.end() == match.end("right"):
            return Reading(f"{left}. {right}")  # two sentences without a space between them, or Mr.Ito
        return Reading(said) if (said := _say(match[0], marks, english=english)) else None

    return (
        *web_rules(language),
        rule(r"(?<!\w)(?P<address>[A-Za-z]:\\[\w\\.-]*)", read, ("\\", ":")),
        rule(r"(?<![^\s\"'“‘(\[{=:`])(?P<address>(?:~|\.{1,2})?/[\w.@+-]+(?:/[\w.@+-]+)*/?)(?<![.,])", read, "/"),
        rule(rf"(?<![\w/.@-])(?P<address>(?:[\w.-]++/)+(?:[\w-]++\.)+(?:{_SUFFIXES}))(?!\w)", read, ("/", INNER_STOP)),
        rule(rf"(?<![\w@.-])(?P<address>(?:[\w-]++\.)+(?:{_SUFFIXES})(?:/[\w./~-]*[\w/])?)(?![\w@])", read, INNER_STOP),
        rule(rf"(?<![\w@./])(?P<address>\.(?:{_SUFFIXES}|[a-z]{{3,12}}))(?![\w.])", read, INNER_STOP),
        rule(
            r"(?<![\w@.])(?P<left>[^\W\d]\w+)\.(?P<right>[^\W\d]\w+)(?:\.[^\W\d]\w+)*(?![\w@])", read_dotted, INNER_STOP
        ),
        rule(
            r"(?<![\w@.])(?:(?=\w*[^\W\d_])[^\W_]+_\w+|_+[^\W\d_]\w*)",
            lambda match: say_name(match[0], english=english),
            "_",
        ),
    )


def _reader(language: str) -> Callable[[re.Match[str]], str | None]:
    marks, english = MARKS[language.partition("-")[0]], language.startswith("en")
    return lambda match: _say(match["address"], marks, english=english) or None


def _read_fragment(match: re.Match[str]) -> Reading | None:
    """The place in a page that a link points to."""
    before = match.string[max(0, match.start() - 200) : match.start()]
    link = before.rsplit(None, 1)[-1]
    return Reading(" ", dropped_because="place in a linked page") if "//" in link or "www." in link else None


def _say(address: str, marks: dict[str, str], *, english: bool) -> str:
    """Every word, letter, figure and mark of it."""
    address = address.rstrip("/")
    parts = re.findall(r"(?<=[A-Za-z]):\d{2,5}(?=/|\Z)|[^\W_]+|[\W_]", address) if english else _PARTS.findall(address)
    return " ".join(filter(None, (_say_part(part, marks, english=english) for part in parts)))


_PARTS: Final = re.compile(r"[^\W_]+|[\W_]")


def _say_part(part: str, marks: dict[str, str], *, english: bool) -> str:
    if part.isalnum():
        return say_name(part, english=english)
    return f"port {say_port(part[1:])}" if len(part) > 1 else marks.get(part, "")
