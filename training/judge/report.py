"""Tables of results, for people: with rich on a terminal, in markdown for documents."""

import math
from collections.abc import Sequence

from rich.table import Table

from training.judge.measures import Column, Measure
from training.judge.results import Figures

Named = Sequence[tuple[str, Figures]]
"""The name of a row, and its figures."""


def table(measure: Measure, title: str, results: Named) -> Table:
    drawn = Table(title=title, title_justify="left")
    drawn.add_column("", no_wrap=True)
    for column in measure.columns:
        drawn.add_column(column.heading, justify="right", overflow="fold")
    for name, figures in results:
        drawn.add_row(name, *(_cell(column, figures) for column in measure.columns))
    return drawn


def markdown(measure: Measure, title: str, results: Named) -> str:
    rows = [["", *(column.heading for column in measure.columns)], ["---", *("---:" for _ in measure.columns)]]
    rows += [[name, *(_cell(column, figures) for column in measure.columns)] for name, figures in results]
    return f"### {title}\n\n" + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _cell(column: Column, figures: Figures) -> str:
    value = figures.get(column.key)
    if value is None or not math.isfinite(value):
        return "–"
    return f"{value * column.factor:.{column.digits}f}"
