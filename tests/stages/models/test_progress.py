"""How far it is."""

import io
import sys

import pytest

from utterd.stages.models.progress import shown_progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def tell(stream: io.StringIO) -> None:
    with shown_progress(stream) as progress:
        with progress.step("measuring voices", 2) as advance:
            advance()
            advance()
        progress.say("[odd] words")


def test_a_pipe_gets_a_line_a_step():
    stream = io.StringIO()
    tell(stream)
    first, second = stream.getvalue().splitlines()
    assert first.startswith("measuring voices: done (")
    assert second == "[odd] words"


def test_a_step_that_fails_is_not_said_to_be_done():
    stream = io.StringIO()
    with pytest.raises(ZeroDivisionError), shown_progress(stream) as progress, progress.step("text.int8", 1):
        raise ZeroDivisionError
    assert stream.getvalue() == ""


def test_a_terminal_gets_bars():
    stream = Terminal()
    tell(stream)
    assert "measuring voices" in stream.getvalue()
    assert "2/2" in stream.getvalue()
    assert "[odd] words" in stream.getvalue()


def test_a_terminal_without_rich_gets_lines(monkeypatch):
    for module in [name for name in sys.modules if name.partition(".")[0] == "rich"]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "rich.console", None)
    stream = Terminal()
    tell(stream)
    assert stream.getvalue().startswith("measuring voices: done (")
