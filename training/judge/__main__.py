"""`python -m training.judge`: judge a bundle's voices, beside their teachers, and print what was found."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from training.judge import report
from training.judge.material import PLOTTED
from training.judge.measures import MEASURES, Measure
from training.judge.results import Figures, Results, result_key
from training.judge.rows import Row, open_teacher, rows
from training.judge.sentences import UnknownList, sentences
from training.lines import Line, read_line
from training.teachers.teacher import Teacher, TeacherUnavailable
from utterd.config.bundles import BundleError

_BUILD: Final = Path(__file__).resolve().parents[2] / "build"
_FILE_WIDTH: Final = 140
"""Of tables that go into a file or a pipe."""

_Found = dict[str, list[tuple[str, Figures]]]
"""Title of a table → its rows."""


def main() -> None:
    wishes = _parse()
    console = Console()
    if not console.is_terminal:
        console = Console(width=_FILE_WIDTH)
    judged = [row for row in rows(wishes.bundle, _teacher(wishes.flite, console)) if _is_wanted(row, wishes.rows)]
    found: _Found = {}
    written = []
    with _progress(console) as progress:
        for measure, title, lines in _tables(wishes):
            found[title] = _judge(measure, judged, lines, wishes, progress)
            console.print(report.table(measure, title, found[title]))
            written.append(report.markdown(measure, title, found[title]))
    if wishes.json:
        wishes.json.write_text(json.dumps(found, ensure_ascii=False, indent=1), "utf-8")
    if wishes.markdown:
        wishes.markdown.write_text("\n".join(written), "utf-8")
    if wishes.plots:
        _plot(judged, wishes.plots)


def _tables(wishes: argparse.Namespace) -> Iterator[tuple[Measure, str, list[Line]]]:
    """Every measure on every list; once, on its own lines, if it has any."""
    for measure in wishes.only:
        texts = {name: sentences(name, quick=wishes.quick) for name in wishes.lists}
        if measure.material:
            texts = {"lines of its own": measure.material}
        for name, chosen in texts.items():
            yield measure, f"{measure.title} ({name}: {len(chosen)})", [read_line(text) for text in chosen]


def _judge(
    measure: Measure, judged: Sequence[Row], lines: Sequence[Line], wishes: argparse.Namespace, progress: Progress
) -> list[tuple[str, Figures]]:
    results = Results(wishes.results)
    found = []
    for row in filter(measure.applies, judged):
        task = progress.add_task(f"{measure.name}: {row.voice.name}", total=len(lines))
        voices = [voice for voice in (row.voice, row.teacher) if voice is not None]
        figures = results.find_or_make(
            f"{measure.name} {row.voice.name}",
            result_key(voices, lines, measure.methods),
            partial(measure.run, row, lines, wishes.workers, partial(progress.advance, task)),
            is_lasting=measure.is_lasting,
        )
        progress.remove_task(task)
        found.append((row.voice.name, figures))
    return found


def _plot(judged: Sequence[Row], folder: Path) -> None:
    from training.judge.plots import plot  # matplotlib is slow to import

    folder.mkdir(parents=True, exist_ok=True)
    for row in judged:
        voices = [row.voice, *([row.teacher] if row.teacher else [])]
        if row.teacher or row.runtime:
            for number, text in enumerate(PLOTTED):
                line = read_line(text)
                plot([(voice.name, voice.say(line)) for voice in voices], folder / f"{row.voice.name}-{number}.png")


def _is_wanted(row: Row, patterns: Sequence[str]) -> bool:
    return not patterns or any(pattern in row.voice.name for pattern in patterns)


def _teacher(build_folder: Path, console: Console) -> Teacher | None:
    try:
        return open_teacher(build_folder)
    except TeacherUnavailable as missing:
        console.print(f"Without teachers: {missing}", style="yellow")
        return None


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.judge", description=__doc__)
    parser.add_argument("--bundle", default="starter", help="a bundle's name or folder")
    parser.add_argument("--lists", default=["held_out"], type=_names, help="held_out (the default), selection")
    parser.add_argument("--only", default=list(MEASURES.values()), type=_measures, help=", ".join(MEASURES))
    parser.add_argument("--rows", default=[], type=_names, help="only rows whose name has one of these in it")
    parser.add_argument("--quick", action="store_true", help="a dozen sentences instead of all")
    parser.add_argument("--plots", type=Path, metavar="FOLDER", help="draw some lines there, above their teachers'")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables there")
    parser.add_argument("--workers", type=int, default=2, help="processes for the recogniser (2)")
    parser.add_argument("--flite", type=Path, default=_BUILD / "flite", help="where the teacher's library is built")
    parser.add_argument("--results", type=Path, default=_BUILD / "judge", help="where results are kept")
    return parser.parse_args()


def _names(value: str) -> list[str]:
    return value.split(",")


def _measures(value: str) -> list[Measure]:
    unknown = [name for name in value.split(",") if name not in MEASURES]
    if unknown:
        raise argparse.ArgumentTypeError(f"no measure {unknown[0]!r}; there is {', '.join(MEASURES)}")
    return [MEASURES[name] for name in value.split(",")]


if __name__ == "__main__":
    try:
        main()
    except (BundleError, UnknownList) as wrong:
        print(f"training.judge: {wrong}", file=sys.stderr)
        sys.exit(2)
