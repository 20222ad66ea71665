"""The laboratory, small: every precision and width is a bundle that speaks, and has its row in the table."""

import json
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console
from rich.progress import Progress
from rig.takes import example_of

from training import checkpoints, make, variants
from training.dataset import Dataset
from training.judge.voice import BundleVoice
from training.lines import read_line
from training.model.acoustic import Widths
from training.recipe import TINY

LINE = read_line("The weather is very nice today.")
EXAMPLES = [example_of(text) for text in ("One, two.", "Red and blue.", "A longer line.", "Who?")]
RECIPE = replace(
    TINY,
    widths=Widths(token=32, frame=32, token_inner=32, frame_inner=32),
    steps=4,
    aware_steps=2,
    pruned_steps=2,
    threads=1,
)


@pytest.fixture
def bundles(tmp_path, monkeypatch):
    monkeypatch.setattr(make, "make_dataset", lambda *_: Dataset(training=EXAMPLES, validation=EXAMPLES[:1]))
    monkeypatch.setattr(variants, "sentences", lambda name: (LINE.text,))
    with Progress(console=Console(quiet=True)) as progress:
        variants.make_variants(RECIPE, tmp_path / "work", tmp_path / "made", progress)
    return tmp_path / "made"


@pytest.mark.slow
def test_every_variant_speaks_and_is_judged(bundles):
    rows = json.loads((bundles / "variants.json").read_text())
    names = [row["name"] for row in rows]
    assert names[:5] == ["float32", "float16 stored", "hybrid", "int8", "int8-aware"]
    assert names[5:] == [f"width {share} {kind}" for share in ("75%", "50%", "25%") for kind in ("float32", "int8")]
    for row in rows:
        folder = bundles / row["name"].replace(" ", "-")
        audio = BundleVoice(folder, "am_rms").say(LINE).audio
        assert np.isfinite(audio).all()
        assert row["size_mb"] > 0
        assert row["word_error_rate"] >= 0


def test_a_checkpoint_belongs_to_its_recipe_takes_and_code_and_not_to_what_comes_after_it(tmp_path, monkeypatch):
    def path(recipe, steps=RECIPE.steps, origin="takes"):
        return checkpoints.checkpoint(tmp_path, "student", recipe, steps, Dataset([], [], origin))

    assert path(RECIPE) == path(replace(RECIPE, aware_steps=99, pruned_steps=99))
    assert path(RECIPE) != path(replace(RECIPE, seed=2))
    assert path(RECIPE) != path(RECIPE, steps=5)
    assert path(RECIPE) != path(RECIPE, origin="other takes")
    before = path(RECIPE)
    monkeypatch.setattr(checkpoints, "_code", lambda: ["other code"])
    assert path(RECIPE) != before
