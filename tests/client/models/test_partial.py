"""A file on its way: taken up, hashed, put in place whole."""

import json
from pathlib import Path

import pytest
from rig.fetching import sha256

from utterd.client.models.errors import ModelUnfetched
from utterd.client.models.partial import PartialFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file"


def part_of(path: Path) -> Path:
    return path.with_name("file.part")


def test_it_grows_beside_its_place_and_is_put_there_at_the_end(path):
    path.write_bytes(b"old")
    with PartialFile(path) as partial:
        partial.append(b"ne")
        partial.append(b"w")
        assert path.read_bytes() == b"old"
        assert (partial.size_bytes, partial.sha256) == (3, sha256(b"new"))
        partial.place()
    assert path.read_bytes() == b"new"
    assert list(path.parent.iterdir()) == [path]


def test_what_was_left_is_taken_up_and_hashed(path):
    with PartialFile(path) as partial:
        partial.append(b"one ")
    with PartialFile(path) as partial:
        assert partial.size_bytes == 4
        partial.append(b"two")
        assert partial.sha256 == sha256(b"one two")
    assert part_of(path).read_bytes() == b"one two"


def test_it_can_begin_anew(path):
    with PartialFile(path) as partial:
        partial.append(b"a long one")
        partial.note_version("http://here", '"v1"')
        partial.restart()
        assert partial.version_of("http://here") is None
        partial.append(b"short")
        assert partial.sha256 == sha256(b"short")
        partial.place()
    assert path.read_bytes() == b"short"


def test_the_version_is_that_of_one_address(path):
    with PartialFile(path) as partial:
        partial.append(b"x")
        partial.note_version("http://here", '"v1"')
    with PartialFile(path) as partial:
        assert partial.version_of("http://here") == '"v1"'
        assert partial.version_of("http://there") is None
        partial.note_version("http://here", None)
        assert partial.version_of("http://here") is None


@pytest.mark.parametrize("note", ["", "[]", "5", '{"url": "http://here"}', '{"version": "v"}', "\x00"])
def test_a_note_that_is_no_longer_right_is_none(path, note):
    path.with_name("file.part.json").write_text(note)
    with PartialFile(path) as partial:
        assert partial.version_of("http://here") is None


def test_its_owner_alone_can_read_it(path):
    with PartialFile(path) as partial:
        partial.append(b"x")
        partial.note_version("http://ann:secret@here", '"v"')
    note = path.with_name("file.part.json")
    assert json.loads(note.read_text())["version"] == '"v"'
    assert {file.stat().st_mode & 0o777 for file in (note, part_of(path))} == {0o600}


def test_of_nothing_nothing_stays(path):
    with PartialFile(path) as partial:
        partial.note_version("http://here", '"v"')
    assert list(path.parent.iterdir()) == []


def test_it_goes_without_a_trace(path):
    with PartialFile(path) as partial:
        partial.append(b"x")
        partial.note_version("http://here", '"v"')
        partial.discard()
    assert list(path.parent.iterdir()) == []


def test_a_link_in_its_place_is_not_written_through(path, tmp_path):
    (tmp_path / "mine").write_bytes(b"mine")
    part_of(path).symlink_to(tmp_path / "mine")
    with pytest.raises(ModelUnfetched, match=r"cannot write .*file\.part: "), PartialFile(path):
        pass
    assert (tmp_path / "mine").read_bytes() == b"mine"


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ModelUnfetched, match=r"cannot write .*: No such file or directory"):
        PartialFile(tmp_path / "none" / "file").__enter__()


def test_a_disk_that_is_full_at_the_last_moment_is_told(path, monkeypatch):
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with PartialFile(path) as partial:
        partial.append(b"x")
        monkeypatch.setattr("os.fsync", full)
        with pytest.raises(ModelUnfetched, match="No space left on device"):
            partial.place()
    assert not path.exists()
