"""What chats write for the eye beyond `markup`: struck-out words, pictures, tables, short codes, escapes."""

import re
from typing import Final

from utterd.stages.g2p.emoji_names import name_shortcode
from utterd.stages.g2p.readings import Rule, drop, rule, say

_IMAGE: Final = {
    "en": "image: ",
    "es": "imagen: ",
    "fr": "image : ",
    "it": "immagine: ",
    "pt": "imagem: ",
    "hi": "चित्र: ",
}


def chat_rules(language: str) -> tuple[Rule, ...]:
    """The rules that come before all others in a chat."""

    def read_shortcode(match: re.Match[str]) -> str | None:
        name = name_shortcode(match[0], language)
        if not name:
            return None
        behind = match.string[match.end() : match.end() + 2].strip()
        return f"{name}, " if behind.isalnum() else name

    return (
        rule(r":(?<!\w:)(?:[a-z][a-z0-9_+-]{1,50}|[+-]1|100):(?!\w)", read_shortcode, ":"),
        drop(r"<[@#!][^<>\s]{1,80}>", "mention by number", "<"),
        say(r"!\[(?=[^\[\]]{1,300}\]\([^\s()]{1,2000}\))", _IMAGE[language.partition("-")[0]], "!"),
        drop(r"\[\^[\w-]{1,40}\]:?", "footnote mark", "^", joins=True),
        drop(r"~~(?=\S)|~~(?<=\S~~)", "markup", "~", joins=True),
        drop(r"\|\|(?=\S)(?<!\S\|\|)|\|\|(?<=\S\|\|)(?!\S)", "markup", "|", joins=True),  # hidden till clicked
        drop(
            r"(?m:^)[ \t]*+\|?(?:[ \t]*+:?-{2,}+:?[ \t]*+\|)++(?:[ \t]*+:?-{2,}+:?)?[ \t]*+(?m:$)",
            "line of marks",
            ("-", "|"),
        ),
        drop(r"(?m:^)[ \t]*+\|[ \t]*+|[ \t]{0,40}\|[ \t]*+(?m:$)", "edge of a table", "|"),
        say(r"[ \t]{0,40}\|[ \t]{0,40}", ", ", "|"),
        drop(r"\\[*_~`#]", "markup", "\\"),
        drop(r"\\(?=[\[\]()>|\\.!+-])", "markup", "\\", joins=True),
    )
