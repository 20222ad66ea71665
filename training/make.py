"""From nothing to a bundle: takes, training, calibration, quantisation-aware fine-tuning, graphs.

Goes on where it was.
"""

import copy
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import onnx
from rich.progress import Progress

from training import blends, bundle
from training.augment import ESPEAK_SYMBOLS
from training.batches import Batch, epochs
from training.checkpoints import checkpoint
from training.dataset import Dataset, describe, make_dataset
from training.export import export_graphs, finished
from training.lowering import Range, lower
from training.model.student import Student
from training.quantise.aware import make_aware, make_plain
from training.quantise.ranges import calibrate
from training.recipe import Recipe
from training.train import new_student, train

_CALIBRATION_BATCHES = 24
_AWARE_RATE = 0.15
"""Of the recipe's learning rate."""


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


def graphs_of(trained: Trained, student: Student) -> dict[str, onnx.ModelProto]:
    """With `training::Taps` nodes, to be lowered."""
    seen = {int(token) for example in trained.dataset.training for token in example.tokens}
    return export_graphs(finished(student, seen | ESPEAK_SYMBOLS), speed_exponent=trained.recipe.speed_exponent)


def write_voice(trained: Trained, student: Student, graphs: dict[str, onnx.ModelProto], output: Path) -> None:
    """A bundle of lowered graphs, with the voices that `student` knows."""
    styles = student.acoustic.speakers.weight.detach().numpy()
    licence, origins = bundle.licence_of(trained.recipe.teacher)
    bundle.write_bundle(
        output,
        name=trained.recipe.name,
        graphs=graphs,
        voices=blends.voices(dict(zip(trained.recipe.speakers, styles, strict=True))),
        licence=licence,
        origins=origins,
    )


def make_voice(recipe: Recipe, folder: Path, output: Path, progress: Progress) -> None:
    """The bundle that is shipped: int8 throughout, but for the vocoder's transforms."""
    trained = train_voice(recipe, folder, progress)
    graphs = {name: lower(graph, trained.ranges) for name, graph in graphs_of(trained, trained.aware).items()}
    write_voice(trained, trained.aware, graphs, output)
    progress.console.print(f"written: {output}")
