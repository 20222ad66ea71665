r"""What `say` understands inside a text, `[[slnc 500]]`, as utterd's own light marks, `[pause 500ms]`.

    [[slnc 500]]    silence, milliseconds      [[rate 200]]  [[rate +20]]    words a minute
    [[volm 0.5]]    volume, 0 to 1             [[rset 0]]    as at the beginning
    [[cmnt …]]      not spoken

The others of Apple's Speech Synthesis Programming Guide are left out, and named to the caller. What is none of its
commands, such as `[[ -f file ]]`, is text.
"""

import re
from dataclasses import dataclass
from typing import Final

USUAL_WORDS_PER_MINUTE: Final = 175.0
"""Of `say` without -r: taken as speed 1."""

LONGEST_PAUSE_MS: Final = 10_000
"""Of one mark (PROTOCOL.md, Marks); a longer silence is several."""
MOST_PAUSES: Final = 360
"""An hour; nobody means more."""

UNTRANSLATED: Final = frozenset("char ctxt dlim emph inpt nmbr pbas pmod sync vers xtnd".split())
_TRANSLATED: Final = frozenset("slnc rate volm rset cmnt".split())

_EMBEDDED: Final = re.compile(r"\[\[([^\[\]]*)\]\]")
_PAIRS: Final = "rate|pitch|volume|voice|lang|say-as|emphasis|phoneme|sub"
_LOOKS_LIKE_A_MARK: Final = re.compile(rf"\[(?=(?:{_PAIRS}|pause|mark)[ \]]|/(?:{_PAIRS})\])")
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]{1,9}(?:\.[0-9]{0,9})?|\.[0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class Translated:
    text: str
    has_marks: bool
    """`text` has to be spoken with `markup="light"`; otherwise it is as it was."""
    left_out: frozenset[str]
    """Commands that have no counterpart."""


def translate(text: str, *, words_per_minute: float = USUAL_WORDS_PER_MINUTE) -> Translated:
    """
    Args:
        words_per_minute: what the text is spoken at, before it says otherwise.
    """
    if "[[" not in text:
        return Translated(text, False, frozenset())
    translator = _Translator(words_per_minute)
    done = 0
    for match in _EMBEDDED.finditer(text):
        commands = [command.split() for command in match[1].split(";") if command.strip()]
        if commands and all(command[0] in _TRANSLATED | UNTRANSLATED for command in commands):
            translator.add_text(text[done : match.start()])
            for name, *values in commands:
                translator.follow(name, values[0] if values else "")
            done = match.end()
    if not done:
        return Translated(text, False, frozenset())
    translator.add_text(text[done:])
    return Translated(translator.finish(), True, frozenset(translator.left_out))


class _Translator:
    """Writes the text anew. Marks must not cross: a change closes what is open, and opens what holds from there on."""

    def __init__(self, words_per_minute: float) -> None:
        self._usual = self._rate = words_per_minute
        self._volume = 1.0
        self._pieces = list[str]()
        self._open = list[str]()
        self._last_text = " "
        """Empty behind a pause that no text has followed."""
        self.left_out = set[str]()

    def add_text(self, text: str) -> None:
        if text:
            self._pieces.append(_LOOKS_LIKE_A_MARK.sub(r"\\[", text))
            self._last_text = text

    def follow(self, name: str, value: str) -> None:
        number = float(value) if _NUMBER.fullmatch(value) else None
        if name == "slnc" and number is not None:
            self._add_silence(number)
        elif name == "rate" and number is not None:
            self._change(rate=self._rate + number if value[0] in "+-" else number)
        elif name == "volm" and number is not None:
            self._change(volume=self._volume + number if value[0] in "+-" else number)
        elif name == "rset":
            self._change(rate=self._usual, volume=1.0)
        elif name != "cmnt":
            self.left_out.add(name)

    def finish(self) -> str:
        self._close_all()
        return "".join(self._pieces)

    def _add_silence(self, length_ms: float) -> None:
        whole, rest = divmod(max(0, round(length_ms)), LONGEST_PAUSE_MS)
        for pause_ms in (*[LONGEST_PAUSE_MS] * min(whole, MOST_PAUSES), rest):
            if pause_ms:
                self._add_mark(f"[pause {pause_ms}ms]")

    def _add_mark(self, mark: str) -> None:
        """A backslash before it would make it text, and pauses in one place may not add up to more than the longest."""
        is_pause = mark.startswith("[pause")
        if self._last_text.endswith("\\") or (is_pause and not self._last_text):
            self.add_text(" ")
        self._pieces.append(mark)
        if is_pause:
            self._last_text = ""

    def _change(self, *, rate: float | None = None, volume: float | None = None) -> None:
        self._close_all()
        self._rate = max(1.0, self._rate if rate is None else rate)
        self._volume = min(1.0, max(0.0, self._volume if volume is None else volume))
        for name, factor in (("rate", self._rate / self._usual), ("volume", self._volume)):
            if factor != 1.0:
                self._add_mark(f"[{name} {min(max(factor, _LEAST[name]), _MOST):.2f}]")
                self._open.append(name)

    def _close_all(self) -> None:
        while self._open:
            self._add_mark(f"[/{self._open.pop()}]")


_LEAST: Final = {"rate": 0.1, "volume": 0.0}
_MOST: Final = 10.0
"""Factors that the daemon takes as marks; it keeps what they come to within its own ranges."""
