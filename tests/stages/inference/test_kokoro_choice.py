"""Which variant speaks: the tuned one where it can be run, and a safe one otherwise."""

import dataclasses
import json
import logging
from pathlib import Path

import pytest
from rig.kokoro_parts import FP32, save_parts_bundle

from utterd.stages.inference import kokoro_choice
from utterd.stages.inference.kokoro_choice import Choice, choices
from utterd.stages.inference.kokoro_windows import DEFAULT_WINDOWS
from utterd.stages.inference.onnx_session import ModelUnusable
from utterd.stages.models.parts import FOLDER, Parts
from utterd.stages.models.tuning.candidate import Candidate
from utterd.stages.models.tuning.stored import TUNED, Tuned, graphs_sha256, write_tuned

NATIVE = dataclasses.replace(FP32, native=True)
LIBRARY = Path("operators.so")


@pytest.fixture
def parts(tmp_path) -> Parts:
    return save_parts_bundle(tmp_path, variants={"int8": FP32, "int8-native": NATIVE, "fp32": FP32})


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / FOLDER


def choose(folder: Path, parts: Parts, **wishes) -> Choice:
    return choices(folder, parts, **wishes)[0]


def tune(folder: Path, parts: Parts, **fields) -> None:
    candidate = Candidate(**({"variant": "int8", "threads": 1} | fields))
    write_tuned(
        folder,
        Tuned(
            candidate=candidate,
            model_sha256=parts.model_sha256,
            graphs_sha256=graphs_sha256(parts, candidate.variant),
            cpu=parts.cpu,
            onnxruntime=parts.onnxruntime,
            measured={},
        ),
    )


def test_untuned_parts_are_spoken_by_the_precision_that_changes_nothing(folder, parts, monkeypatch):
    monkeypatch.setattr(kokoro_choice.os, "cpu_count", lambda: 16)
    choice = choose(folder, parts)
    assert (choice.variant, choice.threads, choice.window_frames) == ("fp32", 2, DEFAULT_WINDOWS)
    monkeypatch.setattr(kokoro_choice.os, "cpu_count", lambda: 1)
    assert choose(folder, parts).threads == 1


def test_the_native_operators_are_used_where_they_are(folder, parts):
    parts = dataclasses.replace(parts, variants={"fp32": FP32, "fp32-native": NATIVE})
    assert choose(folder, parts).variant == "fp32"
    assert choose(folder, parts, library=LIBRARY).variant == "fp32-native"


def test_what_tuning_found_is_used(folder, parts):
    tune(folder, parts, variant="int8-native", threads=3, window_frames=(12, 40))
    choice = choose(folder, parts, library=LIBRARY)
    assert (choice.variant, choice.threads, choice.window_frames) == ("int8-native", 3, (12, 40))
    assert choice.provider.onnxruntime == "CPUExecutionProvider"


def test_the_users_threads_go_before_the_tuned_ones(folder, parts):
    tune(folder, parts, threads=3)
    assert choose(folder, parts, threads=1).threads == 1
    assert choose(folder, parts).threads == 3


def test_variants_left_out_for_want_of_the_library_are_told(folder, parts, caplog):
    caplog.set_level(logging.INFO)
    choose(folder, dataclasses.replace(parts, variants={"fp32": FP32, "fp32-native": NATIVE}))
    (record,) = caplog.records
    assert "native variants left out" in record.message
    assert "`utterd models prepare`" in record.message
    caplog.clear()
    choose(folder, dataclasses.replace(parts, variants={"fp32": FP32}))
    assert not caplog.records


def warnings(caplog) -> list[str]:
    return [record.message for record in caplog.records if record.levelno == logging.WARNING]


def test_a_tuned_variant_without_its_library_is_not_used_and_said_so(folder, parts, caplog):
    tune(folder, parts, variant="int8-native")
    assert choose(folder, parts).variant == "fp32"
    (line,) = warnings(caplog)
    assert "int8-native needs the library of native operators" in line
    assert "`utterd models prepare`" in line


@pytest.mark.parametrize("change", [{"cpu": "Z80"}, {"onnxruntime": "1.2.3"}, {"window_frames": [99]}, {"format": 9}])
def test_a_tuning_of_somewhere_else_is_not_used_and_said_so(folder, parts, caplog, change):
    tune(folder, parts)
    path = folder / TUNED
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    assert choose(folder, parts).variant == "fp32"
    (line,) = warnings(caplog)
    assert line.startswith("tuning ignored reason=tuned.json")


def test_windows_longer_than_a_second_of_these_frames_are_not_used(folder, parts, caplog):
    tune(folder, parts, window_frames=(16, 80))
    assert choose(folder, dataclasses.replace(parts, frame_samples=600)).window_frames == DEFAULT_WINDOWS
    assert "windows of [16, 80] frames" in warnings(caplog)[0]


def test_parts_that_all_need_the_library_are_unusable_without_it(folder, parts):
    parts = dataclasses.replace(parts, variants={"int8-native": NATIVE})
    with pytest.raises(ModelUnusable, match="need the library of native operators"):
        choose(folder, parts)
    assert choose(folder, parts, library=LIBRARY).variant == "int8-native"


def test_variants_that_nobody_knows_are_better_than_none(folder, parts):
    assert choose(folder, dataclasses.replace(parts, variants={"fp8": FP32})).variant == "fp8"


def variants(folder: Path, parts: Parts, **wishes) -> list[str]:
    return [choice.variant for choice in choices(folder, parts, **wishes)]


def test_behind_the_tuned_variant_stand_the_safe_ones_in_order(folder, parts):
    every = {"fp16": FP32, "int8": FP32, "fp32-native": NATIVE, "hybrid": FP32, "fp32": FP32, "int4": FP32}
    parts = dataclasses.replace(parts, variants=every)
    tune(folder, parts, variant="int8")
    assert variants(folder, parts, library=LIBRARY) == ["int8", "fp32-native", "fp32", "hybrid", "fp16"]
    assert variants(folder, parts) == ["int8", "fp32", "hybrid", "fp16"]


def test_a_tuned_variant_is_tried_once(folder, parts):
    tune(folder, parts, variant="fp32", threads=3)
    assert [(choice.variant, choice.threads) for choice in choices(folder, parts)] == [("fp32", 3)]


def test_behind_a_tuned_variant_of_another_provider_stands_the_same_on_the_cpu(folder, parts):
    tune(folder, parts, variant="fp32", provider="openvino")
    assert [(choice.variant, choice.provider.name) for choice in choices(folder, parts)] == [
        ("fp32", "openvino"),
        ("fp32", "cpu"),
    ]
