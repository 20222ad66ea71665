"""Columns of text, for people. Absent values are shown as such."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

ABSENT = "-"

QUEUE_KEYS = ("id", "state", "position", "characters", "destination")
QUEUE_OPTIONAL_KEYS = ("priority", "group", "client")
"""Shown if one of the entries has it."""


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Left-aligned columns, two spaces apart."""
    cells = [list(columns), *([cell(value) for value in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) for row in cells)
    return "\n".join(line.rstrip() for line in lines)


def queue_table(entries: Sequence[Mapping[str, Any]]) -> str:
    """Of what `ListQueue` is answered with."""
    keys = (*QUEUE_KEYS, *(key for key in QUEUE_OPTIONAL_KEYS if any(entry.get(key) for entry in entries)))
    rows = ([None if entry.get(key) == "" else entry.get(key) for key in keys] for entry in entries)
    return table([key.upper() for key in keys], rows)


def cell(value: object) -> str:
    """One value on one line: it comes from the other side of a socket."""
    if value is None:
        return ABSENT
    text = _rounded(value) if isinstance(value, float) else str(value)
    return "".join(character if character.isprintable() else " " for character in text)


def _rounded(value: float) -> str:
    """Three digits or so: enough to compare."""
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
