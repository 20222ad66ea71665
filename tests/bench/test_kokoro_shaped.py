"""The tiny models of the tests are what the releases are, but for their size."""

import functools

import numpy as np
import onnxruntime
import pytest
from kokoro_shaped import tiny_model, tiny_voices

from bench.phonemes import PHONEMES
from utterd.stages.g2p.symbols import token_ids

FRAME_SAMPLES = 600
FACES = {
    "1.0": ({"tokens": "tensor(int64)", "style": "tensor(float)", "speed": "tensor(float)"}, ["audio"]),
    "1.1": (
        {"input_ids": "tensor(int64)", "style": "tensor(float)", "speed": "tensor(float)"},
        ["waveform", "duration"],
    ),
}


@functools.cache
def session(release: str) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(str(tiny_model(release)), providers=["CPUExecutionProvider"])


def speak(model: onnxruntime.InferenceSession, phonemes: str, *, speed: float = 1.0) -> list[np.ndarray]:
    tokens = token_ids(phonemes)
    name = model.get_inputs()[0].name
    style = tiny_voices()["af_heart"][len(tokens)]
    return model.run(None, {name: [[0, *tokens, 0]], "style": style, "speed": np.array([speed], np.float32)})


@pytest.mark.parametrize("release", FACES)
def test_inputs_and_outputs_are_the_releases_own(release):
    inputs, outputs = FACES[release]
    model = session(release)
    assert {node.name: node.type for node in model.get_inputs()} == inputs
    assert [node.name for node in model.get_outputs()] == outputs


def test_the_newer_release_carries_its_vocabulary():
    assert "kokoro_config" in session("1.1").get_modelmeta().custom_metadata_map
    assert "kokoro_config" not in session("1.0").get_modelmeta().custom_metadata_map


@pytest.mark.parametrize("phonemes", PHONEMES)
def test_its_timing_is_that_of_speech(phonemes):
    waveform, durations = speak(session("1.1"), phonemes)
    assert len(durations) == len(phonemes) + 2
    assert durations.sum() * FRAME_SAMPLES == len(waveform)
    assert 2 < durations.mean() < 5, "50 to 125 ms a phoneme"
    assert durations.min() <= 2
    assert durations.max() >= 5


def test_it_makes_sound():
    waveform, _ = speak(session("1.1"), PHONEMES[0])
    assert np.isfinite(waveform).all()
    assert 0.05 < waveform.std() < 0.5


def test_both_releases_take_the_same_time_for_the_same_words():
    assert len(speak(session("1.0"), PHONEMES[1])[0]) == len(speak(session("1.1"), PHONEMES[1])[0])


def test_speed_is_not_lost():
    model = session("1.1")
    slow, usual, quick = (len(speak(model, PHONEMES[0], speed=speed)[0]) for speed in (0.5, 1.0, 2.0))
    assert slow > 1.7 * usual
    assert quick < 0.7 * usual


def test_voices_are_tables_whose_rows_differ_a_little():
    voices = tiny_voices()
    assert {table.shape for table in voices.values()} == {(510, 1, 256)}
    heart, liam = voices["af_heart"], voices["am_liam"]
    assert 0 < np.abs(np.diff(heart, axis=0)).mean() < 0.1 * np.abs(heart - liam).mean()
