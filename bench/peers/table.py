"""The figures on the terminal."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from bench.peers.figures import Figures
from bench.peers.prompts import CLAUSE, FIVE, OPENINGS, SENTENCE, WORDS
from bench.peers.targets import Verdict

_COLOURS = {True: "green", False: "red", None: "yellow"}


def show(
    console: Console,
    figures: Sequence[Figures],
    shares: Mapping[str, float],
    verdicts: Sequence[Verdict],
    absent: Mapping[str, str],
) -> None:
    """Engines, then targets, then what could not be measured and why."""
    console.print(_engines(figures, shares))
    console.print(_targets(verdicts))
    for label, reason in absent.items():
        console.print(f"not measured: {label}: {reason}")


def _engines(figures: Sequence[Figures], shares: Mapping[str, float]) -> Table:
    table = Table(
        title="first sound in ms; RTF and its share of the arithmetic's limit on five sentences; memory in MB"
    )
    table.add_column("engine")
    for name in (
        CLAUSE,
        SENTENCE,
        FIVE,
        OPENINGS,
        WORDS,
        "RTF",
        "of limit",
        "load s",
        "loaded",
        "500 tokens",
        "mapped",
    ):
        table.add_column(name, justify="right")
    for each in figures:
        share = shares.get(each.spec.label)
        table.add_row(
            each.spec.label,
            *(_ms(each.first_s.get(name)) for name in (CLAUSE, SENTENCE, FIVE, OPENINGS, WORDS)),
            "" if FIVE not in each.rtf else f"{each.rtf[FIVE]:.3f}",
            "" if share is None else f"{share:.0%}",
            f"{each.load_s:.2f}",
            f"{each.loaded_mb:.0f}",
            *("" if mb is None else f"{mb:.0f}" for mb in (each.spoken_mb, each.mapped_mb)),
        )
    return table


def _targets(verdicts: Sequence[Verdict]) -> Table:
    table = Table(title="targets")
    for name in ("target", "found", ""):
        table.add_column(name)
    for each in verdicts:
        table.add_row(each.target, each.found, f"[{_COLOURS[each.reached]}]{each.word}")
    return table


def _ms(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds * 1000:.0f}"
