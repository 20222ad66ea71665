"""`python -m training make`: the starter voice, from nothing. `python -m training variants`: its smaller siblings."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from training.recipe import RECIPES, Recipe
from training.teachers.teacher import TeacherUnavailable

_ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    wishes = _parse()
    recipe = _recipe(wishes)
    folder = wishes.work / recipe.name
    try:
        if recipe != RECIPES[wishes.recipe]:
            _check(recipe, folder)
        with _bars() as progress:
            if wishes.task == "make":
                from training.make import make_voice  # not before its options are right: torch takes a second

                make_voice(recipe, folder, wishes.output, progress)
            else:
                from training.variants import make_variants

                make_variants(recipe, folder, wishes.output, progress)
    except TeacherUnavailable as missing:
        print(f"training: {missing}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("training: stopped; the same command goes on from the last checkpoint", file=sys.stderr)
        return 130
    return 0


def _recipe(wishes: argparse.Namespace) -> Recipe:
    recipe = RECIPES[wishes.recipe]
    speakers = tuple(dict.fromkeys(wishes.speakers or recipe.speakers))
    return replace(recipe, teacher=wishes.teacher or recipe.teacher, speakers=speakers)


def _check(recipe: Recipe, folder: Path) -> None:
    """That there is such a teacher, with such speakers, before a corpus is written for them."""
    from training.dataset import check_teacher

    folder.mkdir(parents=True, exist_ok=True)
    check_teacher(recipe, folder)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m training",
        description=__doc__,
        epilog="examples: python -m training make --recipe tiny --output build/tiny-voice; "
        "python -m training make --teacher kokoro --speakers af_heart bm_george",
    )
    parser.add_argument("task", choices=["make", "variants"])
    parser.add_argument("--recipe", choices=RECIPES, default="starter", help="what to make (default: %(default)s)")
    parser.add_argument(
        "--teacher", help="who teaches: flite, or a kokoro bundle by name or folder (default: the recipe's)"
    )
    parser.add_argument(
        "--speakers", nargs="+", metavar="NAME", help="the teacher's, to be learned (default: the recipe's)"
    )
    parser.add_argument("--work", type=Path, default=_ROOT / "build/voice", help="takes and checkpoints are kept there")
    parser.add_argument("--output", type=Path, help="the bundle's folder (make), or that of all of them (variants)")
    wishes = parser.parse_args()
    if wishes.output is None:
        shipped = wishes.task == "make" and _recipe(wishes) == RECIPES["starter"]
        wishes.output = _ROOT / "bundles/starter" if shipped else wishes.work / wishes.recipe / wishes.task
    return wishes


def _bars() -> Progress:
    """On a terminal; elsewhere only what is printed."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True, soft_wrap=True),
    )


if __name__ == "__main__":
    sys.exit(main())
