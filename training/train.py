"""Training: steps, a running average of the weights, and checkpoints from which an interrupted run goes on."""

import copy
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from rich.progress import Progress
from torch import nn

from training.batches import Batch, collate, epochs
from training.dataset import Dataset, Example
from training.losses import Losses, losses
from training.model.student import Student
from training.parameters import LOG_F0, VOICING
from training.recipe import Recipe

_REPORT_STEPS = 500
_SAVE_STEPS = 500
_SMALLEST_SHARE = 0.01
"""Of the learning rate, at the end of its cosine."""


@dataclass(slots=True)
class Run:
    """Everything that a run is, and a checkpoint holds."""

    student: Student
    average: Student
    optimizer: torch.optim.Optimizer
    step: int = 0
    epoch: int = 0
    batches_done: int = 0
    """Of the epoch."""

    def save(self, path: Path) -> None:
        state = {
            "student": self.student.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "progress": (self.step, self.epoch, self.batches_done),
        }
        partial = path.with_suffix(".partial")
        torch.save(state, partial)
        partial.replace(path)

    def load(self, path: Path) -> None:
        state = torch.load(path, weights_only=True)
        self.student.load_state_dict(state["student"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.epoch, self.batches_done = state["progress"]


def new_student(recipe: Recipe, dataset: Dataset) -> Student:
    """With random weights of the recipe's seed, and the corpus' means and deviations."""
    torch.manual_seed(recipe.seed)
    student = Student(recipe.widths, len(recipe.speakers))
    _normalise(student, dataset.training)
    return student


def _normalise(student: Student, examples: list[Example]) -> None:
    parameters = np.concatenate([example.parameters for example in examples[::7]]).astype(np.float32)
    mean, std = parameters.mean(axis=0), parameters.std(axis=0)
    mean[VOICING], std[VOICING] = 0, 1
    student.decoder.mean.copy_(torch.from_numpy(mean[1:]))
    student.decoder.std.copy_(torch.from_numpy(std[1:].clip(min=1e-3)))
    pitch = parameters[parameters[:, VOICING] > 0.5, LOG_F0]
    student.acoustic.log_f0_mean.copy_(torch.tensor(float(pitch.mean())))
    student.acoustic.log_f0_std.copy_(torch.tensor(float(pitch.std())))
    mean_frames = float(np.concatenate([example.durations for example in examples[::7]]).mean())
    nn.init.constant_(student.acoustic.prosody_out.bias[:1], math.log(mean_frames))


def train(
    student: Student,
    dataset: Dataset,
    recipe: Recipe,
    *,
    steps: int,
    learning_rate: float,
    checkpoint: Path,
    progress: Progress,
    title: str,
) -> Student:
    """Teach `student` for so many steps; from `checkpoint` on, if there is one. Returns the running average."""
    torch.set_num_threads(recipe.learning_threads)
    torch.use_deterministic_algorithms(True)
    # Filling uninitialised memory guards against bugs that we have not, for a tenth of the time.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]  # a property that stubs lack
    torch.manual_seed(recipe.seed)
    optimizer = torch.optim.AdamW(
        student.parameters(), lr=learning_rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True
    )
    run = Run(student, copy.deepcopy(student), optimizer)
    if checkpoint.exists():
        run.load(checkpoint)
    task = progress.add_task(title, total=steps, completed=run.step)
    for batch in islice(_batches_from(run, dataset, recipe), steps - run.step):
        rate = learning_rate * _schedule(run.step, steps, recipe.warmup_steps)
        figures = _step(run, batch, rate, recipe.average_decay)
        progress.update(task, completed=run.step)
        if run.step % _REPORT_STEPS == 0 or run.step == steps:
            progress.console.print(_report(title, run, figures, validate(run.average, dataset)))
        if run.step % _SAVE_STEPS == 0 or run.step == steps:
            run.save(checkpoint)
    return run.average


def _batches_from(run: Run, dataset: Dataset, recipe: Recipe) -> Iterator[Batch]:
    for epoch in epochs(dataset.training, recipe, run.epoch):
        for batch in islice(epoch, run.batches_done, None):
            run.batches_done += 1
            yield batch
        run.epoch, run.batches_done = run.epoch + 1, 0


def _schedule(step: int, steps: int, warmup: int) -> float:
    """A linear rise, then half a cosine."""
    warmup = min(warmup, steps // 4)
    if step < warmup:
        return (step + 1) / warmup
    done = (step - warmup) / max(1, steps - warmup)
    return _SMALLEST_SHARE + (1 - _SMALLEST_SHARE) * 0.5 * (1 + math.cos(math.pi * done))


def _step(run: Run, batch: Batch, rate: float, decay: float) -> Losses:
    for group in run.optimizer.param_groups:
        group["lr"] = rate
    run.student.train()
    torch.manual_seed(run.step)  # dropout: the same whether or not the run was interrupted
    found = losses(run.student, batch)
    run.optimizer.zero_grad(set_to_none=True)
    found.total().backward()  # type: ignore[no-untyped-call]  # torch has not annotated it
    nn.utils.clip_grad_norm_(run.student.parameters(), 1.0)
    run.optimizer.step()
    run.step += 1
    share = 1 - min(decay, (run.step + 1) / (run.step + 20))
    with torch.no_grad():
        torch._foreach_lerp_(list(run.average.parameters()), list(run.student.parameters()), share)
    return found


def validate(
    student: Student, dataset: Dataset, losses_of: Callable[[Student, Batch], Losses] = losses
) -> dict[str, float]:
    """Mean figures over the takes held back."""
    student.eval()
    held = sorted(dataset.validation, key=lambda example: len(example.parameters))
    sums: dict[str, float] = {}
    batches = [held[first : first + 8] for first in range(0, len(held), 8)]
    with torch.no_grad():
        for examples in batches:
            for name, value in losses_of(student, collate([(example, True) for example in examples])).figures().items():
                sums[name] = sums.get(name, 0) + value / len(batches)
    return sums


def _report(title: str, run: Run, found: Losses, held: dict[str, float]) -> str:
    figures = " ".join(f"{name} {value:.3f}" for name, value in held.items())
    return (
        f"{title} step {run.step}, epoch {run.epoch}: total {float(found.total().detach()):.3f}; held back: {figures}"
    )
