"""Room on the disk."""

import errno
import shutil
from collections import namedtuple

import pytest

from utterd.stages.models.errors import NoRoom, PreparingError
from utterd.stages.models.preparing.recipes import RECIPES
from utterd.stages.models.preparing.space import needed_bytes, room_for

Usage = namedtuple("Usage", "total used free")
MB = 1_000_000


def test_too_little_room_is_said_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(500 * MB, 400 * MB, 100 * MB))
    said = rf"takes up to 800 MB, and {tmp_path} has 100 MB free; make room"
    with pytest.raises(NoRoom, match=said), room_for(800 * MB, tmp_path):
        pytest.fail("it began")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_disk_that_fills_up_meanwhile_is_said_with_what_is_needed(tmp_path, number):
    with pytest.raises(NoRoom, match=r"is full: preparing takes up to 2\.0 MB; make room"), room_for(2 * MB, tmp_path):
        raise OSError(number, "write failed")


def test_other_trouble_with_a_file_names_it(tmp_path):
    with pytest.raises(PreparingError, match=r"cannot write to /x/y\.onnx: Permission denied"), room_for(0, tmp_path):
        raise PermissionError(errno.EACCES, "Permission denied", "/x/y.onnx")


def test_every_graph_that_can_be_made_is_counted():
    before = 0
    for count in range(1, len(RECIPES) + 1):
        needed = needed_bytes(325 * MB, list(RECIPES)[:count])
        assert needed > before
        before = needed
    assert 2 * 325 * MB < needed_bytes(325 * MB, ["text.int8"]) < 1000 * MB
