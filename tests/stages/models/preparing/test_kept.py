"""Files of finished steps."""

import hashlib
import json

import pytest

from utterd.stages.models.preparing.kept import JOURNAL, Kept, digest

NAME = "text.int8.0123456789ab.onnx"


def keep(kept: Kept, content: bytes, name: str = NAME, *, then: BaseException | None = None) -> None:
    with kept.making(name) as path:
        path.write_bytes(content)
        if then is not None:
            raise then


def test_what_was_made_is_there_for_the_next_run(tmp_path):
    keep(Kept(tmp_path), b"graph")
    again = Kept(tmp_path)
    assert again.has(NAME)
    assert again.path(NAME).read_bytes() == b"graph"
    assert again.sha256(NAME) == hashlib.sha256(b"graph").hexdigest()


def test_what_breaks_off_leaves_nothing(tmp_path):
    kept = Kept(tmp_path)
    with pytest.raises(OSError, match="full"):
        keep(kept, b"half", then=OSError("full"))
    assert not kept.has(NAME)
    assert list(tmp_path.iterdir()) == []


def test_what_was_there_stays_until_the_new_one_is_whole(tmp_path):
    kept = Kept(tmp_path)
    keep(kept, b"old")
    with pytest.raises(KeyboardInterrupt):
        keep(kept, b"new", then=KeyboardInterrupt())
    assert kept.has(NAME)
    assert kept.path(NAME).read_bytes() == b"old"


@pytest.mark.parametrize("spoil", [b"", b"cut", b"exchanged"])
def test_what_was_changed_since_is_not_there(tmp_path, spoil):
    keep(Kept(tmp_path), b"whole")
    (tmp_path / NAME).write_bytes(spoil)
    assert not Kept(tmp_path).has(NAME)


def test_a_file_that_the_journal_does_not_know_is_not_there(tmp_path):
    """Power may go between the file and the journal."""
    keep(Kept(tmp_path), b"whole")
    (tmp_path / JOURNAL).write_text("{}")
    assert not Kept(tmp_path).has(NAME)


@pytest.mark.parametrize("journal", ["", "[1]", "{", "\x00\x00", f'{{"{NAME}": [1]}}'])
def test_a_broken_journal_means_that_all_is_made_again(tmp_path, journal):
    keep(Kept(tmp_path), b"whole")
    (tmp_path / JOURNAL).write_text(journal)
    kept = Kept(tmp_path)
    assert not kept.has(NAME)
    keep(kept, b"again")
    assert Kept(tmp_path).has(NAME)


def test_leftovers_of_a_killed_run_are_taken_away(tmp_path):
    kept = Kept(tmp_path)
    keep(kept, b"whole")
    (tmp_path / f".making-{NAME}").write_bytes(b"half")
    (tmp_path / ".making-work").mkdir()
    (tmp_path / ".making-work" / "folded.onnx").write_bytes(b"half")
    kept.tidy()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([NAME, JOURNAL])


def test_sweeping_takes_kept_files_alone(tmp_path):
    kept = Kept(tmp_path)
    other = NAME.replace("int8", "fp32")
    keep(kept, b"a")
    keep(kept, b"b", other)
    for name in ("parts.json", "tuned.json", "lock", "mine.onnx", "voices.original.npz"):
        (tmp_path / name).write_text("kept by others")
    kept.sweep({NAME})
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {NAME, JOURNAL, "parts.json", "tuned.json", "lock", "mine.onnx", "voices.original.npz"}
    assert set(json.loads((tmp_path / JOURNAL).read_text())) == {NAME}


def test_the_workspace_is_gone_behind_its_block(tmp_path):
    kept = Kept(tmp_path)
    with kept.workspace() as folder:
        (folder / "copy.onnx").write_bytes(b"large")
        assert folder.parent == tmp_path  # on the same disk
    with pytest.raises(ZeroDivisionError), kept.workspace():
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_a_digest_tells_its_ingredients_apart():
    assert digest("a", "b") == digest("a", "b")
    assert len({digest("a", "b"), digest("ab"), digest("b", "a"), digest("a", "b", "")}) == 4
