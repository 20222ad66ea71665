import os
import stat
from pathlib import Path

import pytest

from utterd.client.cli.lexicon_edit import add_entry, remove_word
from utterd.config.lexicon import Entry
from utterd.config.lexicon_files import read_lexicon

OWNERS = """\
# mine

nginx = "engine x"   # the server

zed = { ipa = "zɛd", pos = "noun" }  # a letter
# the end
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "lexicon.toml"
    file.write_text(OWNERS, "utf-8")
    return file


def test_comments_and_order_stay_as_they_were(path: Path) -> None:
    add_entry(path, "", Entry(word="nginx", say="engine eggs"))
    add_entry(path, "", Entry(word="new", say="knew"))
    assert path.read_text("utf-8") == OWNERS.replace("engine x", "engine eggs") + 'new = "knew"\n'
    assert remove_word(path, "", "new") == (True, ["nginx", "zed", "new"])
    assert path.read_text("utf-8") == OWNERS.replace("engine x", "engine eggs")


def test_an_entry_under_other_conditions_stands_beside_the_first(path: Path) -> None:
    add_entry(path, "", Entry(word="zed", say="zee", lang="en-us"))
    add_entry(path, "", Entry(word="zed", say="zett"))
    add_entry(path, "", Entry(word="zed", ipa="zi", pos="noun"))
    assert [entry for entry in read_lexicon(path) if entry.word == "zed"] == [
        Entry(word="zed", ipa="zi", pos="noun"),
        Entry(word="zed", say="zee", lang="en-us"),
        Entry(word="zed", say="zett"),
    ]
    assert "# a letter" in path.read_text("utf-8")


def test_a_word_with_other_capitals_is_the_same_word_unless_capitals_matter(path: Path) -> None:
    add_entry(path, "", Entry(word="NGINX", say="engine"))
    add_entry(path, "", Entry(word="Nginx", say="inn", case=True))
    add_entry(path, "", Entry(word="nGINX", say="out"))
    assert [(entry.word, entry.say, entry.case) for entry in read_lexicon(path)] == [
        ("nginx", "out", False),
        ("zed", "", False),
        ("Nginx", "inn", True),
    ]


def test_a_section_is_made_and_the_rest_of_the_file_stays(tmp_path: Path) -> None:
    path = tmp_path / ".utterd.toml"
    path.write_text("[other]\nkey = 1 # one\n")
    add_entry(path, "lexicon", Entry(word="Node.js", say="node"))
    assert path.read_text() == '[other]\nkey = 1 # one\n\n[lexicon]\n"Node.js" = "node"\n'
    assert remove_word(path, "lexicon", "node.js")[0] is True
    assert remove_word(path, "lexicon", "node.js") == (False, [])


def test_a_file_that_is_not_there_has_no_words_to_remove(tmp_path: Path) -> None:
    assert remove_word(tmp_path / "none", "lexicon", "a") == (False, [])
    assert not (tmp_path / "none").exists()


def test_a_linked_file_stays_linked_and_keeps_its_mode(path: Path, tmp_path: Path) -> None:
    path.chmod(0o600)
    link = tmp_path / "link"
    link.symlink_to(path)
    add_entry(link, "", Entry(word="a", say="b"))
    assert link.is_symlink()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_lexicon(path)[-1] == Entry(word="a", say="b")


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise OSError("no")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="no"):
        add_entry(path, "", Entry(word="a", say="b"))
    assert path.read_text("utf-8") == OWNERS
    assert list(tmp_path.iterdir()) == [path]


def test_a_word_that_is_written_as_a_section_is_edited_like_any_other(tmp_path: Path) -> None:
    path = tmp_path / "lexicon.toml"
    path.write_text('[zed]\nsay = "zee"\n')
    add_entry(path, "", Entry(word="a", say="b"))
    add_entry(path, "", Entry(word="zed", say="zett"))
    assert set(read_lexicon(path)) == {Entry(word="a", say="b"), Entry(word="zed", say="zett")}
