"""A file is there whole, or as it was."""

import json
import os

import pytest

from utterd.stages.models.whole_files import replace_json


def test_what_was_there_is_replaced(tmp_path):
    path = tmp_path / "parts.json"
    replace_json(path, {"a": 1})
    replace_json(path, {"b": [2]})
    assert json.loads(path.read_text()) == {"b": [2]}
    assert os.listdir(tmp_path) == ["parts.json"]


def test_a_disk_that_is_full_leaves_what_was_there(tmp_path, monkeypatch):
    path = tmp_path / "parts.json"
    replace_json(path, {"a": 1})

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        replace_json(path, {"b": 2})
    assert json.loads(path.read_text()) == {"a": 1}
    assert os.listdir(tmp_path) == ["parts.json"]


def test_what_cannot_be_said_in_json_leaves_what_was_there(tmp_path):
    path = tmp_path / "parts.json"
    replace_json(path, {"a": 1})
    with pytest.raises(TypeError):
        replace_json(path, {"b": object()})
    assert json.loads(path.read_text()) == {"a": 1}
    assert os.listdir(tmp_path) == ["parts.json"]
