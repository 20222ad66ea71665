"""Files are hashed once, and again when they have changed."""

import hashlib
import os
from pathlib import Path

import pytest

from utterd.stages.inference import checked_files
from utterd.stages.inference.checked_files import CHECKED, check_files
from utterd.stages.models.parts import PartsError

CONTENT = {"text.onnx": b"text", "vocoder.onnx": b"vocoder", "unused.onnx": b"unused"}
SHA256 = {name: hashlib.sha256(content).hexdigest() for name, content in CONTENT.items()}
USED = ("text.onnx", "vocoder.onnx")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in CONTENT.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


@pytest.fixture
def hashed(monkeypatch) -> list[str]:
    """Names of the files that are read."""
    names: list[str] = []
    plain = checked_files._sha256

    def counted(path: Path) -> str:
        names.append(path.name)
        return plain(path)

    monkeypatch.setattr(checked_files, "_sha256", counted)
    return names


def test_every_file_in_use_is_hashed_the_first_time_and_none_after_that(folder, hashed):
    check_files(folder, SHA256, USED)
    assert sorted(hashed) == sorted(USED)
    hashed.clear()
    check_files(folder, SHA256, USED)
    assert hashed == []


def test_a_file_that_was_touched_is_hashed_again(folder, hashed):
    check_files(folder, SHA256, USED)
    hashed.clear()
    os.utime(folder / "text.onnx", ns=(1, 1))
    check_files(folder, SHA256, USED)
    assert hashed == ["text.onnx"]


def test_a_file_that_another_manifest_means_is_hashed_again(folder):
    check_files(folder, SHA256, USED)
    with pytest.raises(PartsError, match=r"text\.onnx is damaged"):
        check_files(folder, SHA256 | {"text.onnx": "0" * 64}, USED)


def test_variants_are_remembered_beside_one_another(folder, hashed):
    check_files(folder, SHA256, USED)
    check_files(folder, SHA256, ["unused.onnx"])
    hashed.clear()
    check_files(folder, SHA256, CONTENT)
    assert hashed == []


def test_a_changed_file_is_named_in_one_sentence(folder):
    check_files(folder, SHA256, USED)
    (folder / "vocoder.onnx").write_bytes(b"vocodes")
    with pytest.raises(PartsError, match=r"vocoder\.onnx is damaged .*; run `utterd models prepare` anew") as failure:
        check_files(folder, SHA256, USED)
    assert "\n" not in str(failure.value)


def test_a_missing_file_is_named(folder):
    (folder / "text.onnx").unlink()
    with pytest.raises(PartsError, match=r"text\.onnx cannot be read: No such file"):
        check_files(folder, SHA256, USED)


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b'{"text.onnx": 3}'])
def test_a_damaged_memory_is_none(folder, hashed, content):
    (folder / CHECKED).write_bytes(content)
    check_files(folder, SHA256, USED)
    assert sorted(hashed) == sorted(USED)


def test_where_nothing_can_be_written_files_are_hashed_every_time(folder, hashed, monkeypatch):
    def read_only(path, *arguments):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "write_text", read_only)
    for _ in range(2):
        check_files(folder, SHA256, USED)
    assert len(hashed) == 4
    assert sorted(os.listdir(folder)) == sorted(CONTENT)
