"""tuned.json: kept whole, and believed only where it was found."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from rig.made_up_parts import PARTS

from utterd.stages.models.machine import cpu_name, onnxruntime_version
from utterd.stages.models.tuning.candidate import Candidate
from utterd.stages.models.tuning.stored import TUNED, Tuned, TunedUnusable, graphs_sha256, read_tuned, write_tuned

TUNED_INT8 = Tuned(
    candidate=Candidate(variant="int8", threads=2, window_frames=(8, 24, 80)),
    model_sha256=PARTS.model_sha256,
    graphs_sha256=graphs_sha256(PARTS, "int8"),
    cpu=cpu_name(),
    onnxruntime=onnxruntime_version(),
    measured={"explanation": ["int8 won."]},
)


def test_what_is_written_is_read_back(tmp_path: Path):
    write_tuned(tmp_path, TUNED_INT8)
    assert read_tuned(tmp_path, PARTS) == TUNED_INT8
    assert os.listdir(tmp_path) == [TUNED]


def test_the_file_has_what_others_look_for(tmp_path: Path):
    write_tuned(tmp_path, TUNED_INT8)
    values = json.loads((tmp_path / TUNED).read_text())
    assert values["variant"] == "int8"
    assert values["threads"] == 2
    assert values["window_frames"] == [8, 24, 80]
    assert values["provider"] == "cpu"
    assert {"model_sha256", "cpu", "onnxruntime", "measured"} <= values.keys()


def test_nobody_tuned_yet(tmp_path: Path):
    assert read_tuned(tmp_path, PARTS) is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"model_sha256": "b" * 64}, "is of another model file"),
        ({"onnxruntime": "1.0"}, "was found with ONNX Runtime 1.0, and this is"),
        ({"cpu": "abacus"}, "was found on the processor 'abacus', and this is"),
        ({"graphs_sha256": "0"}, "chose the variant 'int8', which was prepared anew since"),
        ({"candidate": Candidate(variant="int4", threads=1)}, "chose the variant 'int4', which is no longer prepared"),
    ],
)
def test_what_was_found_elsewhere_is_ignored_with_the_reason(tmp_path: Path, change: dict[str, object], reason: str):
    write_tuned(tmp_path, replace(TUNED_INT8, **change))
    with pytest.raises(TunedUnusable) as caught:
        read_tuned(tmp_path, PARTS)
    assert str(caught.value).startswith(f"{TUNED} {reason}")
    assert str(caught.value).endswith("run `utterd models tune` again")


@pytest.mark.parametrize("text", ["", "{", "[]", "3", "{}", '{"format": 2}', '{"format": 1, "variant": "int8"}'])
def test_a_damaged_file_is_ignored_with_the_reason(tmp_path: Path, text: str):
    (tmp_path / TUNED).write_text(text)
    with pytest.raises(TunedUnusable, match="is damaged"):
        read_tuned(tmp_path, PARTS)


@pytest.mark.parametrize(
    "change",
    [{"window_frames": [9999]}, {"window_frames": [float("inf")]}, {"window_frames": 16}, {"threads": [2]}],
)
def test_a_candidate_that_cannot_be_run_is_damage(tmp_path: Path, change: dict[str, object]):
    values = TUNED_INT8.as_json() | change
    (tmp_path / TUNED).write_text(json.dumps(values))
    with pytest.raises(TunedUnusable, match="is damaged"):
        read_tuned(tmp_path, PARTS)


@pytest.mark.parametrize("threads", [0, 65, 100_000])
def test_a_number_of_threads_that_nobody_chose_is_damage(tmp_path: Path, threads: int):
    (tmp_path / TUNED).write_text(json.dumps(TUNED_INT8.as_json() | {"threads": threads}))
    with pytest.raises(TunedUnusable, match=rf"is damaged \(threads = {threads}, and not 1 to 64\); run `utterd"):
        read_tuned(tmp_path, PARTS)


def test_as_many_threads_as_can_be_asked_for_are_believed(tmp_path: Path):
    write_tuned(tmp_path, replace(TUNED_INT8, candidate=Candidate(variant="int8", threads=64)))
    tuned = read_tuned(tmp_path, PARTS)
    assert tuned is not None
    assert tuned.candidate.threads == 64


def test_what_cannot_be_written_leaves_what_was_there(tmp_path: Path):
    write_tuned(tmp_path, TUNED_INT8)
    unwritable = replace(TUNED_INT8, measured={"explanation": [object()]})
    with pytest.raises(TypeError):
        write_tuned(tmp_path, unwritable)
    assert read_tuned(tmp_path, PARTS) == TUNED_INT8
    assert os.listdir(tmp_path) == [TUNED]


def test_only_the_graphs_of_the_variant_count():
    other = replace(PARTS, files=PARTS.files | {"g.onnx": "9"})
    assert graphs_sha256(other, "int8") == graphs_sha256(PARTS, "int8")
    assert graphs_sha256(other, "fp32") != graphs_sha256(PARTS, "fp32")
