"""The exported graphs do what the student does: in float32 to the last digit that counts, in int8 nearly."""

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from training.export import export_graphs, finished
from training.lowering import Range, integer_weight, lower, stored_in_half, taps_nodes
from training.model.graphs import CONTEXT_LEFT, CONTEXT_RIGHT, AcousticGraph
from training.model.level import Level
from training.model.vocoder import Vocoder  # noqa: F401  (its constants are in the graphs)
from utterd.stages.g2p.symbols import SYMBOL_IDS

TOKENS = [0, 50, 83, 54, 156, 31, 16, 65, 87, 123, 54, 46, 4, 0]


def session(model: onnx.ModelProto) -> onnxruntime.InferenceSession:
    onnx.checker.check_model(model)
    return onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])


def feeds(student, rows: list[list[int]], speed: float = 1.0) -> dict[str, np.ndarray]:
    longest = max(map(len, rows))
    tokens = np.array([row + [0] * (longest - len(row)) for row in rows])
    style = student.acoustic.speakers.weight.detach().numpy()[np.arange(len(rows)) % 3]
    return {"tokens": tokens, "style": style, "speed": np.full(len(rows), speed, np.float32)}


@pytest.fixture
def level() -> Level:
    """Of random weights."""
    torch.manual_seed(3)
    return Level(32).eval()


@pytest.fixture
def exported(student, level):
    return export_graphs(student, level, speed_exponent=0.7)


@pytest.fixture
def float_graphs(exported):
    return {name: session(lower(model)) for name, model in exported.items()}


def test_the_acoustic_graph_is_the_student_and_its_head(student, level, float_graphs):
    given = feeds(student, [TOKENS], 1.3)
    durations, frames = float_graphs["acoustic"].run(None, given)
    with torch.no_grad():
        wanted = AcousticGraph(student, level, exponent=0.7)(*(torch.from_numpy(value) for value in given.values()))
    assert (durations == wanted[0].numpy()).all()
    assert np.abs(frames - wanted[1].numpy()).max() < 1e-4


def test_windows_of_any_size_equal_the_full_pass(student, float_graphs):
    frames = float_graphs["acoustic"].run(None, feeds(student, [TOKENS]))[1]
    vocoder = float_graphs["vocoder"]
    whole = vocoder.run(None, {"frames": frames})[0][0]
    for size in (1, 7, 20, 64):
        made = []
        for first in range(0, frames.shape[1], size):
            low, end = max(0, first - CONTEXT_LEFT), min(frames.shape[1], first + size)
            window = vocoder.run(None, {"frames": frames[:, low : end + CONTEXT_RIGHT]})[0][0]
            made.append(window[(first - low) * 240 : (end - low) * 240])
        assert np.abs(np.concatenate(made) - whole).max() < 1e-4


def test_a_batch_is_its_rows_one_by_one(student, float_graphs):
    rows = [TOKENS, [0, 50, 83, 54, 4, 0], [0, 65, 87, 123, 54, 46, 16, 50, 83, 0]]
    durations, frames = float_graphs["acoustic"].run(None, feeds(student, rows))
    audio = float_graphs["vocoder"].run(None, {"frames": frames})[0]
    for place, row in enumerate(rows):
        given = {name: value[place : place + 1] for name, value in feeds(student, rows).items()}
        given["tokens"] = np.array([row])
        alone, own_frames = float_graphs["acoustic"].run(None, given)
        own = float_graphs["vocoder"].run(None, {"frames": own_frames})[0][0]
        assert (durations[place, : len(row)] == alone[0]).all()
        assert np.abs(audio[place, : len(own)] - own).max() < 1e-4
        assert not audio[place, len(own) :].any()


@pytest.mark.parametrize("tokens", [[0, 0], [0, 16, 0], [0, 4, 3, 4, 0], [0, *[50, 83] * 255, 0]])
def test_odd_inputs_make_finite_sound(student, float_graphs, tokens):
    frames = float_graphs["acoustic"].run(None, feeds(student, [tokens]))[1]
    audio = float_graphs["vocoder"].run(None, {"frames": frames})[0]
    assert np.isfinite(audio).all()
    assert np.abs(audio).max(initial=0) <= 1


def test_half_storage_halves_the_file_and_hardly_moves_a_sample(student, exported):
    plain, half = (session(change(lower(exported["acoustic"]))) for change in (lambda model: model, stored_in_half))
    assert stored_in_half(lower(exported["vocoder"])).ByteSize() < 0.7 * lower(exported["vocoder"]).ByteSize()
    given = feeds(student, [TOKENS])
    frames, halved = (each.run(None, given)[1] for each in (plain, half))
    assert frames.shape == halved.shape
    assert np.abs(frames[..., :32] - halved[..., :32]).max() < 0.02


def test_int8_stays_near_float32_and_is_smaller(student, exported):
    ranges = {taps.name: Range(-6, 6) for taps in taps_nodes(exported["acoustic"])}
    model = lower(exported["acoustic"], ranges)
    assert model.ByteSize() < 0.7 * lower(exported["acoustic"]).ByteSize()
    given = feeds(student, [TOKENS])
    plain, rounded = (session(each).run(None, given) for each in (lower(exported["acoustic"]), model))
    assert abs(int(plain[0].sum()) - int(rounded[0].sum())) <= 4


def test_integer_weights_never_overflow_pairs_of_products_in_int16():
    weight = np.random.default_rng(0).normal(size=(64, 8)).astype(np.float32)
    rounded, scale = integer_weight(weight)
    assert 2 * 255 * int(np.abs(rounded).max()) <= 32767
    assert np.abs(rounded * scale - weight).max() <= scale.max() / 2 + 1e-6


@pytest.mark.parametrize(("low", "high"), [(-1, 3), (0, 5), (-2, 0), (0.5, 3)])
def test_zero_is_exact_in_every_range(low, high):
    span = Range(low, high)
    assert 0 <= span.zero_point <= 255
    assert abs((0 - span.zero_point) * span.scale - min(low, 0)) <= span.scale


def test_symbols_never_trained_sound_like_their_neighbours(student):
    trained = set(range(1, 178)) - {SYMBOL_IDS["ɒ"]}
    table = finished(student, trained).acoustic.embed.weight
    assert torch.equal(table[SYMBOL_IDS["ɒ"]], table[SYMBOL_IDS["ɑ"]])
    assert torch.equal(table[0], student.acoustic.embed.weight[0]), "the pad is nobody's neighbour"
    assert torch.equal(table[SYMBOL_IDS["Q"]], student.acoustic.embed.weight[SYMBOL_IDS["Q"]])
