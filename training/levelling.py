"""Fits the head for levels to real sound: what finished graphs were heard to need, by plain regression."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import torch
from rich.progress import Progress
from torch import Tensor

from training import blends, hearing, loudness
from training.dataset import Dataset
from training.fingerprint import syntax_of
from training.hearing import Ear, Style, pieces
from training.judge import loudness as meter
from training.loudness import NEPERS_PER_DB
from training.model import level as level_module
from training.model.level import Level
from training.recipe import Recipe

_EPOCHS = 40
_BATCH = 8
_RATE = 5e-3
_WARM_UP = 0.1
"""Of the steps."""
_HELD_BACK = 10
"""Every tenth piece is not learned from."""
_MOST_TRIES = 5
"""For each piece: many lines are shorter than a sentence."""


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    units: Tensor
    """As `Level.units` makes them, without the batch."""
    filled: Tensor
    shift: float


def fitted_level(
    graphs: Mapping[str, onnx.ModelProto],
    styles: Mapping[str, Style],
    dataset: Dataset,
    recipe: Recipe,
    folder: Path,
    progress: Progress,
    title: str = "level",
) -> Level:
    """The head that makes these graphs even. Kept in `folder`; found there, it is not made again.

    Args:
        graphs: as they are to be shipped, but for the head.
        styles: of every speaker.
    """
    kept = folder / f"level-{_fingerprint(graphs, styles, dataset, recipe)}.pt"
    if kept.exists():
        level = Level(recipe.widths.frame)
        level.load_state_dict(torch.load(kept, weights_only=True))
        return level.eval()
    torch.set_num_threads(recipe.learning_threads)
    torch.manual_seed(recipe.seed)
    level = Level(recipe.widths.frame)
    heard = _listen(level, Ear(graphs), pieces(dataset, styles, recipe), recipe, progress, title)
    if len(heard) <= _HELD_BACK:
        return Level.silent(recipe.widths.frame)  # nothing that it knows lasts for a sentence
    _fit(level, [piece for place, piece in enumerate(heard) if place % _HELD_BACK], recipe, progress, title)
    level.eval()
    errors = errors_lu(level, heard[::_HELD_BACK])
    progress.console.print(
        f"{title}: {len(errors)} pieces held back, {errors.mean():+.2f} LU, spread {errors.std():.2f},"
        f" furthest {np.abs(errors).max():.2f}"
    )
    partial = kept.with_suffix(".partial")
    torch.save(level.state_dict(), partial)
    partial.replace(kept)
    return level


def errors_lu(level: Level, heard: Sequence[_Piece]) -> npt.NDArray[np.float64]:
    """How much louder than it should be each piece comes out."""
    with torch.no_grad():
        said = [float(level.of_units(piece.units[None], piece.filled[None])) - piece.shift for piece in heard]
    errors: npt.NDArray[np.float64] = np.array(said) / NEPERS_PER_DB
    return errors


def _fingerprint(
    graphs: Mapping[str, onnx.ModelProto], styles: Mapping[str, Style], dataset: Dataset, recipe: Recipe
) -> str:
    digest = hashlib.sha256(repr((recipe.seed, recipe.level_pieces, dataset.origin, list(styles))).encode())
    for part in syntax_of((blends, level_module, hearing, loudness, meter)):
        digest.update(part.encode())
    for graph in graphs.values():
        digest.update(graph.SerializeToString(deterministic=True))
    return digest.hexdigest()[:12]


def _listen(
    level: Level,
    ear: Ear,
    said: Iterator[tuple[list[int], Style, float]],
    recipe: Recipe,
    progress: Progress,
    title: str,
) -> list[_Piece]:
    width = recipe.widths.frame
    task = progress.add_task(f"{title}: hearing", total=recipe.level_pieces)
    heard: list[_Piece] = []
    for wish in islice(said, _MOST_TRIES * recipe.level_pieces):
        if len(heard) == recipe.level_pieces:
            break
        if (piece := ear.hear(*wish)) is not None:
            frames = torch.from_numpy(piece.frames)[None]
            units, filled = level.units(
                frames[..., :width], frames[..., width + 1 : width + 3], frames[..., width : width + 1]
            )
            heard.append(_Piece(units[0], filled[0], piece.shift))
            progress.advance(task)
    return heard


def _fit(level: Level, heard: Sequence[_Piece], recipe: Recipe, progress: Progress, title: str) -> None:
    everything = torch.cat([piece.units[piece.filled > 0] for piece in heard])
    level.mean.copy_(everything.mean(dim=0))
    level.std.copy_(everything.std(dim=0).clamp(min=1e-3))
    del everything
    optimizer = torch.optim.AdamW(level.parameters(), lr=_RATE, weight_decay=0.01)
    batches = max(1, len(heard) // _BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, _RATE, total_steps=_EPOCHS * batches, pct_start=_WARM_UP, cycle_momentum=False
    )
    chance = np.random.default_rng(recipe.seed)
    task = progress.add_task(f"{title}: learning", total=_EPOCHS * batches)
    for _ in range(_EPOCHS):
        for chosen in np.array_split(chance.permutation(len(heard)), batches):
            batch = [heard[place] for place in chosen]
            units, filled = (
                torch.nn.utils.rnn.pad_sequence([getattr(piece, name) for piece in batch], batch_first=True)
                for name in ("units", "filled")
            )
            wanted = torch.tensor([piece.shift for piece in batch], dtype=torch.float32)
            optimizer.zero_grad()
            error = (level.of_units(units, filled) - wanted).abs().mean()
            error.backward()  # type: ignore[no-untyped-call]  # torch has not annotated it
            torch.nn.utils.clip_grad_norm_(level.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            progress.advance(task)
