"""Where a run keeps what it has learned: a file for each recipe, set of takes and state of the code."""

import hashlib
from dataclasses import replace
from functools import cache
from pathlib import Path

from training import augment, batches, british, losses, train
from training.dataset import Dataset
from training.fingerprint import syntax_of
from training.model import acoustic, decoder, layers, regulate, student
from training.quantise import aware, prune
from training.recipe import Recipe


def checkpoint(folder: Path, title: str, recipe: Recipe, steps: int, dataset: Dataset) -> Path:
    """A run of another recipe, of other takes or by other code is another run.

    How long others are fine-tuned, and what the head for levels learns from, is nothing to this one.
    """
    told = repr((title, steps, replace(recipe, aware_steps=0, pruned_steps=0, level_pieces=0), dataset.origin, _code()))
    return folder / f"{title}-{hashlib.sha256(told.encode()).hexdigest()[:12]}.pt"


@cache
def _code() -> list[str]:
    """That which decides what is learned."""
    model = (acoustic, decoder, layers, regulate, student)
    return syntax_of((*model, augment, batches, british, losses, train, aware, prune))
