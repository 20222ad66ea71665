"""Parts of a text that are read each by itself, and what has been claimed of it."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from utterd.stages.chunks import Profile
from utterd.stages.g2p.readings import Reading


class Claim(NamedTuple):
    """A part of the text, and how it is read."""

    start: int
    end: int
    reading: Reading


class Stretch(NamedTuple):
    """A part of the text that no rule reaches over the edges of."""

    start: int
    end: int
    profile: Profile


_CODE: Final = re.compile(
    r"(?m:^)[ \t]{0,40}(?P<fence>```|~~~)(?P<language>[^\n`]*+)(?:\n|\Z)"
    r"(?P<block>(?:(?![ \t]{0,40}(?P=fence))(?:[^\n]*+\n|[^\n]++\Z))*+)(?:[ \t]{0,40}(?P<end>(?P=fence)))?+"
    r"|(?<!`)(?P<ticks>`{1,2})(?!`)(?P<inline>[^`\n]{1,300}+)(?P=ticks)(?!`)",
)
_MARK: Final = Reading("", dropped_because="markup")


def set_code_apart(text: str, stretches: Sequence[Stretch]) -> tuple[list[Claim], list[Stretch]]:
    """The code in Markdown: its marks as claims, and the stretches with the code as stretches of their own."""
    if "`" not in text and "~~~" not in text:
        return [], list(stretches)
    claims: list[Claim] = []
    parts: list[Stretch] = []
    for stretch in stretches:
        position = stretch.start
        for match in _CODE.finditer(text, stretch.start, stretch.end):
            start, end = match.span("block" if match["fence"] else "inline")
            parts += [Stretch(position, match.start(), stretch.profile), Stretch(start, end, _profile(match))]
            claims += [Claim(match.start(), start, _MARK), Claim(end, match.end(), _MARK)]
            position = match.end()
        parts.append(Stretch(position, stretch.end, stretch.profile))
    return [claim for claim in claims if claim.start < claim.end], [part for part in parts if part.start < part.end]


def _profile(match: re.Match[str]) -> Profile:
    """A fence without a name and without a partner may as well close a block that an earlier unit has opened."""
    is_half = match["fence"] and not match["language"].strip() and not match["end"]
    return "chat" if is_half else "code"
