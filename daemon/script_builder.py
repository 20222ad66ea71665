"""Puts a Script together while its source is read once from front to back: what SSML and light marks have in common."""

import math
from dataclasses import dataclass, replace
from typing import Final

from utterd.daemon.mark_values import LARGEST_PITCH, LONGEST_BREAK_MS, Effect, Factor, WrongMark
from utterd.daemon.offset_stretches import OffsetStretches
from utterd.daemon.script import Break, Run, Script, Style
from utterd.stages.chunks import Instruction, InstructionKind, Mark, Pause

DEEPEST_NESTING: Final = 32
LONGEST_READING: Final = 200
"""Code points of text that has to be read in one go, and so has to fit into a unit."""
LARGEST_GAIN: Final = 4.0
PAUSES_MS: Final[dict[Pause, int]] = {"sentence": 350, "paragraph": 600}

_DIVISIBLE: Final[frozenset[InstructionKind]] = frozenset(("characters", "digits"))
"""Readings that may be cut anywhere: their text may be as long as it likes."""


@dataclass(slots=True, kw_only=True)
class OpenMark:
    """A mark whose end has not come yet."""

    label: str
    """As people see it: `<prosody>`, `[rate]`."""
    source_start: int
    effect: Effect
    script_start: int
    parts_before: int
    outer_style: Style
    outer_emphasis: str | None


class ScriptBuilder:
    """Text, marks and breaks come in the order of the source. Every method but `build` may raise WrongMark."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._stretches = OffsetStretches()
        self._open: list[OpenMark] = []
        # What is in force, and since where.
        self._style, self._style_start = Style(), 0
        self._emphasis: str | None = None
        self._emphasis_start = 0
        # What is finished.
        self._runs: list[Run] = []
        self._breaks: list[Break] = []
        self._instructions: list[Instruction] = []
        self._marks: list[Mark] = []
        # The end of a sentence is a break only if something is said before it and after it.
        self._has_text = False
        self._pending: Break | None = None

    @property
    def innermost(self) -> OpenMark | None:
        return self._open[-1] if self._open else None

    def add_text(self, text: str, source_start: int) -> None:
        """The source's own characters."""
        if text:
            self._add(text, source_start, source_start + len(text))

    def add_character(self, character: str, source_start: int, source_end: int) -> None:
        """One character, which the source writes with those in [source_start, source_end)."""
        self._add(character, source_start, source_end)

    def add_break(self, ms: int) -> None:
        self._check_place()
        self._pending, self._has_text = None, False
        if self._breaks and self._breaks[-1].place == self._length:
            ms += self._breaks.pop().ms
            if ms > LONGEST_BREAK_MS:
                raise WrongMark(f"the pauses here add up to {ms / 1000:g} s; at most {LONGEST_BREAK_MS // 1000} s may")
        self._breaks.append(Break(place=self._length, ms=ms))

    def add_mark(self, name: str) -> None:
        self._check_place()
        self._marks.append(Mark(char_start=self._length, name=name))

    def enter(self, label: str, source_start: int, effect: Effect) -> None:
        """A mark begins; `leave` ends the innermost one."""
        self._check_place()
        if len(self._open) == DEEPEST_NESTING:
            raise WrongMark(
                f"it lies in {DEEPEST_NESTING} others already; at most {DEEPEST_NESTING} may be open at once"
            )
        self._open.append(
            OpenMark(
                label=label,
                source_start=source_start,
                effect=effect,
                script_start=self._length,
                parts_before=len(self._parts),
                outer_style=self._style,
                outer_emphasis=self._emphasis,
            )
        )
        self._end_sentence(effect.pause)
        self._set_style(_changed(self._style, effect))
        if effect.reading or effect.emphasis:
            self._set_emphasis(effect.emphasis)

    def leave(self) -> None:
        mark = self._open.pop()
        if mark.effect.reading:
            self._add_reading(mark, *mark.effect.reading)
        self._set_emphasis(mark.outer_emphasis)
        self._set_style(mark.outer_style)
        self._end_sentence(mark.effect.pause)

    def build(self) -> Script:
        assert not self._open, "every mark has ended"
        self._end_run()
        text = "".join(self._parts)
        return Script(
            text=text,
            offsets=self._stretches.offset_map(),
            runs=tuple(self._runs),
            breaks=tuple(self._breaks),
            instructions=tuple(one for one in self._instructions if not text[one.char_start : one.char_end].isspace()),
            marks=tuple(self._marks),
        )

    @property
    def _length(self) -> int:
        return self._stretches.length

    def _add(self, text: str, source_start: int, source_end: int) -> None:
        self._stretches.add(len(text), source_start, source_end)
        self._parts.append(text)
        if not text.isspace():
            self._has_text = True
            if self._pending:
                self._breaks.append(self._pending)
                self._pending = None

    def _check_place(self) -> None:
        if self._open and self._open[-1].effect.reading:
            raise WrongMark(
                f"it stands inside {self._open[-1].label}, which may hold text alone; put it around or behind"
            )

    def _end_sentence(self, pause: Pause | None) -> None:
        if pause is None:
            return
        ms = PAUSES_MS[pause]
        if self._has_text:
            self._pending, self._has_text = Break(place=self._length, ms=ms, pause=pause), False
        elif self._pending and self._pending.ms < ms:
            self._pending = replace(self._pending, ms=ms, pause=pause)

    def _set_style(self, style: Style) -> None:
        if style != self._style:
            self._end_run()
            self._style = style

    def _end_run(self) -> None:
        if self._length == self._style_start:
            return
        start = self._style_start
        if self._runs and self._runs[-1].style == self._style:  # only empty ones lay between
            start = self._runs.pop().start
        self._runs.append(Run(start=start, end=self._length, style=self._style))
        self._style_start = self._length

    def _set_emphasis(self, level: str | None) -> None:
        """Readings have none: what is emphasised ends before them, and begins again behind."""
        if level == self._emphasis:
            return
        if self._emphasis and self._length > self._emphasis_start:
            self._add_instruction(self._emphasis_start, "emphasis", self._emphasis)
        self._emphasis, self._emphasis_start = level, self._length

    def _add_reading(self, mark: OpenMark, kind: InstructionKind, value: str) -> None:
        length = self._length - mark.script_start
        if length > LONGEST_READING and kind not in _DIVISIBLE:
            raise WrongMark(f"there are {length:,} characters in it; it may have at most {LONGEST_READING}")
        is_blank = all(part.isspace() for part in self._parts[mark.parts_before :])
        if is_blank and kind in ("sub", "phoneme"):
            raise WrongMark("there is no text in it; write the text that is read this way")
        if not is_blank:
            self._add_instruction(mark.script_start, kind, value)

    def _add_instruction(self, start: int, kind: InstructionKind, value: str) -> None:
        self._instructions.append(Instruction(char_start=start, char_end=self._length, kind=kind, value=value))


def _changed(style: Style, effect: Effect) -> Style:
    if effect.voice or effect.language:
        style = replace(style, voice=effect.voice or style.voice, language=effect.language or style.language)
    if effect.rate:
        rate = _times(style.rate, effect.rate)
        if not (math.isfinite(rate) and rate > 0):
            raise WrongMark(f"together with the marks around it, the rate is {rate:g}; it has to be finite and above 0")
        style = replace(style, rate=rate)
    if effect.pitch:
        semitones = effect.pitch.value + (0 if effect.pitch.is_absolute else style.pitch)
        style = replace(style, pitch=min(max(semitones, -LARGEST_PITCH), LARGEST_PITCH))
    if effect.gain:
        gain = _times(style.gain, effect.gain)
        if not gain <= LARGEST_GAIN:
            raise WrongMark(
                f"with the marks around it, the volume is {gain:g} times the request's; "
                f"it may be at most {LARGEST_GAIN:g} (+12dB)"
            )
        style = replace(style, gain=gain)
    return style


def _times(value: float, factor: Factor) -> float:
    return factor.value if factor.is_absolute else value * factor.value
