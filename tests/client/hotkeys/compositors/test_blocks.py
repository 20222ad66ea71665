from pathlib import Path

import pytest

from utterd.client.hotkeys.compositors.blocks import (
    BEGIN,
    END,
    ConfigurationUnwritable,
    put_block,
    remove,
    remove_block,
    write,
)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config"


@pytest.mark.parametrize("before", ["", "one\n", "one\ntwo", "\n\n", "caf\u00e9\n", "# >>> something else\nx\n# <<<\n"])
def test_what_was_there_is_there_again_when_the_block_is_gone(config: Path, before: str) -> None:
    config.write_text(before)
    assert put_block(config, "include ours")
    assert "include ours\n" in config.read_text()
    assert remove_block(config)
    assert config.read_text().rstrip("\n") == before.rstrip("\n")


def test_bytes_that_are_no_utf8_are_kept(config: Path) -> None:
    config.write_bytes(b"name \xff\xfe\n")
    put_block(config, "include ours")
    assert config.read_bytes().startswith(b"name \xff\xfe\n")


def test_putting_it_again_changes_nothing_and_another_line_takes_its_place(config: Path) -> None:
    config.write_text("one\n")
    assert put_block(config, "include ours")
    assert not put_block(config, "include ours")
    assert put_block(config, "include theirs")
    text = config.read_text()
    assert text.count(BEGIN) == 1
    assert "ours" not in text


def test_a_file_is_made_where_there_is_none(config: Path) -> None:
    assert put_block(config, "-- require", comment="--")
    assert config.read_text() == f"-- {BEGIN}\n-- require\n-- {END}\n"


def test_removing_from_nothing_is_nothing(config: Path) -> None:
    assert not remove_block(config)
    assert not config.exists()
    config.write_text("one\n")
    assert not remove_block(config)
    assert config.read_text() == "one\n"


def test_a_block_without_an_end_is_left_to_the_person(config: Path) -> None:
    config.write_text(f"one\n# {BEGIN}\ninclude ours\ntheirs\n")
    with pytest.raises(ConfigurationUnwritable, match="is missing there; remove what utterd wrote by hand"):
        remove_block(config)
    assert config.read_text().endswith("theirs\n")


def test_a_link_stays_one_and_its_file_keeps_its_mode(config: Path, tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    real = tmp_path / "dotfiles" / "sway"
    real.write_text("one\n")
    real.chmod(0o600)
    config.symlink_to(real)
    put_block(config, "include ours")
    assert config.is_symlink()
    assert "include ours" in real.read_text()
    assert real.stat().st_mode & 0o777 == 0o600
    assert list((tmp_path / "dotfiles").iterdir()) == [real]


def test_a_folder_in_its_place_is_a_sentence(config: Path) -> None:
    config.mkdir()
    with pytest.raises(ConfigurationUnwritable, match=f"{config} cannot be read: Is a directory"):
        put_block(config, "x")
    with pytest.raises(ConfigurationUnwritable, match="cannot be removed"):
        remove(config)


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationUnwritable, match="cannot be written: File exists"):
        write(tmp_path / "file" / "below", "x")
