from pathlib import Path

import pytest

from utterd.client.cli.lexicon_layers import list_entries


@pytest.mark.parametrize(
    ("user", "project", "counts"),
    [
        ('a = "1"', 'a = "2"', [True, False]),
        ('a = "1"', 'A = {say = "2", case = true}', [True, False]),
        ('a = {say = "1", case = true}', 'A = {say = "2", case = true}', [True, True]),
        ('a = {say = "1", case = true}', 'a = "2"', [True, True]),
        ('a = {say = "1", pos = "noun"}', 'a = "2"', [True, True]),
        ('a = {say = "1", lang = "en"}', 'a = {say = "2", lang = "en-gb"}', [True, False]),
        ('a = {say = "1", lang = "en-gb"}', 'a = {say = "2", lang = "en"}', [True, True]),
        ('a = "1"', 'b = "2"', [True, True]),
        ("", 'a = [{say = "1", pos = "noun"}, "2"]', [True, True]),
    ],
)
def test_an_entry_counts_unless_a_stronger_one_is_meant_wherever_it_is(
    tmp_path: Path, user: str, project: str, counts: list[bool]
) -> None:
    (tmp_path / "user.toml").write_text(user)
    (tmp_path / ".utterd.toml").write_text(f"[lexicon]\n{project}")
    listed = list_entries(tmp_path / "user.toml", tmp_path)
    assert [item.counts for item in listed if item.layer != "built-in"] == counts


def test_no_file_is_needed(tmp_path: Path) -> None:
    assert {item.layer for item in list_entries(tmp_path / "none.toml", tmp_path)} >= {"built-in"}
