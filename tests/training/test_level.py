"""The head that evens levels: it moves c0 alone, counts as BS.1770 does, and stays within its bounds."""

import numpy as np
import onnxruntime
import pytest
import torch

from training.export import export_graphs
from training.lowering import lower
from training.model.level import UNIT, Level

WIDTH = 32


@pytest.fixture
def level() -> Level:
    """Of random weights; what it says depends on what it gets."""
    torch.manual_seed(2)
    level = Level(WIDTH).eval()
    with torch.no_grad():
        level.out.weight *= 3
    return level


def piece(frames: int, seed: int = 0, offset: float = 0.0) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    source = torch.Generator().manual_seed(seed)
    told = torch.randn(1, frames, WIDTH, generator=source) + offset
    return told, torch.full((1, frames, 2), 4.8), torch.ones(1, frames, 1)


def said(level: Level, parts: tuple[torch.Tensor, ...]) -> float:
    with torch.no_grad():
        return float(level(*parts))


def power_of(level: Level, power: float) -> Level:
    """Guesses the same power for everything."""
    with torch.no_grad():
        level.out.weight.zero_()
        level.out.bias.fill_(np.log(power))
        level.wanted.fill_(np.log(0.01))
    return level


@pytest.mark.parametrize(("power", "decibels"), [(0.01, 0.0), (0.02, -3.0), (0.005, 3.0)])
def test_what_is_too_loud_is_lowered_by_as_much(level, power, decibels):
    found = 20 * np.log10(np.exp(said(power_of(level, power), piece(300))))
    assert found == pytest.approx(decibels, abs=0.35)  # the bound bends it a little


@pytest.mark.parametrize("power", [1e-30, 1e30])
@pytest.mark.parametrize("frames", [0, 1, 39, 40, 41, 300])
def test_it_adds_no_more_than_five_decibels_whatever_comes(level, power, frames):
    assert abs(20 * np.log10(np.exp(said(power_of(level, power), piece(frames))))) < 5.3


def test_long_pauses_do_not_count(level):
    def quiet_between(frames: int) -> float:
        with torch.no_grad():
            level.out.weight.zero_()
            level.hidden.weight.zero_()
            level.hidden.bias.zero_()
            level.hidden.weight[0, 0] = 1
            level.out.weight[0, 0] = 10
            level.out.bias.fill_(-15.0)
        told = [torch.full((1, count, WIDTH), value) for count, value in ((200, 1.0), (frames, 0.0), (200, 1.0))]
        whole = torch.cat(told, dim=1)
        return said(level, (whole, torch.zeros(1, whole.shape[1], 2), torch.ones(1, whole.shape[1], 1)))

    assert quiet_between(400) == pytest.approx(quiet_between(80), abs=0.02)


def test_a_piece_among_longer_ones_is_as_loud_as_alone(level):
    short, long = piece(73, 1), piece(190, 2)
    padded = [torch.nn.functional.pad(part, (0, 0, 0, 190 - 73)) for part in short]
    with torch.no_grad():
        both = level(*(torch.cat(pair) for pair in zip(padded, long, strict=True)))
    assert both.tolist() == pytest.approx([said(level, short), said(level, long)], abs=1e-5)


def test_units_are_means_over_50_ms_and_what_is_left_over_is_none(level):
    told, log_f0, valid = piece(UNIT + 2)
    units, filled = level.units(told, log_f0, valid)
    assert torch.allclose(units[0, 0, :WIDTH], told[0, :UNIT].mean(dim=0), atol=1e-6)
    assert units[0, 0, WIDTH] == pytest.approx(4.8)
    assert filled[0, :3].tolist() == [1, 0, 0]


def test_in_the_graphs_it_changes_the_level_and_nothing_else(student, level):
    def audio(wanted: float) -> np.ndarray:
        power_of(level, 0.01)
        with torch.no_grad():
            level.wanted.fill_(np.log(0.01) + wanted)
        graphs = {name: lower(graph) for name, graph in export_graphs(student, level, speed_exponent=0.7).items()}
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
    softer, louder = audio(-0.4), audio(0.4)
    ratio = np.exp(2 * 0.6 * np.tanh(0.2 / 0.6))
    assert np.allclose(louder, softer * ratio, rtol=1e-3, atol=1e-6)
