"""A file is there whole, or as it was."""

import json
import os
import signal
import subprocess
import sys

import pytest

from utterd.stages.models.whole_files import replace_json, replacing


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


def test_what_a_killed_process_left_is_written_over(tmp_path):
    path = tmp_path / "parts.json"
    kill_itself = f"""
import os, signal
from pathlib import Path
from utterd.stages.models.whole_files import replacing
with replacing(Path({str(path)!r})) as new:
    new.write_text("half of what was to be writ")
    os.kill(os.getpid(), signal.SIGKILL)
"""
    killed = subprocess.run([sys.executable, "-P", "-c", kill_itself], check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert not path.exists()
    replace_json(path, {})
    assert path.read_text() == "{}"
    assert os.listdir(tmp_path) == ["parts.json"]


def test_a_block_that_fails_leaves_what_was_there(tmp_path):
    path = tmp_path / "voices.npz"
    path.write_text("whole")

    def write_half() -> None:
        with replacing(path) as new:
            new.write_text("half")
            raise InterruptedError

    with pytest.raises(InterruptedError):
        write_half()
    assert path.read_text() == "whole"
    assert os.listdir(tmp_path) == ["voices.npz"]
