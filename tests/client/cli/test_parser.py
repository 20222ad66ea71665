import pytest

from utterd.client.cli.parser import CommandParser


@pytest.fixture
def parser() -> CommandParser:
    parser = CommandParser("test", description="A command.", example="utterd test")
    parser.add_argument("--loud", action="store_true", help="with a help that is longer than a narrow terminal is wide")
    return parser


def widths(text: str) -> list[int]:
    return [len(line) for line in text.splitlines()]


@pytest.mark.parametrize("columns", [50, 70, 120])
def test_help_is_as_wide_as_the_terminal(parser: CommandParser, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    assert max(widths(parser.format_help())) <= columns
    monkeypatch.setenv("COLUMNS", "200")
    assert max(widths(parser.format_help())) > 70


@pytest.mark.parametrize("columns", ["", "0", "wide", "-3"])
def test_help_where_nobody_knows_the_width_is_80_wide(
    parser: CommandParser, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setattr("sys.__stdout__", None)
    assert max(widths(parser.format_help())) <= 80


def test_help_says_how_the_command_is_used_with_an_example(parser: CommandParser) -> None:
    assert parser.format_help().startswith("usage: utterd test")
    assert parser.format_help().endswith("example:\n  utterd test\n")
