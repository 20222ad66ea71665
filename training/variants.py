"""The laboratory: the same student in other precisions and widths, each a bundle, each judged on the same sentences."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from training.checkpoints import checkpoint
from training.judge.recogniser import listen
from training.judge.sentences import sentences
from training.judge.speed import measure_speed
from training.judge.voice import BundleVoice
from training.lines import read_line
from training.lowering import Range, lower, stored_in_half
from training.make import Graphs, Trained, calibration, graphs_of, level_of, rounded, train_voice, write_voice
from training.model.student import Student
from training.quantise.prune import pruned
from training.quantise.ranges import calibrate
from training.recipe import Recipe
from training.train import train
from utterd.config.bundles import load_bundle

_WIDTHS = (0.75, 0.5, 0.25)
_PRUNED_RATE = 0.4
"""Of the recipe's learning rate: much has to be learned anew."""
_LEVEL_PIECES = 600
"""Evenness is not judged here."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one variant, for the table in training/README.md."""

    name: str
    size_mb: float
    real_time_factor: float
    first_audio_ms: float
    """100 ms of sound, of 40 tokens."""
    word_error_rate: float
    standard_error: float


def make_variants(recipe: Recipe, folder: Path, output: Path, progress: Progress) -> None:
    """Every variant's bundle under `output`, a table on the console, and `output/variants.json`."""
    trained = train_voice(recipe, folder, progress)
    few = replace(recipe, level_pieces=min(recipe.level_pieces, _LEVEL_PIECES))
    laboratory = _Laboratory(replace(trained, recipe=few), folder, output, progress)
    names = [*laboratory.precisions(), *laboratory.pruned()]
    figures = list(_judged(names, output, progress))
    (output / "variants.json").write_text(json.dumps([asdict(row) for row in figures], indent=1) + "\n")
    progress.stop()
    Console(width=140).print(_table(figures))


@dataclass(frozen=True, slots=True)
class _Laboratory:
    """Writes variants of one trained student; yields their names."""

    trained: Trained
    folder: Path
    output: Path
    progress: Progress

    def precisions(self) -> Iterator[str]:
        ranges = self.trained.ranges
        student = self.trained.student
        yield self._write("float32", student, _plain)
        yield self._write("float16 stored", student, _in_half)
        yield self._write("hybrid", student, partial(_hybrid, ranges=ranges))
        yield self._write("int8", student, partial(rounded, ranges=ranges))
        yield self._write("int8-aware", self.trained.aware, partial(rounded, ranges=ranges))

    def pruned(self) -> Iterator[str]:
        """At each width, fine-tuned, in float32 and in int8."""
        recipe, dataset = self.trained.recipe, self.trained.dataset
        for share in _WIDTHS:
            title = f"width {share:.0%}"
            student = train(
                pruned(self.trained.student, recipe.widths.scaled(share)), dataset, recipe, steps=recipe.pruned_steps,
                learning_rate=recipe.learning_rate * _PRUNED_RATE, progress=self.progress, title=title,
                checkpoint=checkpoint(self.folder, f"width-{100 * share:.0f}", recipe, recipe.pruned_steps, dataset),
            )  # fmt: skip
            ranges = calibrate(student, calibration(dataset, recipe))
            yield self._write(f"{title} float32", student, _plain)
            yield self._write(f"{title} int8", student, partial(rounded, ranges=ranges))

    def _write(self, name: str, student: Student, finish: Callable[[Graphs], Graphs]) -> str:
        level = level_of(self.trained, student, finish, self.folder, self.progress)
        graphs = finish(graphs_of(self.trained, student, level))
        write_voice(self.trained, student, graphs, self.output / name.replace(" ", "-"))
        return name


def _plain(graphs: Graphs) -> Graphs:
    return {name: lower(graph) for name, graph in graphs.items()}


def _in_half(graphs: Graphs) -> Graphs:
    return {name: stored_in_half(graph) for name, graph in _plain(graphs).items()}


def _hybrid(graphs: Graphs, *, ranges: dict[str, Range]) -> Graphs:
    return {"acoustic": lower(graphs["acoustic"], ranges), "vocoder": stored_in_half(lower(graphs["vocoder"]))}


def _judged(names: list[str], output: Path, progress: Progress) -> Iterator[Figures]:
    lines = [read_line(text) for text in sentences("selection")[::3]]
    task = progress.add_task("judging", total=len(names) * len(lines))
    for name in names:
        folder = output / name.replace(" ", "-")
        bundle = load_bundle(folder)
        speed = measure_speed(bundle, lines[:20])
        voice = BundleVoice(folder, bundle.default_voice)
        understood = listen((voice.say(line) for line in lines), advance=lambda: progress.advance(task))
        yield Figures(
            name=name,
            size_mb=speed.size_bytes / 1e6,
            real_time_factor=speed.real_time_factor,
            first_audio_ms=speed.first_audio_short_ms,
            word_error_rate=understood.word_error_rate,
            standard_error=understood.standard_error,
        )


def _table(figures: list[Figures]) -> Table:
    table = Table("variant", "MB", "RTF", "first 100 ms, ms", "WER %", "± s.e.")
    for row in figures:
        table.add_row(
            row.name,
            f"{row.size_mb:.2f}",
            f"{row.real_time_factor:.4f}",
            f"{row.first_audio_ms:.1f}",
            f"{100 * row.word_error_rate:.1f}",
            f"{100 * row.standard_error:.1f}",
        )
    return table
