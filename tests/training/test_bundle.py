"""A bundle that is written can be read, and the same voice makes the same files."""

import numpy as np
import pytest

from training import blends, bundle
from training.export import export_graphs
from training.lowering import lower
from training.model.level import Level
from training.model.style import PROSODY, TIMBRE
from utterd.config.bundles import load_bundle, verify_files
from utterd.stages.inference.voices import Voices

STYLES = {
    name: np.random.default_rng(number).normal(size=256).astype(np.float32)
    for number, name in enumerate(["slt", "rms", "awb"])
}


def write(student, folder):
    graphs = {
        name: lower(model) for name, model in export_graphs(student, Level.silent(32), speed_exponent=0.7).items()
    }
    bundle.write_bundle(
        folder, name="made", graphs=graphs, voices=blends.voices(STYLES), licence=bundle.FLITE_LICENCE,
        origins=bundle.FLITE_ORIGINS,
    )  # fmt: skip
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_it_can_be_read_and_says_where_everything_comes_from(student, tmp_path):
    write(student, tmp_path)
    read = load_bundle(tmp_path)
    verify_files(read)
    assert read.default_voice == next(iter(blends.BLENDS))
    assert {voice.name for voice in read.voices} == set(blends.BLENDS)
    assert len(read.origins) == len(bundle.FLITE_ORIGINS)
    assert all(origin.licence for origin in read.origins)


def test_the_same_student_makes_the_same_files(student, tmp_path):
    assert write(student, tmp_path / "one") == write(student, tmp_path / "two")


def test_voices_are_kokoros_shape_and_blends_are_weighted_sums(student, tmp_path):
    write(student, tmp_path)
    with np.load(tmp_path / "voices.npz") as table:
        assert {table[name].shape for name in table.files} == {(510, 1, 256)}
    voices = Voices(tmp_path / "voices.npz")
    for name, blend in blends.BLENDS.items():
        for half, weights in ((TIMBRE, blend.timbre), (PROSODY, blend.prosody)):
            wanted = sum(weight * STYLES[speaker][half] for speaker, weight in weights.items())
            assert np.allclose(voices.style(name, 20)[0, half], wanted, atol=1e-6)


@pytest.mark.parametrize("half", ["timbre", "prosody"])
def test_the_weights_of_every_blend_are_those_of_one_voice(half):
    for blend in blends.BLENDS.values():
        assert sum(getattr(blend, half).values()) == pytest.approx(1)


def test_speakers_without_a_blend_of_their_own_are_voices_too():
    assert set(blends.voices({"rms": STYLES["rms"], "af_bella": STYLES["slt"]})) == {"am_rms", "af_bella"}


def test_a_voice_taught_by_another_model_has_that_models_licence():
    licence, origins = bundle.licence_of("tone")
    assert "Apache-2.0" in licence
    assert (origins[0].what, origins[0].source) == ("teacher", "tone")
    assert "flite" not in " ".join(origin.source for origin in origins)
