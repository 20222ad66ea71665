"""From a model's name to a synthesizer; everything that is wrong with it is one sentence for people."""

import dataclasses
import logging
import shutil
from pathlib import Path

import onnx
import pytest
from rig.kokoro_parts import FP32, save_manifest, save_parts_bundle
from rig.onnx_graphs import save_counter, save_kokoro, save_voices, write_bundle

from utterd.config.bundles import find_bundle
from utterd.stages.inference.kokoro import KokoroSynthesizer
from utterd.stages.inference.kokoro_parts import KokoroParts
from utterd.stages.inference.load import load_synthesizer
from utterd.stages.inference.onnx_session import Abort, ModelUnusable
from utterd.stages.inference.starter import StarterSynthesizer
from utterd.stages.inference.synthesizer import SynthesisRequest, ToneSynthesizer, WholeSpeech
from utterd.stages.models.parts import FOLDER, MANIFEST


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


# Prepared parts


@pytest.fixture
def prepared(tmp_path: Path, monkeypatch) -> Path:
    """A bundle with parts, on a machine without native operators."""
    folder = tmp_path / "prepared-bundle"
    folder.mkdir()
    save_parts_bundle(folder)
    monkeypatch.setattr("utterd.stages.native.library.find_library", lambda: None)
    return folder


def lines(caplog, *, level: int) -> list[str]:
    return [record.message for record in caplog.records if record.levelno == level]


def test_prepared_parts_are_what_is_loaded(prepared, caplog):
    caplog.set_level(logging.INFO)
    assert isinstance(load_synthesizer(str(prepared), threads=1), KokoroParts)
    assert lines(caplog, level=logging.INFO) == ["parts loaded model=tiny variant=fp32 threads=1"]


def test_parts_speak_whole_pieces_if_that_is_set(prepared):
    synthesizer = load_synthesizer(str(prepared), threads=1, vocoder="whole")
    request = SynthesisRequest(tokens=(50, 51), voice="af_one", speed=1.0)
    assert isinstance(synthesizer.synthesize(request, Abort()), WholeSpeech)


def test_parts_do_without_the_file_they_were_made_of(prepared):
    (prepared / "model.onnx").unlink()
    assert isinstance(load_synthesizer(str(prepared), threads=1), KokoroParts)


def test_without_parts_the_single_graph_speaks_and_the_log_says_what_would_help(kokoro, caplog):
    caplog.set_level(logging.INFO)
    assert isinstance(load_synthesizer(str(kokoro), threads=1), KokoroSynthesizer)
    (line,) = lines(caplog, level=logging.INFO)
    assert "`utterd models prepare`" in line


def damage_manifest(prepared: Path) -> None:
    (prepared / MANIFEST).write_text("{")


def damage_graph(prepared: Path) -> None:
    (prepared / "vocoder.onnx").write_bytes((prepared / "vocoder.onnx").read_bytes()[:-1])


def of_another_processor(prepared: Path) -> None:
    save_manifest(prepared, cpu="Z80", model_sha256=_sha256_of_model(prepared))


def of_another_runtime(prepared: Path) -> None:
    save_manifest(prepared, onnxruntime="1.2.3", model_sha256=_sha256_of_model(prepared))


def of_another_model(prepared: Path) -> None:
    save_manifest(prepared, model_sha256="0" * 64)


def without_statistics_of_worth(prepared: Path) -> None:
    (prepared / "statistics.npz").write_bytes(b"PK")
    save_manifest(prepared, model_sha256=_sha256_of_model(prepared))


def native_alone(prepared: Path) -> None:
    native = {"fp32-native": dataclasses.replace(FP32, native=True)}
    save_manifest(prepared, variants=native, model_sha256=_sha256_of_model(prepared))


def _sha256_of_model(prepared: Path) -> str:
    return find_bundle(str(prepared.parent)).files["model.onnx"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (damage_manifest, "is damaged"),
        (damage_graph, "vocoder.onnx is damaged"),
        (of_another_processor, "'Z80'"),
        (of_another_runtime, "ONNX Runtime 1.2.3"),
        (of_another_model, "another model file"),
        (without_statistics_of_worth, "cannot speak: the statistics of voice 'af_one'"),
        (native_alone, "library of native operators"),
    ],
)
def test_parts_that_do_not_fit_leave_the_single_graph_to_speak_and_one_line_says_why(prepared, caplog, change, reason):
    change(prepared / FOLDER)
    assert isinstance(load_synthesizer(str(prepared), threads=1), KokoroSynthesizer)
    (line,) = lines(caplog, level=logging.WARNING)
    assert reason in line


def test_operators_that_cannot_be_loaded_are_done_without(prepared, caplog, monkeypatch):
    library = prepared / "operators.so"
    library.write_bytes(b"no library")
    monkeypatch.setattr("utterd.stages.native.library.find_library", lambda: library)
    variants = {"fp32-native": dataclasses.replace(FP32, native=True), "fp32": FP32}
    save_manifest(prepared / FOLDER, variants=variants, model_sha256=_sha256_of_model(prepared / FOLDER))
    assert isinstance(load_synthesizer(str(prepared), threads=1), KokoroParts)
    (line,) = lines(caplog, level=logging.WARNING)
    assert "operators.so is not a library of operators" in line


def test_damaged_voices_are_told_with_parts_too(prepared):
    (prepared / "voices.npz").write_bytes(b"")
    assert "voices.npz is damaged" in complaint(prepared)


def test_weights_may_lie_beside_their_graph_and_are_checked_too(prepared, caplog):
    path = prepared / FOLDER / "vocoder.onnx"
    graph = onnx.load(path)
    onnx.save_model(graph, path, save_as_external_data=True, location="vocoder.onnx.data", size_threshold=100)
    save_manifest(prepared / FOLDER, model_sha256=_sha256_of_model(prepared / FOLDER))
    assert isinstance(load_synthesizer(str(prepared), threads=1), KokoroParts)
    data = path.with_name("vocoder.onnx.data")
    data.write_bytes(data.read_bytes()[:-1])
    assert isinstance(load_synthesizer(str(prepared), threads=1), KokoroSynthesizer)
    (line,) = lines(caplog, level=logging.WARNING)
    assert "vocoder.onnx.data is damaged" in line


def test_a_model_that_was_tried_before_is_not_run_again(prepared, monkeypatch):
    monkeypatch.setattr(KokoroParts, "synthesize", None)
    assert isinstance(load_synthesizer(str(prepared), threads=1, is_tried=True), KokoroParts)
    with pytest.raises(TypeError):
        load_synthesizer(str(prepared), threads=1)
