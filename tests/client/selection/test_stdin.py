import io
import sys

import pytest

from utterd.client.selection import SelectionUnavailable, stdin


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_all_of_it_is_the_selection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("café\n two".encode())))
    assert stdin.is_available()
    assert stdin.read() == "café\n two"


def test_bytes_that_are_no_utf8_do_not_stop_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a\xffb")))
    assert stdin.read() == "a�b"


@pytest.mark.parametrize("given", [None, Terminal()])
def test_a_terminal_or_nothing_hands_no_text_over(given: io.StringIO | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", given)
    assert not stdin.is_available()
    with pytest.raises(SelectionUnavailable, match="no text was handed over on standard input"):
        stdin.read()
