"""What a probe opens: parts, run by the code that will speak with them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rig.kokoro_parts import FP32, save_parts_bundle

from utterd.stages.inference.onnx_session import Abort, ModelUnusable
from utterd.stages.models.tuning import subject as module
from utterd.stages.models.tuning.candidate import Candidate
from utterd.stages.models.tuning.figures import Load
from utterd.stages.models.tuning.guard import Guard
from utterd.stages.models.tuning.speaking import measure
from utterd.stages.models.tuning.subject import open_subject
from utterd.stages.models.tuning.texts import CLAUSE, SENTENCE

FP32_ALONE = Candidate(variant="fp32", threads=1)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    save_parts_bundle(tmp_path, variants={"fp32": FP32, "int8-native": replace(FP32, native=True)})
    return tmp_path


def test_it_speaks_in_the_windows_it_is_told(bundle: Path):
    subject = open_subject(bundle, replace(FP32_ALONE, window_frames=(8, 20)))
    speech = subject.synthesize(CLAUSE.tokens, Abort())
    sizes = [len(samples) // 300 for samples in speech.windows(0, speech.total_frames)]
    assert sizes[:3] == [8, 20, 20]


def test_whole_pieces_are_whole(bundle: Path):
    whole = open_subject(bundle, FP32_ALONE, is_whole=True).synthesize(CLAUSE.tokens, Abort())
    windowed = open_subject(bundle, FP32_ALONE).synthesize(CLAUSE.tokens, Abort())
    assert whole.total_frames == windowed.total_frames
    sounds = [np.concatenate(list(speech.windows(0, speech.total_frames))) for speech in (whole, windowed)]
    assert not np.allclose(*sounds, atol=1e-3)


def test_its_prosody_is_that_of_its_sound(bundle: Path):
    subject = open_subject(bundle, FP32_ALONE)
    durations, f0 = subject.prosody(SENTENCE.tokens)
    speech = subject.synthesize(SENTENCE.tokens, Abort())
    assert len(durations) == 78
    assert f0.shape == (2 * durations.sum(),)
    assert durations.sum() * 600 == speech.total_frames


def test_a_model_without_noise_is_measured_and_equals_itself(bundle: Path):
    subject = open_subject(bundle, FP32_ALONE)
    measured = measure(subject, (CLAUSE, SENTENCE), quick=True, load=Load(wall_ms=1, processor_ms=1))
    verdict = Guard(measured.readings).judge(measured.readings)
    assert {measure.name: measure.found for measure in verdict.measures}["duration_ms"] == 0
    assert verdict.is_within
    assert measured.timings["sentence"].wall.first_ms > 0


def test_a_native_variant_without_its_operators_cannot_be_tried(bundle: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "find_library", lambda: None)
    with pytest.raises(ModelUnusable, match="needs the library of native operators"):
        open_subject(bundle, replace(FP32_ALONE, variant="int8-native"))


@pytest.mark.parametrize("damage", ["bundle.toml", "prepared/parts.json", "prepared/vocoder.onnx", "voices.npz"])
def test_what_is_missing_is_told(bundle: Path, damage: str):
    (bundle / damage).unlink()
    with pytest.raises(ModelUnusable):
        open_subject(bundle, FP32_ALONE)


def test_a_variant_that_is_not_prepared(bundle: Path):
    with pytest.raises(ModelUnusable, match="the variant int3 is not prepared"):
        open_subject(bundle, replace(FP32_ALONE, variant="int3"))
