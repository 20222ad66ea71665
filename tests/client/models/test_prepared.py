"""What was made of a model, and chosen for it, as far as people are told."""

import json
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import pytest
from rig.made_up_parts import PARTS

from utterd.client.models.prepared import read_prepared, read_tuned
from utterd.stages.models.machine import cpu_name, onnxruntime_version
from utterd.stages.models.parts import FOLDER, MANIFEST, write_parts
from utterd.stages.models.tuning.stored import TUNED

SHA256 = "5" * 64


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    """A folder with the manifest that inference reads."""
    (tmp_path / FOLDER).mkdir()
    variants = {name: PARTS.variants[name] for name in ("fp32", "int8")}
    write_parts(tmp_path / FOLDER, replace(PARTS, model_sha256=SHA256, variants=variants))
    return tmp_path


def change(folder: Path, file: str, **values: object) -> None:
    path = folder / FOLDER / file
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def tune(folder: Path, **values: object) -> None:
    tuned = {"variant": "int8", "threads": 2, "model_sha256": SHA256, "onnxruntime": metadata.version("onnxruntime")}
    (folder / FOLDER / TUNED).write_text(json.dumps(tuned | values))


def test_what_prepare_wrote_is_read(prepared):
    found = read_prepared(prepared, SHA256)
    assert found.variants == ("fp32", "int8")
    assert (found.onnxruntime, found.cpu, found.problem) == (onnxruntime_version(), cpu_name(), "")
    assert found.size_bytes == (prepared / FOLDER / MANIFEST).stat().st_size


def test_what_was_never_prepared_or_tuned_is_nothing(tmp_path, prepared):
    assert read_prepared(tmp_path / "none", SHA256) is None
    assert read_tuned(prepared, SHA256) is None


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"model_sha256": "6" * 64}, "of another model file"),
        ({"onnxruntime": "1.0.0"}, f"of ONNX Runtime 1.0.0, not {metadata.version('onnxruntime')}"),
        ({"format": 1}, "of another release"),
        ({"variants": 5}, "parts.json is damaged"),
    ],
)
def test_parts_that_do_not_count_are_told(prepared, values, problem):
    change(prepared, MANIFEST, **values)
    assert read_prepared(prepared, SHA256).problem == problem


@pytest.mark.parametrize("text", ["", "{", "[]", "5", "\x00"])
def test_files_that_are_damaged_break_nothing(prepared, text):
    for name in (MANIFEST, TUNED):
        (prepared / FOLDER / name).write_text(text)
    assert read_prepared(prepared, SHA256).problem == "parts.json is damaged"
    assert read_tuned(prepared, SHA256) is None


def test_what_tune_chose_is_read_with_its_reasons(prepared):
    tune(prepared, provider="openvino", measured={"explanation": ["int8.", "First sound: 30 ms."]})
    found = read_tuned(prepared, SHA256)
    assert (found.variant, found.threads, found.provider, found.problem) == ("int8", 2, "openvino", "")
    assert found.reasons == ("int8.", "First sound: 30 ms.")


@pytest.mark.parametrize("values", [{"measured": 5}, {"measured": {"explanation": 5}}, {}])
def test_a_choice_without_reasons_is_one(prepared, values):
    tune(prepared, **values)
    found = read_tuned(prepared, SHA256)
    assert (found.provider, found.reasons) == ("cpu", ())


def test_a_choice_for_another_file_is_told_as_such(prepared):
    tune(prepared, model_sha256="6" * 64)
    assert read_tuned(prepared, SHA256).problem == "of another model file"


@pytest.mark.parametrize("values", [{"variant": 5}, {"threads": "two"}, {"variant": None}])
def test_a_choice_of_nothing_is_none(prepared, values):
    tune(prepared, **values)
    assert read_tuned(prepared, SHA256) is None
