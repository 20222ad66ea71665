"""From a model's name to a synthesizer; everything that is wrong with it is one sentence for people."""

import shutil
from pathlib import Path

import pytest
from rig.onnx_graphs import save_counter, save_kokoro, save_voices, write_bundle

from utterd.config.bundles import find_bundle
from utterd.stages.inference.kokoro import KokoroSynthesizer
from utterd.stages.inference.load import load_synthesizer
from utterd.stages.inference.onnx_session import ModelUnusable
from utterd.stages.inference.starter import StarterSynthesizer
from utterd.stages.inference.synthesizer import ToneSynthesizer


@pytest.fixture
def starter(tmp_path: Path) -> Path:
    """A copy of the starter voice to break."""
    folder = tmp_path / "mine"
    shutil.copytree(find_bundle("starter").folder, folder, ignore=shutil.ignore_patterns("__*"))
    return folder


@pytest.fixture
def kokoro(tmp_path: Path) -> Path:
    """A whole, if tiny, Kokoro bundle to break."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    save_kokoro(folder / "model.onnx")
    save_voices(folder / "voices.npz", af_one=0.25)
    write_bundle(folder)
    return folder


def complaint(folder: Path | str) -> str:
    """Why it cannot be used; one sentence."""
    with pytest.raises(ModelUnusable) as failure:
        load_synthesizer(str(folder), threads=1)
    sentence = str(failure.value)
    assert "\n" not in sentence
    assert 20 < len(sentence) < 400
    return sentence


def sign_as_starter(folder: Path) -> None:
    """Make what was done to the files look meant."""
    description = (folder / "bundle.toml").read_text()
    graph = description[description.index("[graph]") :].partition("\n")[2]
    write_bundle(folder, family="starter", voice=find_bundle("starter").default_voice, graph=graph)


def test_the_stand_in_needs_no_files():
    assert isinstance(load_synthesizer("tone"), ToneSynthesizer)


def test_the_shipped_voice_is_found_by_its_name():
    assert isinstance(load_synthesizer("starter", threads=1), StarterSynthesizer)


def test_a_folder_is_loaded_by_its_path(kokoro):
    assert isinstance(load_synthesizer(str(kokoro), threads=1), KokoroSynthesizer)


def test_a_misspelt_model_is_met_with_a_guess():
    assert "did you mean 'starter'?" in complaint("startre")


@pytest.mark.parametrize("name", ["acoustic.onnx", "vocoder.onnx", "voices.npz"])
def test_a_missing_file_is_named(starter, name):
    (starter / name).unlink()
    assert str(starter / name) in complaint(starter)


@pytest.mark.parametrize("name", ["acoustic.onnx", "vocoder.onnx", "voices.npz"])
def test_a_file_that_was_changed_is_named(starter, name):
    data = bytearray((starter / name).read_bytes())
    data[len(data) // 2] ^= 1
    (starter / name).write_bytes(data)
    assert f"{name} is damaged (its sha256 is not the bundle's)" in complaint(starter)


@pytest.mark.parametrize("length", [0, 100, 50_000])
def test_a_graph_cut_short_is_named_even_if_the_bundle_means_it(starter, length):
    data = (starter / "vocoder.onnx").read_bytes()
    (starter / "vocoder.onnx").write_bytes(data[:length])
    sign_as_starter(starter)
    assert complaint(starter).startswith("vocoder.onnx is not a model that ONNX Runtime can load (")


def test_a_file_the_bundle_does_not_name_is_missed_by_its_user(kokoro):
    (kokoro / "voices.npz").unlink()
    write_bundle(kokoro)
    assert "voices.npz" in complaint(kokoro)


def test_a_default_voice_that_is_not_in_the_voices_file_is_found_before_the_first_word(kokoro):
    write_bundle(kokoro, voice="bella")
    assert "no voice 'bella'" in complaint(kokoro)


def test_a_damaged_style_table_is_found_before_the_first_word(kokoro):
    save_voices(kokoro / "voices.npz", af_one=float("nan"))
    write_bundle(kokoro)
    assert "the style table of voice 'af_one' is damaged" in complaint(kokoro)


def test_a_graph_that_fails_is_found_before_the_first_word(kokoro):
    save_kokoro(kokoro / "model.onnx", style_size=128)
    write_bundle(kokoro)
    assert "the model failed" in complaint(kokoro)


def test_a_graph_that_makes_no_sound_is_found_before_the_first_word(kokoro):
    save_kokoro(kokoro / "model.onnx", has_sound=False)
    write_bundle(kokoro)
    assert "gives no sound" in complaint(kokoro)


def test_graphs_of_the_wrong_family_are_told(starter, kokoro):
    shutil.copy(kokoro / "model.onnx", starter / "acoustic.onnx")
    sign_as_starter(starter)
    assert "acoustic.onnx is not" in complaint(starter)
    save_counter(kokoro / "model.onnx")
    write_bundle(kokoro)
    assert "model.onnx is not a Kokoro graph" in complaint(kokoro)


def test_a_starter_bundle_that_does_not_describe_its_graphs_is_told(starter):
    write_bundle(starter, family="starter", voice=find_bundle("starter").default_voice, graph="frame_samples = 120")
    assert "duration_samples" in complaint(starter)
