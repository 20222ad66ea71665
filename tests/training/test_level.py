"""The head that evens levels: it learns alone, and moves c0 alone."""

import numpy as np
import onnxruntime
import pytest
import torch
from rig.takes import example_of

from training.batches import collate
from training.export import export_graphs
from training.losses import losses
from training.lowering import lower
from training.model.style import STYLE

BATCH = collate([(example_of(text), True) for text in ("One, two.", "A longer line, with a pause in it.")])


def test_nobody_but_the_head_learns_from_levels(student):
    losses(student, BATCH).level.backward()
    learning = {name for name, parameter in student.named_parameters() if parameter.grad is not None}
    assert learning == {"level.hidden.weight", "level.hidden.bias", "level.out.weight", "level.out.bias"}


def test_the_head_learns_to_make_up_for_what_is_wrong(student):
    optimizer = torch.optim.Adam(student.level.parameters(), lr=0.03)
    before = float(losses(student, BATCH).level.detach())
    for _ in range(60):
        optimizer.zero_grad()
        losses(student, BATCH).level.backward()
        optimizer.step()
    assert float(losses(student, BATCH).level.detach()) < max(0.5, before - 4)  # 5 dB is the most that it may add


def test_it_adds_no_more_than_five_decibels(student):
    with torch.no_grad():
        student.level.out.bias += 100
        said = student.level(torch.randn(2, 5, 32), torch.randn(2, STYLE), torch.ones(2, 5, 1))
    assert 20 * np.log10(np.exp(float(said.max()))) == pytest.approx(5.2, abs=0.1)


def test_in_the_graphs_it_changes_the_level_and_nothing_else(student):
    def audio(bias: float) -> np.ndarray:
        with torch.no_grad():
            student.level.out.bias.fill_(bias)
        graphs = {name: lower(graph) for name, graph in export_graphs(student, speed_exponent=0.7).items()}
        sessions = {name: onnxruntime.InferenceSession(graph.SerializeToString()) for name, graph in graphs.items()}
        feeds = {
            "tokens": np.array([[0, 50, 83, 54, 4, 0]], np.int64),
            "style": student.acoustic.speakers.weight.detach().numpy()[:1],
            "speed": np.ones(1, np.float32),
        }
        _, frames = sessions["acoustic"].run(None, feeds)
        (sound,) = sessions["vocoder"].run(None, {"frames": frames})
        return sound

    with torch.no_grad():
        student.decoder.mean[1] -= 6  # far from the limiter
    softer, louder = audio(-0.2), audio(0.2)
    ratio = np.exp(2 * 0.6 * np.tanh(0.2 / 0.6))
    assert np.allclose(louder, softer * ratio, rtol=1e-3, atol=1e-6)
