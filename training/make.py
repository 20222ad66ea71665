"""From nothing to a bundle: takes, training, calibration, quantisation-aware fine-tuning, even levels, graphs.

Goes on where it was.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from rich.progress import Progress

from training import blends, bundle
from training.augment import ESPEAK_SYMBOLS
from training.batches import Batch, epochs
from training.british import BRITISH_SYMBOLS
from training.checkpoints import checkpoint
from training.dataset import Dataset, describe, make_dataset
from training.export import export_graphs, finished
from training.levelling import fitted_level
from training.lowering import Range, lower
from training.model.level import Level
from training.model.student import Student
from training.quantise.aware import make_aware, make_plain
from training.quantise.ranges import calibrate
from training.recipe import Recipe
from training.train import new_student, train

_CALIBRATION_BATCHES = 24
_AWARE_RATE = 0.15
"""Of the recipe's learning rate."""

Graphs = dict[str, onnx.ModelProto]


@dataclass(frozen=True, slots=True)
class Trained:
    """What training left behind."""

    recipe: Recipe
    dataset: Dataset
    student: Student
    """In float32."""
    aware: Student
    """The same, fine-tuned for int8."""
    ranges: dict[str, Range]
    """Of the inputs of every convolution."""


def train_voice(recipe: Recipe, folder: Path, progress: Progress) -> Trained:
    """Everything that is learned. `folder` keeps takes and checkpoints; what is there already is not made again.

    Raises:
        TeacherUnavailable: see `make_dataset`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    dataset = make_dataset(recipe, folder, progress)
    progress.console.print(describe(dataset))
    student = train(
        new_student(recipe, dataset), dataset, recipe, steps=recipe.steps, learning_rate=recipe.learning_rate,
        checkpoint=checkpoint(folder, "student", recipe, recipe.steps, dataset), progress=progress, title="student",
    )  # fmt: skip
    ranges = calibrate(student, calibration(dataset, recipe))
    return Trained(recipe, dataset, student, fine_tuned(student, ranges, dataset, recipe, folder, progress), ranges)


def fine_tuned(
    student: Student,
    ranges: dict[str, Range],
    dataset: Dataset,
    recipe: Recipe,
    folder: Path,
    progress: Progress,
    title: str = "int8-aware",
) -> Student:
    """A copy of `student` that has learned to live with int8's rounding."""
    aware = train(
        make_aware(copy.deepcopy(student), ranges), dataset, recipe, steps=recipe.aware_steps,
        learning_rate=recipe.learning_rate * _AWARE_RATE, progress=progress, title=title,
        checkpoint=checkpoint(folder, title, recipe, recipe.aware_steps, dataset),
    )  # fmt: skip
    return make_plain(aware)


def calibration(dataset: Dataset, recipe: Recipe) -> list[Batch]:
    """Batches as training makes them, from an epoch of their own."""
    unused = replace(recipe, seed=recipe.seed + 1)
    return list(islice(next(epochs(dataset.training, unused, 0)), _CALIBRATION_BATCHES))


def graphs_of(trained: Trained, student: Student, level: Level) -> Graphs:
    """With `training::Taps` nodes, to be lowered."""
    seen = {int(token) for example in trained.dataset.training for token in example.tokens}
    respelled = BRITISH_SYMBOLS if trained.recipe.british_share else frozenset()  # else they borrow what was learned
    known = finished(student, seen | ESPEAK_SYMBOLS | respelled)
    return export_graphs(known, level, speed_exponent=trained.recipe.speed_exponent)


def level_of(
    trained: Trained, student: Student, finish: Callable[[Graphs], Graphs], folder: Path, progress: Progress
) -> Level:
    """The head that evens `student`, fitted to the sound of its graphs as `finish` makes them."""
    graphs = finish(graphs_of(trained, student, Level.silent(student.widths.frame)))
    return fitted_level(graphs, styles_of(trained, student), trained.dataset, trained.recipe, folder, progress)


def styles_of(trained: Trained, student: Student) -> dict[str, npt.NDArray[np.float32]]:
    """Of every speaker, (256,)."""
    return dict(zip(trained.recipe.speakers, student.acoustic.speakers.weight.detach().numpy(), strict=True))


def write_voice(trained: Trained, student: Student, graphs: Graphs, output: Path) -> None:
    """A bundle of lowered graphs, with the voices that `student` knows."""
    licence, origins = bundle.licence_of(trained.recipe.teacher)
    bundle.write_bundle(
        output,
        name=trained.recipe.name,
        graphs=graphs,
        voices=blends.voices(styles_of(trained, student)),
        licence=licence,
        origins=origins,
    )


def rounded(graphs: Graphs, *, ranges: dict[str, Range]) -> Graphs:
    """In int8."""
    return {name: lower(graph, ranges) for name, graph in graphs.items()}


def make_voice(recipe: Recipe, folder: Path, output: Path, progress: Progress) -> None:
    """The bundle that is shipped: int8 throughout, but for the vocoder's transforms."""
    trained = train_voice(recipe, folder, progress)
    finish = partial(rounded, ranges=trained.ranges)
    level = level_of(trained, trained.aware, finish, folder, progress)
    write_voice(trained, trained.aware, finish(graphs_of(trained, trained.aware, level)), output)
    progress.console.print(f"written: {output}")
