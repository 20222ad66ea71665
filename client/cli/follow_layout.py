"""A text in rows of a terminal. No I/O: which characters stand in which row, and how many cells they take.

A row knows its place in the text, as word events do. Rows are made where they are asked for: a book is never laid out
as a whole.
"""

import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

TAB_CELLS: Final = 8

LONGEST_BLOCK: Final = 2000
"""Characters. A longer paragraph is laid out in parts, at the cost of one short row between them."""

KEPT_BLOCKS: Final = 1000
"""Rows of more of them are forgotten, and made anew if they are seen again."""

_ZERO_WIDTH_CATEGORIES: Final = frozenset({"Mn", "Me"})
_UNSHOWN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""Nothing of these is sent to a terminal: controls would command it, and the others have no agreed width."""

_JOINERS: Final = "\u200c\u200d"
"""They shape Indic and Arabic letters. Between emoji terminals disagree about them; there they are left out."""

_VARIATION_SELECTORS: Final = range(0xFE00, 0xFE10)
_SKIN_TONES: Final = range(0x1F3FB, 0x1F400)
_JAMO_BEHIND_THE_FIRST: Final = (range(0x1160, 0x1200), range(0xD7B0, 0xD800))
"""Vowels and finals: they share the two cells of the first consonant."""


@dataclass(frozen=True, slots=True)
class Row:
    """Characters `start` to `end` of the text, the space that was broken at included, the line's end not."""

    start: int
    end: int


class Layout:
    """A text for a terminal of this width."""

    def __init__(self, text: str, width: int) -> None:
        """
        Args:
            width: in cells; at least 2, as some characters need that.
        """
        self.text = text
        self.width = max(2, width)
        self._starts = _block_starts(text)
        self._rows: dict[int, list[Row]] = {}
        """Of the blocks that were asked for: those near the words that are spoken."""

    @property
    def blocks(self) -> int:
        """How many: paragraphs, or parts of long ones."""
        return len(self._starts)

    def rows(self, block: int) -> list[Row]:
        """At least one; an empty line has an empty row."""
        if block not in self._rows:
            if len(self._rows) >= KEPT_BLOCKS:
                self._rows.clear()
            start = self._starts[block]
            end = self._starts[block + 1] if block + 1 < len(self._starts) else len(self.text)
            self._rows[block] = _wrap(self.text, start, _before_line_end(self.text, start, end), self.width)
        return self._rows[block]

    def locate(self, char: int) -> tuple[int, int]:
        """The block, and the row in it, that this character of the text stands in."""
        block = max(0, bisect_right(self._starts, char) - 1)
        rows = self.rows(block)
        return block, max(0, bisect_right([row.start for row in rows], char) - 1)

    def step(self, place: tuple[int, int], count: int) -> tuple[int, int]:
        """So many rows on, or back if negative; not beyond the first or last one."""
        block, row = place[0], place[1] + count
        while row < 0 and block > 0:
            block -= 1
            row += len(self.rows(block))
        while row >= len(self.rows(block)) and block + 1 < self.blocks:
            row -= len(self.rows(block))
            block += 1
        return block, min(max(row, 0), len(self.rows(block)) - 1)

    def window(self, top: tuple[int, int], height: int) -> list[Row]:
        """At most `height` rows, from `top` on."""
        block, first = top
        found = self.rows(block)[first : first + height]
        while len(found) < height and block + 1 < self.blocks:
            block += 1
            found += self.rows(block)[: height - len(found)]
        return found


def cells(char: str) -> int:
    """How many columns of a terminal a character takes: 0, 1 or 2. A tab, which depends on its column, is 1."""
    if " " <= char <= "~" or char == "\t":
        return 1
    code = ord(char)
    if any(code in jamo for jamo in _JAMO_BEHIND_THE_FIRST) or code in _SKIN_TONES:
        return 0
    category = unicodedata.category(char)
    if category in _ZERO_WIDTH_CATEGORIES or category in _UNSHOWN_CATEGORIES:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def shown(text: str, column: int = 0, before: str = "") -> tuple[str, int]:
    """What a terminal is sent for characters of one row, and the column behind them.

    Args:
        column: where they begin.
        before: the character before them, if it stands in the same row.
    """
    if text.isascii() and text.isprintable():
        return text, column + len(text)
    sent = list[str]()
    for char in text:
        if char == "\t":
            spaces = TAB_CELLS - column % TAB_CELLS
            sent.append(" " * spaces)
            column += spaces
        elif _is_shown(char, before):
            sent.append(char)
            column += cells(char)
        before = char
    return "".join(sent), column


def _is_shown(char: str, before: str) -> bool:
    code = ord(char)
    if char in _JOINERS:
        return bool(before) and cells(before) < 2 and ord(before) not in _VARIATION_SELECTORS
    if code in _VARIATION_SELECTORS or code in _SKIN_TONES:
        return False
    return char.isprintable() or unicodedata.category(char) == "Zs"


def _block_starts(text: str) -> list[int]:
    starts, at = list[int](), 0
    for line in text.splitlines(keepends=True):
        end = at + len(line)
        while end - at > LONGEST_BLOCK:
            starts.append(at)
            space = text.rfind(" ", at + LONGEST_BLOCK // 2, at + LONGEST_BLOCK)
            at = space + 1 if space >= 0 else at + LONGEST_BLOCK
        if at < end:
            starts.append(at)
        at = end
    return starts or [0]


def _before_line_end(text: str, start: int, end: int) -> int:
    return start + len(text[start:end].splitlines()[0]) if start < end else end


def _wrap(text: str, start: int, end: int, width: int) -> list[Row]:
    """Rows are broken behind spaces and around wide characters; a word longer than a row where the row ends."""
    rows = list[Row]()
    row_start, column, break_at = start, 0, start
    at = start
    while at < end:
        char = text[at]
        size = TAB_CELLS - column % TAB_CELLS if char == "\t" else cells(char)
        if size == 2:
            break_at = at
        if column + size > width and not char.isspace():  # spaces may hang over the edge, unseen
            row_end = break_at if break_at > row_start else at
            rows.append(Row(row_start, row_end))
            row_start = break_at = at = row_end
            column = 0
            continue
        column += size
        at += 1
        if char.isspace() or size == 2:
            break_at = at
        elif size == 0 and break_at == at - 1:
            break_at = at  # what combines stays with what it combines with
    rows.append(Row(row_start, end))
    return rows
