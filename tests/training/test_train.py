"""Training: it learns, and a run that was interrupted ends where one that was not does."""

from dataclasses import replace

import pytest
import torch
from rich.console import Console
from rich.progress import Progress
from rig.takes import example_of

from training import train as training_loop
from training.dataset import Dataset
from training.model.acoustic import Widths
from training.recipe import TINY
from training.train import new_student, train

TEXTS = ("One, two.", "Red and blue.", "A longer line, with a pause in it.", "Who?", "Nobody knows.")
EXAMPLES = [example_of(text, speaker) for text in TEXTS for speaker in (0, 1)]
DATA = Dataset(training=EXAMPLES[2:], validation=EXAMPLES[:2])
RECIPE = replace(
    TINY, speakers=("a", "b"), widths=Widths(token=16, frame=16, token_inner=16, frame_inner=16), batch_frames=600,
    threads=1,
)  # fmt: skip


@pytest.fixture(autouse=True)
def _as_found():
    threads, strict = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    yield
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(strict)


def run(path, steps: int, student=None):
    with Progress(console=Console(quiet=True)) as progress:
        return train(
            student or new_student(RECIPE, DATA), DATA, RECIPE, steps=steps, learning_rate=3e-3, checkpoint=path,
            progress=progress, title="test",
        )  # fmt: skip


def same(first, second) -> bool:
    return all(torch.equal(one, two) for one, two in zip(first.parameters(), second.parameters(), strict=True))


def test_it_learns(tmp_path):
    before = training_loop.validate(new_student(RECIPE, DATA), DATA)
    after = training_loop.validate(run(tmp_path / "a.pt", 80), DATA)
    for name in ("cepstrum", "duration"):
        assert after[name] < 0.8 * before[name], name


def test_the_same_seed_gives_the_same_student(tmp_path):
    assert same(run(tmp_path / "a.pt", 12), run(tmp_path / "b.pt", 12))


def test_an_interrupted_run_ends_where_an_uninterrupted_one_does(tmp_path, monkeypatch):
    monkeypatch.setattr(training_loop, "_SAVE_STEPS", 5)
    whole = run(tmp_path / "whole.pt", 17)
    real, taken = training_loop._step, []

    def interrupted(run, *rest):
        if len(taken) == 13:
            raise KeyboardInterrupt
        taken.append(run.step)
        return real(run, *rest)

    monkeypatch.setattr(training_loop, "_step", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "cut.pt", 17)
    monkeypatch.setattr(training_loop, "_step", real)
    assert same(run(tmp_path / "cut.pt", 17), whole)


def test_a_finished_run_is_not_run_again(tmp_path, monkeypatch):
    finished = run(tmp_path / "a.pt", 6)
    monkeypatch.setattr(training_loop, "_step", None)
    assert same(run(tmp_path / "a.pt", 6), finished)
