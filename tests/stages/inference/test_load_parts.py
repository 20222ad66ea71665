"""Which of a model's prepared parts are loaded: the best that are whole and speak, and the single graph without any."""

import dataclasses
import functools
import logging
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper
from rig.kokoro_parts import FP32, save_manifest, save_parts_bundle

from utterd.config.bundles import find_bundle
from utterd.stages.inference import load_parts
from utterd.stages.inference.kokoro import KokoroSynthesizer
from utterd.stages.inference.kokoro_parts import KokoroParts
from utterd.stages.inference.load import load_synthesizer
from utterd.stages.inference.onnx_session import Abort, ModelUnusable
from utterd.stages.inference.synthesizer import SynthesisRequest, WholeSpeech
from utterd.stages.models.parts import FOLDER, MANIFEST, Variant
from utterd.stages.models.tuning.candidate import Candidate
from utterd.stages.models.tuning.stored import TUNED, Tuned, graphs_sha256, write_tuned


@pytest.fixture
def prepared(tmp_path: Path, monkeypatch) -> Path:
    """A bundle with parts, on a machine without native operators."""
    folder = tmp_path / "prepared-bundle"
    folder.mkdir()
    save_parts_bundle(folder)
    monkeypatch.setattr(load_parts, "find_library", lambda: None)
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


def test_without_parts_the_single_graph_speaks_and_the_log_says_what_would_help(prepared, caplog):
    caplog.set_level(logging.INFO)
    shutil.rmtree(prepared / FOLDER)
    assert isinstance(load_synthesizer(str(prepared), threads=1), KokoroSynthesizer)
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
    monkeypatch.setattr(load_parts, "find_library", lambda: library)
    variants = {"fp32-native": dataclasses.replace(FP32, native=True), "fp32": FP32}
    save_manifest(prepared / FOLDER, variants=variants, model_sha256=_sha256_of_model(prepared / FOLDER))
    assert isinstance(load_synthesizer(str(prepared), threads=1), KokoroParts)
    (line,) = lines(caplog, level=logging.WARNING)
    assert line.startswith("native operators left out reason=operators.so is not a library of operators")


def test_damaged_voices_are_told_with_parts_too(prepared):
    (prepared / "voices.npz").write_bytes(b"")
    with pytest.raises(ModelUnusable, match=r"voices\.npz is damaged"):
        load_synthesizer(str(prepared), threads=1)


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


def tuned_for(prepared: Path, variant: str, **variants: Variant) -> None:
    """Another variant than fp32, with a text graph of its own, and a tuning that chose it."""
    folder = prepared / FOLDER
    if not (folder / f"text.{variant}.onnx").exists():
        shutil.copy(folder / FP32.text, folder / f"text.{variant}.onnx")
    other = dataclasses.replace(FP32, text=f"text.{variant}.onnx", whole=None)
    model_sha256 = _sha256_of_model(folder)
    parts = save_manifest(folder, variants={"fp32": FP32, variant: other} | variants, model_sha256=model_sha256)
    tuned = Tuned(
        candidate=Candidate(variant=variant, threads=1),
        model_sha256=model_sha256,
        graphs_sha256=graphs_sha256(parts, variant),
        cpu=parts.cpu,
        onnxruntime=parts.onnxruntime,
        measured={},
    )
    write_tuned(folder, tuned)


def spoken_by(caplog) -> list[str]:
    return [line for line in lines(caplog, level=logging.INFO) if line.startswith("parts loaded")]


def test_a_tuned_variant_that_is_damaged_leaves_a_safe_one_to_speak_and_one_line_says_why(prepared, caplog):
    caplog.set_level(logging.INFO)
    tuned_for(prepared, "int8")
    (prepared / FOLDER / "text.int8.onnx").write_bytes(b"")
    assert isinstance(load_synthesizer(str(prepared), threads=1), KokoroParts)
    (line,) = lines(caplog, level=logging.WARNING)
    assert line.startswith("variant refused model=tiny variant=int8 reason=")
    assert line.endswith(
        "text.int8.onnx is damaged (its sha256 is not its manifest's); run `utterd models prepare` anew"
    )
    assert spoken_by(caplog) == ["parts loaded model=tiny variant=fp32 threads=1"]


def test_a_damaged_safe_variant_leaves_the_next_safe_one_to_speak(prepared, caplog):
    caplog.set_level(logging.INFO)
    tuned_for(prepared, "int8", hybrid=dataclasses.replace(FP32, text="text.int8.onnx"))
    (prepared / FOLDER / "text.onnx").write_bytes(b"")
    (prepared / FOLDER / TUNED).unlink()
    assert isinstance(load_synthesizer(str(prepared), threads=1), KokoroParts)
    assert spoken_by(caplog) == ["parts loaded model=tiny variant=hybrid threads=1"]


def test_a_variant_that_cannot_speak_is_left_out_when_the_model_is_loaded_again(prepared, caplog):
    caplog.set_level(logging.INFO)
    graph = onnx.load(prepared / FOLDER / FP32.text)
    (table,) = (each for each in graph.graph.initializer if each.name == "embedding")
    table.CopyFrom(numpy_helper.from_array(np.zeros((1, 3), np.float32), "embedding"))  # of one token alone
    onnx.save(graph, prepared / FOLDER / "text.int8.onnx")
    tuned_for(prepared, "int8")
    load = functools.partial(load_synthesizer, str(prepared), threads=1, unable=[])
    load()
    (line,) = lines(caplog, level=logging.WARNING)
    assert "cannot speak" in line
    assert "`utterd models tune tiny`" in line
    load(is_tried=True)
    assert spoken_by(caplog) == ["parts loaded model=tiny variant=fp32 threads=1"] * 2
    assert lines(caplog, level=logging.WARNING) == [line]
