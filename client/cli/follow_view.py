"""What `utterd speak --follow` shows: the rows of text around the word being spoken, and a line about the state.

No I/O: events come in, rows for a terminal go out. Attributes only, no colours: they suit every theme.
"""

from enum import Enum
from itertools import pairwise
from typing import Final

from utterd.client.cli.follow_layout import Layout, Row, shown
from utterd.client.messages import Event, Paused, Resumed, Sentence, Started, Word

WORD: Final = "\x1b[1;7m"
"""Bold and reverse: the word that is heard."""
READ: Final = "\x1b[2m"
"""Dim: what has been said."""
PLAIN: Final = "\x1b[0m"

HINTS: Final = (
    "  |  space pause  left/right sentence  +/- speed  q stop",
    "  |  space  left/right  +/-  q",
    "",
)
"""The keys, in as many words as there is room for."""

Style = tuple[int, int, str]
"""From this character of the text to before that one."""


class Phase(Enum):
    """The word of the state line."""

    WAITING = "waiting"
    SPEAKING = "speaking"
    PAUSED = "paused"


class FollowView:
    """A text, and how far into it the voice has come."""

    def __init__(self, text: str, *, speed: float | None = None) -> None:
        """
        Args:
            speed: if it is known.
        """
        self.phase = Phase.WAITING
        self.speed = speed
        self.has_begun = False
        """Something of it has been heard: what steers speech concerns this utterance."""
        self._text = text
        self._word = (0, 0)
        self._sentence_start = 0
        self._layout: Layout | None = None
        self._top = (0, 0)

    def __repr__(self) -> str:
        return f"<FollowView {self.phase.name} {self._word[0]}/{len(self._text)}>"

    def take(self, event: Event) -> None:
        """Something has happened to the utterance."""
        match event:
            case Started():
                self._go_on()
            case Sentence(char_start=start):
                self._sentence_start = start
            case Word(char_start=start, char_end=end):
                self._word = (start, end)
                self._sentence_start = min(self._sentence_start, start)
                self.has_begun = True
                if self.phase is Phase.WAITING:
                    self._go_on()
            case Paused():
                self.phase = Phase.PAUSED
            case Resumed():
                self.phase = Phase.SPEAKING if self.has_begun else Phase.WAITING

    def render(self, width: int, height: int) -> list[str]:
        """`height` rows, the last of them about the state; each with its attributes, which it resets.

        Args:
            width: in cells, at least 1.
            height: at least 1.
        """
        if self._layout is None or self._layout.width != max(2, width):
            self._layout = Layout(self._text, width)
            self._top = self._layout.step(self._layout.locate(self._word[0]), -(height // 3))
        text_height = height - 1
        rows = self._follow(self._layout, text_height) if text_height else []
        styles = self._styles()
        drawn = [_draw(self._text, row, styles) for row in rows]
        return [*drawn, *[""] * (text_height - len(drawn)), self._state_line(width)]

    def _go_on(self) -> None:
        self.phase = Phase.SPEAKING
        self.has_begun = True

    def _follow(self, layout: Layout, height: int) -> list[Row]:
        """Scrolls by much, and seldom: rows that keep their place can be read ahead."""
        rows = layout.window(self._top, height)
        is_near_end = rows[-1].end >= len(self._text) - 1
        comfortable = rows if is_near_end else rows[: max(1, height * 2 // 3)]
        if not comfortable[0].start <= self._word[0] <= comfortable[-1].end:
            self._top = layout.step(layout.locate(self._word[0]), -(height // 3))
            rows = layout.window(self._top, height)
        return rows

    def _styles(self) -> list[Style]:
        start, end = self._word
        return [(0, self._sentence_start, READ), (start, end, WORD)]

    def _state_line(self, width: int) -> str:
        share = self._word[1] / len(self._text) if self._text else 1.0
        speed = f"  speed {self.speed:g}" if self.speed is not None else ""
        state = f" {self.phase.value:8}  {share:4.0%}{speed}"
        line = next((state + hint for hint in HINTS if len(state + hint) < width), state)
        return f"\x1b[7m{line[:width]:{width}}{PLAIN}"


def _draw(text: str, row: Row, styles: list[Style]) -> str:
    """Its characters, with the attributes of the stretches that lie in it."""
    row_end = row.start + len(
        text[row.start : row.end].rstrip()
    )  # what hangs over the edge would wipe out what is there
    edges = {row.start, row_end}
    for start, end, _ in styles:
        edges.update(edge for edge in (start, end) if row.start < edge < row_end)
    places = sorted(edges)
    drawn, column = list[str](), 0
    for start, end in pairwise(places):
        before = text[start - 1] if start > row.start else ""
        piece, column = shown(text[start:end], column, before)
        attribute = next((mark for first, last, mark in styles if first <= start < last), "")
        drawn.append(f"{attribute}{piece}{PLAIN}" if attribute and piece else piece)
    return "".join(drawn)
