"""The head is fitted to real sound: what is heard gets even, the same each time, and once."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from rich.console import Console
from rich.progress import Progress
from rig.takes import example_of

from training import levelling
from training.dataset import Dataset
from training.export import export_graphs
from training.hearing import Ear
from training.levelling import errors_lu, fitted_level
from training.lowering import lower
from training.model.acoustic import Widths
from training.model.level import Level
from training.recipe import TINY

TEXTS = (
    "A longer line, with a pause in it, and more behind that.",
    "The weather was very nice that morning, so we left the house early.",
    "Somebody sold yellow flowers; an old man sold honey.",
    "Where did all of the children leave their green umbrellas?",
)
DATA = Dataset(training=[example_of(text) for text in TEXTS], validation=[], origin="made up")
RECIPE = replace(
    TINY, speakers=("slt", "rms", "awb"), widths=Widths(token=32, frame=32, token_inner=32, frame_inner=32),
    level_pieces=60,
)  # fmt: skip


@pytest.fixture(autouse=True)
def _as_found():
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def graphs(student):
    """Of a student that is about as loud as a voice."""
    with torch.no_grad():
        student.decoder.mean[1] = 4
    return {name: lower(graph) for name, graph in export_graphs(student, Level.silent(32), speed_exponent=0.7).items()}


@pytest.fixture
def styles(student):
    return dict(zip(RECIPE.speakers, student.acoustic.speakers.weight.detach().numpy(), strict=True))


def fit(graphs, styles, folder: Path, recipe=RECIPE, data=DATA) -> Level:
    folder.mkdir(exist_ok=True)
    with Progress(console=Console(quiet=True)) as progress:
        return fitted_level(graphs, styles, data, recipe, folder, progress)


def heard(graphs, styles, count: int):
    with Progress(console=Console(quiet=True)) as progress:
        recipe = replace(RECIPE, seed=9, level_pieces=count)
        return levelling._listen(
            Level(32), Ear(graphs), levelling.pieces(DATA, styles, recipe), recipe, progress, "level"
        )


def test_what_it_has_not_heard_gets_nearer_to_the_loudness_it_should_have(graphs, styles, tmp_path):
    others = heard(graphs, styles, 20)
    before = errors_lu(Level.silent(32), others)
    after = errors_lu(fit(graphs, styles, tmp_path), others)
    assert (after**2).mean() < 0.25 * (before**2).mean()


def test_the_same_graphs_get_the_same_head(graphs, styles, tmp_path):
    one, two = (fit(graphs, styles, tmp_path / name).state_dict() for name in ("one", "two"))
    assert all(torch.equal(one[name], two[name]) for name in one)


def test_it_is_kept_for_these_graphs_alone(graphs, styles, tmp_path, monkeypatch):
    kept = fit(graphs, styles, tmp_path).state_dict()
    monkeypatch.setattr(levelling, "_fit", None)
    found = fit(graphs, styles, tmp_path).state_dict()
    assert all(torch.equal(kept[name], found[name]) for name in kept)
    with pytest.raises(TypeError):
        fit(graphs, styles, tmp_path, replace(RECIPE, seed=3))


def test_a_voice_that_knows_no_sentence_is_left_as_it_is(graphs, styles, tmp_path):
    data = Dataset(training=[example_of("Yes.")], validation=[])
    level = fit(graphs, styles, tmp_path, data=data)
    assert not any(parameter.any() for parameter in level.parameters())
