"""What is heard of a voice: how far from -16 LUFS it is, by the judge's own meter, in all manner of voices."""

from dataclasses import replace
from itertools import islice

import numpy as np
import onnxruntime
import pytest
import torch
from rig.takes import example_of

from training import blends
from training.dataset import Dataset
from training.export import export_graphs
from training.hearing import Ear, pieces
from training.judge.loudness import integrated_lufs
from training.lowering import lower
from training.model.level import Level
from training.recipe import TINY
from utterd.stages.g2p.symbols import SYMBOL_IDS

TEXTS = ("The weather was very nice that morning, so we left the house early.", "Yes.", "Who was in the room?")
DATA = Dataset(training=[example_of(text) for text in TEXTS], validation=[example_of("Nobody.")])


@pytest.fixture
def graphs(student):
    with torch.no_grad():
        student.decoder.mean[1] = 3.7  # about as loud as a voice
    return {name: lower(graph) for name, graph in export_graphs(student, Level.silent(32), speed_exponent=0.7).items()}


@pytest.fixture
def styles(student):
    return dict(zip(("slt", "rms", "awb"), student.acoustic.speakers.weight.detach().numpy(), strict=True))


def said(styles, count: int = 200):
    return list(islice(pieces(DATA, styles, TINY), count))


def test_with_the_shift_that_is_heard_a_sentence_is_as_loud_as_it_should_be(graphs, styles):
    tokens = DATA.training[0].tokens.tolist()
    heard = Ear(graphs).hear(tokens, styles["rms"], 1.0)
    assert abs(heard.shift) > 0.1
    frames = heard.frames.copy()
    frames[:, -1] = heard.shift
    (sound,) = onnxruntime.InferenceSession(graphs["vocoder"].SerializeToString()).run(None, {"frames": frames[None]})
    assert integrated_lufs(sound[0], 24_000) == pytest.approx(-16, abs=0.3)


def test_what_is_shorter_than_a_sentence_is_not_asked_for(graphs, styles):
    assert Ear(graphs).hear(DATA.training[1].tokens.tolist(), styles["rms"], 1.0) is None


def test_lines_are_those_that_were_learned_from_alone_or_joined(styles):
    alone = {tuple(example.tokens.tolist()) for example in DATA.training}
    kinds = [tuple(tokens) for tokens, _, _ in said(styles)]
    joined = {one for one in kinds if one not in alone}
    assert set(kinds) - joined == alone
    assert joined
    assert joined <= {(*one[:-1], SYMBOL_IDS[" "], *two[1:]) for one in alone for two in alone}


def test_every_shipped_voice_is_heard_and_others_and_other_speeds(styles):
    shipped = {table[0, 0].tobytes() for table in blends.voices(styles).values()}
    heard = said(styles)
    voices = {style.tobytes() for _, style, _ in heard}
    assert shipped < voices
    assert all(np.isfinite(style).all() for _, style, _ in heard)
    speeds = np.array([speed for _, _, speed in heard])
    assert 0.5 < (speeds == 1).mean() < 0.9
    assert 0.75 <= speeds.min() < 0.9
    assert 1.2 < speeds.max() <= 1.5


def test_the_same_seed_says_the_same(styles):
    def told(recipe):
        return [(tokens, style.tobytes(), speed) for tokens, style, speed in islice(pieces(DATA, styles, recipe), 20)]

    assert told(TINY) == told(TINY)
    assert told(TINY) != told(replace(TINY, seed=2))


def test_one_speaker_is_a_voice(styles):
    alone = {"rms": styles["rms"]}
    assert all(torch.equal(torch.tensor(style), torch.tensor(styles["rms"])) for _, style, _ in said(alone, 30))
