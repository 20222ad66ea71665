"""The manifest of prepared parts: written and read back, and refused in one sentence when it is not right."""

import dataclasses
import json
import os
from pathlib import Path

import pytest
from rig import made_up_parts

from utterd.stages.models.machine import onnxruntime_version
from utterd.stages.models.parts import MANIFEST, PartsError, Variant, is_stale, read_parts, write_parts

PARTS = dataclasses.replace(
    made_up_parts.PARTS,
    channels=(256, 256, 128),
    variants={
        "fp32": Variant(text="text.onnx", decoder="decoder.onnx", vocoder="g.onnx", whole="whole.onnx", native=False),
        "int8": Variant(text="text.onnx", decoder="decoder.onnx", vocoder="g8.onnx", whole=None, native=True),
        "fp16": Variant(
            text="text.onnx", decoder="decoder.onnx", vocoder="g.onnx", whole=None, native=False, portable=True
        ),
    },
    statistics="statistics.npz",
    files=dict.fromkeys(("text.onnx", "decoder.onnx", "g.onnx", "g8.onnx", "whole.onnx", "statistics.npz"), "b" * 64),
)


def rewrite(folder: Path, **changes) -> None:
    """Change keys of the manifest; `...` takes one away."""
    path = folder / MANIFEST
    values = json.loads(path.read_text()) | changes
    path.write_text(json.dumps({key: value for key, value in values.items() if value is not ...}))


def complaint(folder: Path) -> str:
    with pytest.raises(PartsError) as failure:
        read_parts(folder)
    sentence = str(failure.value)
    assert "\n" not in sentence
    assert str(folder) in sentence
    return sentence


def test_what_was_written_is_read_back(tmp_path):
    write_parts(tmp_path, PARTS)
    assert read_parts(tmp_path) == PARTS
    assert PARTS.size == 640
    assert os.listdir(tmp_path) == [MANIFEST]


def test_a_manifest_that_cannot_be_written_leaves_the_old_one(tmp_path, monkeypatch):
    write_parts(tmp_path, PARTS)

    def no_space(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(OSError, match="No space left"):
        write_parts(tmp_path, dataclasses.replace(PARTS, cpu="another"))
    assert read_parts(tmp_path) == PARTS
    assert os.listdir(tmp_path) == [MANIFEST]


def test_a_folder_without_parts_says_how_to_make_them(tmp_path):
    assert complaint(tmp_path).endswith("run `utterd models prepare`")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"null", b'{"format": 3}'])
def test_what_is_no_manifest_is_refused(tmp_path, content):
    (tmp_path / MANIFEST).write_bytes(content)
    assert "anew" in complaint(tmp_path)


def test_parts_of_an_earlier_release_say_how_to_make_new_ones(tmp_path):
    """Their statistics have one row a voice."""
    write_parts(tmp_path, PARTS)
    rewrite(tmp_path, format=1)
    assert complaint(tmp_path) == f"{tmp_path / MANIFEST} has format 1, not 2; run `utterd models prepare` anew"


VARIANT = {"text": "text.onnx", "decoder": "decoder.onnx", "vocoder": "g.onnx", "whole": None, "native": False}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"channels": ...}, "'channels' is missing"),
        ({"channels": [256, 0]}, "channels = 0"),
        ({"channels": "256"}, "channels = '256'"),
        ({"frame_samples": 300.0}, "frame_samples"),
        ({"epsilon": 1}, "epsilon"),
        ({"files": {"../text.onnx": "b"}}, "not in its folder"),
        ({"statistics": "other.npz"}, "'other.npz' is not among its files"),
        ({"statistics": ["statistics.npz"]}, "statistics = ['statistics.npz']"),
        ({"variants": {"fp32": VARIANT | {"vocoder": "x.onnx"}}}, "'x.onnx' is not among its files"),
        ({"variants": {"fp32": VARIANT | {"native": 1}}}, "variants.fp32.native"),
        ({"variants": {"fp32": []}}, "variants.fp32"),
        ({"variants": None}, "variants = None"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, changes, named):
    write_parts(tmp_path, PARTS)
    rewrite(tmp_path, **changes)
    sentence = complaint(tmp_path)
    assert named in sentence
    assert "utterd models prepare" in sentence


def test_parts_of_this_machine_are_not_stale():
    assert is_stale(PARTS) is None


def test_parts_of_another_release_or_processor_are_stale():
    other = is_stale(dataclasses.replace(PARTS, onnxruntime="1.2.3"))
    assert other is not None
    assert "1.2.3" in other
    assert onnxruntime_version() in other
    other = is_stale(dataclasses.replace(PARTS, cpu="Z80"))
    assert other is not None
    assert "Z80" in other


def test_a_manifest_of_before_there_were_portable_variants_is_read(tmp_path):
    write_parts(tmp_path, PARTS)
    rewrite(tmp_path, variants={"fp32": VARIANT})
    assert not read_parts(tmp_path).variants["fp32"].portable


# What running a variant takes


def test_the_files_of_a_variant_are_its_graphs_and_their_weights_and_the_statistics():
    files = PARTS.files | {"g8.onnx.data": "c", "other.data": "d"}
    found = dataclasses.replace(PARTS, files=files).files_of("int8", has_library=True)
    assert sorted(found) == sorted(
        ["text.onnx", "decoder.onnx", "g8.onnx", "g8.onnx.data", "whole.onnx", "statistics.npz"]
    )


def test_a_variant_without_a_graph_for_whole_pieces_has_anothers_that_can_be_run():
    assert PARTS.whole_of("int8", has_library=True) == "whole.onnx"
    native = dataclasses.replace(PARTS.variants["fp32"], native=True, whole="native.onnx")
    parts = dataclasses.replace(PARTS, variants={"fp32-native": native, "int8": PARTS.variants["int8"]})
    assert parts.whole_of("int8", has_library=True) == "native.onnx"
    assert parts.whole_of("int8", has_library=False) is None
    assert "native.onnx" not in parts.files_of("int8", has_library=False)
