"""`python -m training make`: the starter voice, from nothing."""

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from training.recipe import RECIPES


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("--recipe", choices=RECIPES, default="starter")
    parser.add_argument("--steps", type=int)
    parser.add_argument("--work", type=Path, default=Path("build/voice"))
    options = parser.parse_args()
    from training.dataset import describe, make_dataset
    from training.train import new_student, train

    recipe = RECIPES[options.recipe]
    folder: Path = options.work / recipe.name
    folder.mkdir(parents=True, exist_ok=True)
    with bars() as progress:
        dataset = make_dataset(recipe, folder, progress)
        progress.console.print(describe(dataset))
        student = new_student(recipe, dataset)
        train(
            student, dataset, recipe, steps=options.steps or recipe.steps, learning_rate=recipe.learning_rate,
            checkpoint=folder / "student.pt", progress=progress, title="student",
        )
    return 0


def bars() -> Progress:
    """Progress on a terminal; plain lines elsewhere."""
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn(),
        console=Console(stderr=True, soft_wrap=True),
    )


if __name__ == "__main__":
    sys.exit(main())
