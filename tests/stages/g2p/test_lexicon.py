"""Files that come, change, break and go while the stage runs."""

import logging
import os
from pathlib import Path

import pytest

from utterd.stages.g2p.lexicon import Lexicon


def said(lexicon: Lexicon, word: str, project: str = "", language: str = "en-us") -> str:
    """How the strongest entry says a word; empty if there is none."""
    words = lexicon.for_unit(language, project).find(word)
    return words[0].pronunciations[0].say if words else ""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "lexicon.toml"


def test_no_file_is_needed(file: Path) -> None:
    assert said(Lexicon(), "word") == said(Lexicon(file), "word") == ""
    assert said(Lexicon(), "Qt") == "cute"


def test_a_file_is_read_when_it_comes_changes_and_goes(file: Path) -> None:
    lexicon = Lexicon(file)
    assert said(lexicon, "word") == ""
    file.write_text('word = "one"')
    assert said(lexicon, "word") == "one"
    file.write_text('word = "other"')
    assert said(lexicon, "word") == "other"
    os.replace(_written(file.with_name("new"), 'word = "third"'), file)
    assert said(lexicon, "word") == "third"
    file.unlink()
    assert said(lexicon, "word") == ""


def _written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_a_broken_file_keeps_the_last_good_words_and_is_told_of_once(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lexicon = Lexicon(file)
    file.write_text('word = "one"')
    assert said(lexicon, "word") == "one"
    file.write_text('word = "two"\nother = \n')
    with caplog.at_level(logging.WARNING):
        assert [said(lexicon, "word") for _ in range(3)] == ["one"] * 3
    (record,) = caplog.records
    assert f"file={file} line=2" in record.getMessage()
    file.write_text('word = "three"')
    assert said(lexicon, "word") == "three"


def test_a_wrong_symbol_is_told_of_by_name(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    file.write_text('\nword = {ipa = "@"}\n')
    assert said(Lexicon(file), "word") == ""
    assert "line=2" in caplog.text
    assert "COMMERCIAL AT" in caplog.text


def test_an_unchanged_file_is_looked_at_once_a_unit_and_not_read_again(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text('word = "one"')
    lexicon = Lexicon(file)
    first = lexicon.for_unit("en-us")
    looks: list[object] = []
    real_stat, real_open = os.stat, os.open
    monkeypatch.setattr(os, "stat", lambda path, **keywords: looks.append(path) or real_stat(path, **keywords))
    monkeypatch.setattr(os, "open", lambda path, *rest: looks.append(("open", path)) or real_open(path, *rest))
    assert lexicon.for_unit("en-us") is first
    assert looks == [file]


def test_the_user_comes_before_the_project_and_that_before_what_is_built_in(file: Path, tmp_path: Path) -> None:
    file.write_text('word = "users"')
    (tmp_path / ".utterd.toml").write_text('[lexicon]\nword = "projects"\nQt = "cheese shop"')
    lexicon = Lexicon(file)
    assert said(lexicon, "word") == "users"
    assert said(lexicon, "word", str(tmp_path)) == "users"
    assert said(lexicon, "Qt") == "cute"
    assert said(lexicon, "Qt", str(tmp_path)) == "cheese shop"
    file.unlink()
    assert said(lexicon, "word", str(tmp_path)) == "projects"


def test_projects_are_told_apart_and_found_from_the_folders_in_them(tmp_path: Path) -> None:
    lexicon = Lexicon()
    for number in range(40):
        deep = tmp_path / str(number) / "deep"
        deep.mkdir(parents=True)
        (deep.parent / ".utterd.toml").write_text(f'[lexicon]\nword = "{number}"')
        assert said(lexicon, "word", str(deep)) == str(number)
    assert said(lexicon, "word", str(tmp_path / "0" / "deep")) == "0"
    assert said(lexicon, "word", str(tmp_path)) == ""


def test_a_project_folder_that_is_not_there_does_no_harm() -> None:
    for project in ("/no/such/folder", "relative", "\x00", "x" * 5000):
        assert said(Lexicon(), "word", project) == ""
