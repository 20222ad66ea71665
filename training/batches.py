"""What a step learns from: takes of like length, varied, padded together. The same for the same seed and step."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from training import augment
from training.british import in_british
from training.dataset import Example
from training.parameters import COLUMNS
from training.recipe import Recipe

_POOL = 384
"""Takes sorted by length together: little padding, yet new company in every epoch."""
_JOINED_TAKES = (2, 3, 4, 6)


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded with zeros behind the end."""

    tokens: Tensor
    """int64 (batch, n)."""
    durations: Tensor
    """int64 (batch, n), 5 ms frames."""
    parameters: Tensor
    """float32 (batch, frames, 32); frames is even."""
    speaker: Tensor
    """int64 (batch,)."""
    is_plain: Tensor
    """float (batch, 1): 1 for takes at the teacher's own speed, from which durations are learned."""


def epochs(examples: list[Example], recipe: Recipe, first_epoch: int) -> Iterator[Iterator[Batch]]:
    """One after another, without end."""
    epoch = first_epoch
    while True:
        yield _epoch(examples, recipe, np.random.default_rng((recipe.seed, epoch)))
        epoch += 1


def _epoch(examples: list[Example], recipe: Recipe, chance: np.random.Generator) -> Iterator[Batch]:
    groups = _groups(examples, chance)
    for first in range(0, len(groups), _POOL):
        varied = [_vary(group, recipe, chance) for group in groups[first : first + _POOL]]
        varied.sort(key=lambda item: len(item[0].parameters))
        batches = list(_fill(varied, recipe.batch_frames))
        for place in chance.permutation(len(batches)):
            yield collate(batches[place])


def _groups(examples: list[Example], chance: np.random.Generator) -> list[list[Example]]:
    """Most takes alone, some joined with others of their speaker."""
    order = [examples[place] for place in chance.permutation(len(examples))]
    by_speaker: dict[int, list[Example]] = {}
    groups: list[list[Example]] = []
    for example in order:
        if chance.random() < 0.7:
            groups.append([example])
        else:
            by_speaker.setdefault(example.speaker, []).append(example)
    for waiting in by_speaker.values():
        while waiting:
            count = int(chance.choice(_JOINED_TAKES))
            groups.append(waiting[:count])
            del waiting[:count]
    return [groups[place] for place in chance.permutation(len(groups))]


def _vary(group: list[Example], recipe: Recipe, chance: np.random.Generator) -> tuple[Example, bool]:
    example = augment.joined(group) if len(group) > 1 else group[0]
    if chance.random() < 0.12:
        example = augment.enclosed(example, chance)
    if chance.random() < 0.3:
        example = augment.respelled(example, chance)
    elif recipe.british_share and chance.random() < recipe.british_share:
        example = in_british(example, chance)
    if is_varied := chance.random() < 0.3:
        example = augment.at_speed(
            example, float(np.exp(chance.uniform(np.log(0.5), np.log(3.0)))), recipe.speed_exponent
        )
    return example, not is_varied


def _fill(items: list[tuple[Example, bool]], frames: int) -> Iterator[list[tuple[Example, bool]]]:
    batch: list[tuple[Example, bool]] = []
    for item in items:
        if batch and len(item[0].parameters) * (len(batch) + 1) > frames:
            yield batch
            batch = []
        batch.append(item)
    if batch:
        yield batch


def collate(items: list[tuple[Example, bool]]) -> Batch:
    """Pads takes to a common length."""
    tokens = max(len(example.tokens) for example, _ in items)
    frames = max(len(example.parameters) + 1 for example, _ in items) // 2 * 2
    ids = np.zeros((len(items), tokens), np.int64)
    durations = np.zeros((len(items), tokens), np.int64)
    parameters = np.zeros((len(items), frames, COLUMNS), np.float32)
    for row, (example, _) in enumerate(items):
        ids[row, : len(example.tokens)] = example.tokens
        durations[row, : len(example.durations)] = example.durations
        parameters[row, : len(example.parameters)] = example.parameters
    return Batch(
        tokens=torch.from_numpy(ids),
        durations=torch.from_numpy(durations),
        parameters=torch.from_numpy(parameters),
        speaker=torch.tensor([example.speaker for example, _ in items]),
        is_plain=torch.tensor([[float(is_plain)] for _, is_plain in items]),
    )
