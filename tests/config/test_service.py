"""Files that describe a service: whole, or as they were."""

import os
import stat
from pathlib import Path

import pytest

from utterd.config.service import NotInstalled, ServiceTrouble, write_whole


def test_a_file_is_made_with_its_folders(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "utterd.service"
    assert write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert list(path.parent.iterdir()) == [path]


def test_the_same_again_is_no_change_but_another_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_whole(path, b"same")
    kept = os.open(path, os.O_RDONLY)  # so that its number is not given again
    try:
        assert not write_whole(path, b"same")
        assert path.stat().st_ino != os.fstat(kept).st_ino
    finally:
        os.close(kept)


def test_another_content_is_a_change(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    assert write_whole(path, b"new")
    assert path.read_bytes() == b"new"


def test_a_link_is_replaced_and_what_it_leads_to_is_left_alone(tmp_path: Path) -> None:
    """As `systemctl mask` leaves one, to /dev/null."""
    path = tmp_path / "file"
    path.symlink_to("/dev/null")
    assert write_whole(path, b"new")
    assert not path.is_symlink()
    assert path.read_bytes() == b"new"


def test_where_it_cannot_be_replaced_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.mkdir()
    with pytest.raises(ServiceTrouble, match=f"^cannot write {path}: "):
        write_whole(path, b"new")
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_not_installed_comes_with_the_way_to_it() -> None:
    assert str(NotInstalled()) == "utterd is not installed as a service; `utterd service install` does that"
