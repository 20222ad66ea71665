"""One at a time."""

import shutil

import pytest

from utterd.stages.models.errors import Busy, WorkError
from utterd.stages.models.lock import LOCK, locked


def test_a_second_one_is_refused_while_the_first_is_at_work(tmp_path):
    folder = tmp_path / "tiny" / "prepared"
    folder.parent.mkdir()
    with locked(folder), pytest.raises(Busy, match="tiny is being prepared or tuned already"), locked(folder):
        pass
    with locked(folder):
        assert (folder / LOCK).exists()


def test_its_workspace_is_new_and_goes_with_it(tmp_path):
    with locked(tmp_path) as workspace:
        assert workspace.parent == tmp_path  # on the same disk
        (workspace / "half.onnx").write_bytes(b"half")
        left = shutil.copytree(workspace, tmp_path / "left")
    assert not workspace.exists()
    left.rename(workspace)  # as a killed one leaves it
    with locked(tmp_path) as again:
        assert list(again.iterdir()) == []
    with pytest.raises(ZeroDivisionError), locked(tmp_path):
        raise ZeroDivisionError
    assert [path.name for path in tmp_path.iterdir()] == [LOCK]


def test_it_is_let_go_of_whatever_happens(tmp_path):
    with pytest.raises(ZeroDivisionError), locked(tmp_path):
        raise ZeroDivisionError
    with locked(tmp_path):
        pass


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "prepared").write_text("a file")
    with (
        pytest.raises(WorkError, match=f"cannot write to {tmp_path}/prepared: File exists"),
        locked(tmp_path / "prepared"),
    ):
        pass
