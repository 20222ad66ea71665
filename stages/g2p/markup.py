"""What is written for the eye: Markdown, lists, links, tags, options, rules of dashes. The same in every language."""

import html
import re
from typing import Final

from utterd.stages.g2p.kinds import INNER_STOP
from utterd.stages.g2p.readings import Reading, Rule, drop, rule
from utterd.stages.g2p.spoken_symbols import symbols_of

_BULLETS: Final = "-*+–•‣◦▪●○■□►▶"
_RULERS: Final = "-=*_#~+·•─━═░"
_VALUE: Final = r"""(?:=(?:"[^"<>]*+"|'[^'<>]*+'|[^\s<>"']++))"""
"""Of an attribute in a markup tag."""


def _read_dashes(match: re.Match[str]) -> Reading:
    """Two or three hyphens stand for a dash."""
    return Reading(" — ", joins=True)


def markup_rules(language: str) -> tuple[Rule, ...]:
    """The rules, which differ from language to language in the words for "&" and the like alone."""

    def read_entity(match: re.Match[str]) -> Reading | None:
        character = html.unescape(match[0])
        if len(character) != 1 or not character.isprintable():
            return Reading(" ", joins=True) if character.isspace() else None
        name = symbols_of(language).get(character)
        return Reading(name) if name else Reading(character, joins=True)

    return (
        drop(r"(?m:^)[ \t]*+#{1,6}[ \t]++(?=\S)", "heading marker", "#"),
        drop(r"(?m:^)[ \t]*+(?:>[ \t]?)++(?=\S)", "quotation marker", ">"),
        drop(r"(?m:^)[ \t]*+(?:[-*+–][ \t]++|[•‣◦▪●○■□►▶][ \t]*+)(?:\[[ xX]\][ \t]++)?", "list marker", _BULLETS),
        drop(r"(?m:^)[ \t]*+([-=*_#~+·•─━═░])(?:[ \t]?\1){2,}+[ \t]*+(?m:$)", "line of marks", _RULERS),
        drop(r"(?<!\S)([-=*_#~+·•─━═░])\1{3,}+(?!\S)", "line of marks", _RULERS),
        drop(r"!?\[(?=[^\[\]]{1,300}\]\([^\s()]{1,2000}\))", "markup", ("]", "("), joins=True),
        drop(r"\(\)|\[\]|\{\}", "empty brackets", ")]}", joins=True),
        drop(r"\]\([^\s()]{1,2000}\)", "target of a link", ("]", "(")),
        drop(rf"</?[A-Za-z][\w-]*+(?:\s++[\w:-]++{_VALUE}?)*+\s*+/?>|<!--|-->", "markup tag", ("<>",)),
        rule(r"&(?:[A-Za-z]{2,8}\d{0,2}|#\d{1,7}|#[xX][\da-fA-F]{1,6});", read_entity, ("&", ";")),
        rule(r"\.{2,}+(?!/)", lambda _match: Reading("…", joins=True), INNER_STOP),
        rule(r"([!?])\1{2,}+", lambda match: Reading(match[1], joins=True), "!?"),
        drop(r"<(?=(?:https?://|mailto:)\S)|(?<=\S)>(?=\s|\Z)(?<=[\w/]>)", "markup", "<>"),
        drop(r"(?<![\w\-'’])--?(?=[^\W\d_])", "dashes of an option", "-", joins=True),
        rule(r"(?<=\w)-{2,3}(?=\w)|(?<!\S)-{2,3}(?!\S)|(?<=[\w.,!?…\"”])-{2,3}(?!\S)", _read_dashes, "-"),
    )
