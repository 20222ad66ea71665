"""Columns of text, for people. Absent values are shown as such."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

ABSENT = "-"

QUEUE_KEYS = ("id", "state", "position", "characters", "destination")
QUEUE_COLUMNS = ("ID", "STATE", "POSITION", "CHARACTERS", "DESTINATION")


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Left-aligned columns, two spaces apart."""
    cells = [list(columns), *([cell(value) for value in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) for row in cells)
    return "\n".join(line.rstrip() for line in lines)


def cell(value: object) -> str:
    """One value on one line: it comes from the other side of a socket."""
    if value is None:
        return ABSENT
    text = _rounded(value) if isinstance(value, float) else str(value)
    return "".join(character if character.isprintable() else " " for character in text)


def _rounded(value: float) -> str:
    """Three digits or so: enough to compare."""
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def rows_of(items: Iterable[Mapping[str, Any]], keys: Sequence[str]) -> list[list[object]]:
    return [[item.get(key) for key in keys] for item in items]
