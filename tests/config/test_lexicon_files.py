import os
from pathlib import Path

import pytest

from utterd.config.ipa import symbols_of_ipa
from utterd.config.lexicon import Entry, LexiconError
from utterd.config.lexicon_files import (
    FILE_LIMIT_BYTES,
    find_project_file,
    read_built_in,
    read_lexicon,
)
from utterd.config.paths import find_paths


def write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def test_the_users_file_is_in_the_configuration_folder():
    assert find_paths({"UTTERD_HOME": "/u"}).lexicon_file == Path("/u/config/lexicon.toml")


def test_words_stand_at_the_top_of_a_file_or_in_a_section_of_it(tmp_path: Path):
    path = write(tmp_path / "a.toml", 'one = "won"\n')
    assert read_lexicon(path) == (Entry(word="one", say="won"),)
    path = write(tmp_path / "b.toml", '[speech]\nvoice = 5\n[lexicon]\none = "won"\n')
    assert read_lexicon(path, "lexicon") == (Entry(word="one", say="won"),)
    assert read_lexicon(write(tmp_path / "c.toml", "[speech]\n"), "lexicon") == ()


@pytest.mark.parametrize(
    ("text", "section", "line", "reason"),
    [
        ('a = "b"\nc = d\n', "", 2, "Invalid value"),
        ('a = "b"\na = "c"\n', "", 2, "Cannot overwrite a value"),
        ('a = "b"\nc = "', "", 2, "Unterminated string"),
        ('a = "b"\n\n"c d" = {ipa = "@"}\n', "", 3, "COMMERCIAL AT"),
        ('a = "b"\n  c = 5 # c\n', "", 2, "'c' should be"),
        ('abc = "b"\n[[a]]\nsay = 5\n', "", 2, "say should be text"),
        ('x = 1\nlexicon = "a"\n', "lexicon", 2, "should be a section"),
        ('[lexicon]\na = "b"\nnode.js = "c"\n', "lexicon", 3, "unknown key 'js'"),
    ],
)
def test_a_mistake_is_told_with_file_and_line(tmp_path: Path, text: str, section: str, line: int, reason: str):
    path = write(tmp_path / "lexicon.toml", text)
    with pytest.raises(LexiconError, match=reason) as caught:
        read_lexicon(path, section)
    assert (caught.value.path, caught.value.line) == (path, line)
    assert str(caught.value).startswith(f"{path}, line {line}: ")


def test_what_is_no_text_file_is_refused_without_waiting_for_it(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    (tmp_path / "large").write_bytes(b"#" * (FILE_LIMIT_BYTES + 1))
    for name, reason in (("pipe", "not a file"), ("bytes", "not UTF-8"), ("large", "larger than 4 MiB"), (".", "file")):
        with pytest.raises(LexiconError, match=reason):
            read_lexicon(tmp_path / name)
    with pytest.raises(FileNotFoundError):
        read_lexicon(tmp_path / "none")


def test_the_built_in_words_can_all_be_said():
    entries = read_built_in()
    assert len(entries) > 50
    for entry in entries:
        assert entry.lang == "en"
        for language in ("en-us", "en-gb"):
            assert entry.say or symbols_of_ipa(entry.ipa, language)


def test_the_nearest_project_file_counts(tmp_path: Path):
    deep = tmp_path / "a" / "b" / "c"
    deep.mkdir(parents=True)
    outer = write(tmp_path / ".utterd.toml", "")
    assert find_project_file(deep) == outer
    inner = write(tmp_path / "a" / "b" / ".utterd.toml", "")
    assert find_project_file(deep) == inner
    assert find_project_file(tmp_path / "no" / "such" / "folder") == outer


def test_a_project_file_of_another_user_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = write(tmp_path / ".utterd.toml", "")
    owner = path.stat().st_uid
    monkeypatch.setattr(os, "getuid", lambda: owner + 1)
    found = find_project_file(tmp_path)
    assert found == (path if owner == 0 else None)
    monkeypatch.setattr(os, "getuid", lambda: owner)
    assert find_project_file(tmp_path) == path
