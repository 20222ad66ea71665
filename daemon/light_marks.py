r"""Light marks: `[pause 300ms]` or `[rate 1.3]…[/rate]` in plain text. What is no mark is text, brackets and all.

    [pause 300ms]  [pause 1.5s]      silence          [say-as characters]…[/say-as]   and [say-as date dmy]
    [rate 1.3]…[/rate]               or slow, 130%    [emphasis strong]…[/emphasis]
    [volume 0.5]…[/volume]           or soft, -6dB    [phoneme IPA]…[/phoneme]
    [pitch +2st]…[/pitch]            or high, -10%
    [voice NAME]…[/voice]            or a blend       [sub words]…[/sub]              said instead of …
    [lang fr]…[/lang]                                 [mark name]                     an event

`\[pause` is text: the backslash is left out. Marks may lie in one another, and do not cross.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from utterd.daemon import mark_values as values
from utterd.daemon.mark_values import Effect, WrongMark
from utterd.daemon.script import Script, ScriptError, describe_place
from utterd.daemon.script_builder import ScriptBuilder


def _say_as(value: str) -> Effect:
    kind, _, date_format = value.partition(" ")
    return values.say_as(kind, date_format.strip())


_PAIRS: Final[Mapping[str, Callable[[str], Effect]]] = {
    "rate": lambda value: Effect(rate=values.rate_factor(value)),
    "pitch": lambda value: Effect(pitch=values.pitch_shift(value)),
    "volume": lambda value: Effect(gain=values.linear_volume_factor(value)),
    "voice": lambda value: Effect(voice=values.name("the voice", value)),
    "lang": lambda value: Effect(language=values.name("the language", value)),
    "say-as": _say_as,
    "emphasis": lambda value: Effect(emphasis=values.emphasis_level(value)),
    "phoneme": values.pronunciation,
    "sub": values.substitute,
}
_POINTS: Final[Mapping[str, Callable[[ScriptBuilder, str], None]]] = {
    "pause": lambda builder, value: builder.add_break(values.break_ms(value)),
    "mark": lambda builder, value: builder.add_mark(values.name("the name", value)),
}
_OPENING, _CLOSING = "|".join([*_PAIRS, *_POINTS]), "|".join(_PAIRS)
_MARK: Final = re.compile(
    rf"(?P<escape>\\)\[(?=(?:{_OPENING})[ \]]|/(?:{_CLOSING})\])"
    rf"|\[(?P<name>{_OPENING}) (?P<value>[^\[\]\r\n]*+)\]"
    rf"|\[/(?P<closed>{_CLOSING})\]"
)
"""Looks no further than the next bracket or line, and so at no character more than twice."""


def parse_light_marks(source: str) -> Script:
    """Raises: ScriptError for a mark that cannot be followed; never for anything else."""
    if "[" not in source:
        return Script.plain(source)
    builder, done = ScriptBuilder(), 0
    for match in _MARK.finditer(source):
        builder.add_text(source[done : match.start()], done)
        done = match.start() + 1 if match["escape"] else match.end()
        try:
            _follow(match, builder)
        except WrongMark as error:
            label = f"[{match['name'] or '/' + match['closed']}]"
            raise ScriptError(f"{describe_place(source, match.start())}: {label}: {error}") from None
    builder.add_text(source[done:], done)
    if mark := builder.innermost:
        name = mark.label[1:-1]
        place = describe_place(source, mark.source_start)
        raise ScriptError(f"{place}: {mark.label} is not closed; write [/{name}] where it ends, or \\[{name} for text")
    return builder.build()


def _follow(match: re.Match[str], builder: ScriptBuilder) -> None:
    if name := match["name"]:
        value = match["value"].strip()
        if name in _POINTS:
            _POINTS[name](builder, value)
        else:
            builder.enter(f"[{name}]", match.start(), _PAIRS[name](value))
    elif name := match["closed"]:
        _close(name, builder)


def _close(name: str, builder: ScriptBuilder) -> None:
    mark = builder.innermost
    if mark is None:
        raise WrongMark(f"it closes nothing; write [{name} …] where it begins, or \\[/{name}] for text")
    if mark.label != f"[{name}]":
        raise WrongMark(
            f"{mark.label} was opened last and has to be closed first; write [/{mark.label[1:-1]}] before it"
        )
    builder.leave()
