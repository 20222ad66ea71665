"""The units of one utterance, cut from its script as they are needed; any of them can be had again.

Units are numbered in the order in which they were cut. A seek to a place that has not been cut yet goes on with new
numbers from the sentence there: to jump to the end of a book costs no more than to its next page.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from utterd.daemon.script import Script, Style
from utterd.daemon.sentences import sentence_around
from utterd.stages.chunks import Instruction, Mark, Pause
from utterd.stages.g2p.segment import LONGEST_UNIT, Segmenter, find_open_unit

_FAR = LONGEST_UNIT + 600
"""Code points ahead of a unit's start that can change where it ends."""
_BEHIND = 200
"""And behind it."""
_BREAKABLE = ("characters", "digits", "emphasis")
"""Instructions that mean the same for a part of their stretch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FedUnit:
    """A unit, and all that is to be said to the stages of it. Places in code points of the script."""

    text: str
    char_start: int
    pause: Pause
    pause_ms: int | None
    style: Style
    is_last: bool
    instructions: tuple[Instruction, ...]
    marks: tuple[Mark, ...]

    @property
    def char_end(self) -> int:
        return self.char_start + len(self.text)


class _Cut(NamedTuple):
    start: int
    end: int
    pause: Pause


class Units:
    """Of one script, or of a stream's text as it grows."""

    def __init__(self, script: Script, *, is_open: bool = False, start: int = 0) -> None:
        """`start`: what comes before is not wanted."""
        self._script = script
        self.text = script.text
        self.is_open = is_open
        """More text may come."""
        self._cuts: list[_Cut] = []
        self.grew = False
        """It is, or was, a stream: its text is not the script's any more."""
        self._next_start = start
        self._tail = 0
        """From this one on, each begins where the one before it ends."""
        self._next_index = 0
        """As the segmenter counts: the first unit is short."""
        self._edges = sorted({run.start for run in script.runs[1:]} | {each.place for each in script.breaks} - {0})
        self._breaks = {each.place: each for each in script.breaks}
        if 0 in self._breaks and start == 0:
            self._cuts.append(_Cut(0, 0, "none"))  # silence before the first word
        self._instruction_starts = [each.char_start for each in script.instructions]
        self._mark_starts = [each.char_start for each in script.marks]
        self._run_starts = [run.start for run in script.runs]

    @property
    def count(self) -> int:
        """Units cut so far."""
        return len(self._cuts)

    def append(self, text: str) -> None:
        """A stream goes on."""
        self.text += text
        self.grew = True

    def close(self) -> None:
        """The stream is at its end."""
        self.is_open = False
        if self._next_start >= len(self.text):  # all is cut, and none of it was said to be the last
            self._cuts.append(_Cut(len(self.text), len(self.text), "none"))

    def get(self, sequence: int) -> FedUnit | None:
        """None: behind the last one, or not written yet."""
        while len(self._cuts) <= sequence:
            if not self._cut_next():
                return None
        return self._unit(sequence)

    def flush(self) -> bool:
        """No text has come for a while: cut what there is, complete or not. Whether there was something."""
        return self.is_open and self._cut_next(flush=True)

    def sequence_at(self, char: int) -> int | None:
        """The unit that holds this place, cut now if it was not; None: there is no text there (yet)."""
        if char >= len(self.text):
            self._next_start = len(self.text)  # what lies before it, and was not cut, is not wanted
            self._next_index, self._tail = 0, len(self._cuts)
            return None
        for sequence in range(len(self._cuts) - 1, self._tail - 1, -1):
            if self._cuts[sequence].start <= char < self._cuts[sequence].end:
                return sequence
        if not self._next_start <= char < self._next_start + _FAR:
            self._next_start = max(sentence_around(self.text, char)[0], self._edge_before(char))
            self._next_index, self._tail = 0, len(self._cuts)
        while self._next_start <= char:
            if not self._cut_next(flush=True):
                return None
        return len(self._cuts) - 1

    def _cut_next(self, *, flush: bool = False) -> bool:
        start = self._next_start
        if start >= len(self.text):
            return False
        cut = self._find_cut(start, flush=flush)
        if cut is None:
            return False
        self._cuts.append(cut)
        self._next_start, self._next_index = cut.end, self._next_index + 1
        return True

    def _find_cut(self, start: int, *, flush: bool) -> _Cut | None:
        if self.is_open and not flush:
            found = find_open_unit(self.text, start, self._next_index)
            return None if found is None else _Cut(start, *found)
        base = max(0, start - _BEHIND)
        edge = self._edge_behind(start)
        stop = edge if edge is not None and edge < start + _FAR else len(self.text)
        window = self.text[base : min(stop, start + _FAR)] if stop != len(self.text) else self.text
        offset = base if stop != len(self.text) else 0
        unit = next(Segmenter(window, char_start=start - offset, index=self._next_index))
        end, pause = start + len(unit.text), unit.pause
        if end == stop == edge:
            pause = self._pause_at(end)
        return _Cut(start, self._whole(start, end), pause)

    def _edge_behind(self, start: int) -> int | None:
        index = bisect_right(self._edges, start)
        return self._edges[index] if index < len(self._edges) else None

    def _pause_at(self, edge: int) -> Pause:
        """Where the style changes, the text's own marks decide."""
        if (found := self._breaks.get(edge)) is not None and found.pause is not None:
            return found.pause
        last = self.text[max(0, edge - 20) : edge].rstrip()[-1:]
        return "sentence" if last and last in ".!?…" else "clause" if last and last in ",;:" else "none"

    def _edge_before(self, place: int) -> int:
        index = bisect_right(self._edges, place)
        return self._edges[index - 1] if index else 0

    def _whole(self, start: int, end: int) -> int:
        """Not within a stretch that is read as one."""
        index = bisect_left(self._instruction_starts, end) - 1
        if index < 0:
            return end
        each = self._script.instructions[index]
        if each.char_end <= end or each.kind in _BREAKABLE:
            return end
        return each.char_start if each.char_start > start else each.char_end

    def _unit(self, sequence: int) -> FedUnit:
        script, (start, end, pause) = self._script, self._cuts[sequence]
        is_followed = sequence + 1 < len(self._cuts) and self._cuts[sequence + 1].start == end
        found = self._breaks.get(end)
        run = bisect_right(self._run_starts, start) - 1
        return FedUnit(
            text=self.text[start:end],
            char_start=start,
            pause=pause,
            pause_ms=found.ms if found is not None and found.pause is None else None,
            style=script.runs[run].style if 0 <= run < len(script.runs) else Style(),
            is_last=end == len(self.text) and not self.is_open and not is_followed,
            instructions=tuple(_clipped(each, start, end) for each in self._instructions_in(start, end)),
            marks=self._marks_in(start, end),
        )

    def _instructions_in(self, start: int, end: int) -> Sequence[Instruction]:
        first = max(0, bisect_right(self._instruction_starts, start) - 1)
        stop = bisect_left(self._instruction_starts, end)
        return [each for each in self._script.instructions[first:stop] if each.char_end > start]

    def _marks_in(self, start: int, end: int) -> tuple[Mark, ...]:
        """With the last unit those behind the last character, too."""
        stop = bisect_right if end == len(self.text) else bisect_left
        return self._script.marks[bisect_left(self._mark_starts, start) : stop(self._mark_starts, end)]


def _clipped(each: Instruction, start: int, end: int) -> Instruction:
    return Instruction(
        char_start=max(start, each.char_start), char_end=min(end, each.char_end), kind=each.kind, value=each.value
    )
