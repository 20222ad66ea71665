"""Files of finished steps."""

import hashlib
import json
from pathlib import Path

import pytest

from utterd.stages.models.parts import DATA
from utterd.stages.models.preparing.kept import JOURNAL, Kept, digest

NAME = "text.int8.0123456789ab.onnx"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Empty, with an empty workspace beside it."""
    for name in ("prepared", "work"):
        (tmp_path / name).mkdir()
    return tmp_path / "prepared"


def opened(folder: Path) -> Kept:
    return Kept(folder, folder.with_name("work"))


def keep(
    kept: Kept, content: bytes, name: str = NAME, *, weights: bytes = b"", then: BaseException | None = None
) -> None:
    with kept.making(name) as path:
        path.write_bytes(content)
        if weights:
            path.with_name(path.name + DATA).write_bytes(weights)
        if then is not None:
            raise then


def test_what_was_made_is_there_for_the_next_run(folder):
    keep(opened(folder), b"graph")
    again = opened(folder)
    assert again.has(NAME)
    assert again.path(NAME).read_bytes() == b"graph"
    assert again.files(NAME) == {NAME: hashlib.sha256(b"graph").hexdigest()}


def test_what_breaks_off_leaves_nothing(folder):
    kept = opened(folder)
    with pytest.raises(OSError, match="full"):
        keep(kept, b"half", then=OSError("full"))
    assert not kept.has(NAME)
    assert list(folder.iterdir()) == list(folder.with_name("work").iterdir()) == []


def test_what_was_never_written_is_not_kept(folder):
    with pytest.raises(FileNotFoundError), opened(folder).making(NAME):
        pass


def test_what_was_there_stays_until_the_new_one_is_whole(folder):
    kept = opened(folder)
    keep(kept, b"old")
    with pytest.raises(KeyboardInterrupt):
        keep(kept, b"new", then=KeyboardInterrupt())
    assert kept.has(NAME)
    assert kept.path(NAME).read_bytes() == b"old"


@pytest.mark.parametrize("spoil", [b"", b"cut", b"exchanged"])
def test_what_was_changed_since_is_not_there(folder, spoil):
    keep(opened(folder), b"whole")
    (folder / NAME).write_bytes(spoil)
    assert not opened(folder).has(NAME)


def test_weights_beside_a_graph_are_kept_with_it(folder):
    keep(opened(folder), b"graph", weights=b"weights")
    again = opened(folder)
    assert again.has(NAME)
    assert again.files(NAME) == {
        NAME: hashlib.sha256(b"graph").hexdigest(),
        NAME + DATA: hashlib.sha256(b"weights").hexdigest(),
    }
    (folder / (NAME + DATA)).write_bytes(b"changed")
    assert not again.has(NAME)


def test_a_graph_made_anew_without_weights_forgets_those_it_had(folder):
    kept = opened(folder)
    keep(kept, b"graph", weights=b"weights")
    keep(kept, b"all in one")
    assert list(kept.files(NAME)) == [NAME]
    kept.sweep({NAME})
    assert sorted(path.name for path in folder.iterdir()) == sorted([NAME, JOURNAL])


def test_a_file_that_the_journal_does_not_know_is_not_there(folder):
    """Power may go between the file and the journal."""
    keep(opened(folder), b"whole")
    (folder / JOURNAL).write_text("{}")
    assert not opened(folder).has(NAME)


@pytest.mark.parametrize("journal", ["", "[1]", "{", "\x00\x00", f'{{"{NAME}": [1]}}'])
def test_a_broken_journal_means_that_all_is_made_again(folder, journal):
    keep(opened(folder), b"whole")
    (folder / JOURNAL).write_text(journal)
    kept = opened(folder)
    assert not kept.has(NAME)
    keep(kept, b"again")
    assert opened(folder).has(NAME)


def test_sweeping_takes_kept_files_alone(folder):
    kept = opened(folder)
    other = NAME.replace("int8", "fp32")
    keep(kept, b"a", weights=b"of a")
    keep(kept, b"b", other, weights=b"of b")
    for name in ("parts.json", "tuned.json", "lock", "mine.onnx", "voices.original.npz"):
        (folder / name).write_text("kept by others")
    kept.sweep({NAME})
    left = {path.name for path in folder.iterdir()}
    assert left == {NAME, NAME + DATA, JOURNAL, "parts.json", "tuned.json", "lock", "mine.onnx", "voices.original.npz"}
    assert set(json.loads((folder / JOURNAL).read_text())) == {NAME, NAME + DATA}


def test_a_digest_tells_its_ingredients_apart():
    assert digest("a", "b") == digest("a", "b")
    assert len({digest("a", "b"), digest("ab"), digest("b", "a"), digest("a", "b", "")}) == 4
