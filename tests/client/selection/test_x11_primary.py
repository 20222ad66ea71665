"""PRIMARY of a real X server, asked of real owners, and of bad ones."""

import gc
import warnings

import pytest
from rig.x11 import Screen
from rig.x11_owner import Owner

from utterd.client.selection import SelectionUnavailable, x11_primary
from utterd.client.selection.x11_primary import PrimaryReader

STORY = "Sieben Boote — 七艘船 — kamen zurück. "


@pytest.fixture
def reader(screen: Screen, monkeypatch):
    monkeypatch.setattr(x11_primary, "ANSWER_TIMEOUT_S", 0.2)
    with PrimaryReader() as reader:
        yield reader


def refusal_of(name: str) -> str:
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        with pytest.raises(SelectionUnavailable) as failure:
            PrimaryReader(name)
        sentence = str(failure.value)
        del failure
        gc.collect()  # python-xlib leaves the sockets of its attempts to it
    return sentence


class TestWhatIsSelected:
    def test_in_a_terminal_by_a_triple_click(self, screen, reader):
        with screen.terminal("Seven boats came back before noon.") as terminal:
            terminal.select()
            assert reader.read() == "Seven boats came back before noon.\n"

    def test_in_any_script(self, screen, reader):
        screen.select(STORY)
        assert reader.read() == STORY

    def test_more_than_a_property_holds_comes_in_pieces(self, screen, reader, monkeypatch):
        pieces = []
        wait = reader._is_new_piece
        monkeypatch.setattr(reader, "_is_new_piece", lambda event: wait(event) and not pieces.append(event))
        text = STORY * 30_000
        screen.select(text)
        assert len(text.encode()) > 4 * 256 * 1024
        assert reader.read() == text
        assert len(pieces) > 2
        assert reader.read() == text, "and again, over the same connection"

    def test_a_small_one_behind_a_big_one(self, screen, reader):
        screen.select(STORY * 30_000)
        reader.read()
        screen.select("short")
        assert reader.read() == "short"

    def test_nothing_is_empty(self, screen, reader):
        assert reader.read() == ""

    def test_nothing_but_an_owner_is_empty(self, screen, reader):
        screen.select("")
        assert reader.read() == ""

    def test_what_its_program_took_along_is_empty(self, screen, reader):
        with screen.terminal("Gone.") as terminal:
            terminal.select()
        assert reader.read() == ""

    def test_an_old_program_gives_latin_1(self, screen, reader):
        with Owner(screen.name, "latin", "Füße"):
            assert reader.read() == "Füße"

    def test_bytes_that_are_no_utf_8_are_seen_as_such(self, screen, reader):
        screen.select_bytes(b"caf\xe9")
        assert reader.read() == "caf\N{REPLACEMENT CHARACTER}"


class TestWhatCannotBeRead:
    @pytest.mark.parametrize(
        ("manner", "sentence"),
        [
            ("hang", "the program with the selected text does not answer"),
            ("unfinished", "the program with the selected text does not answer"),
            ("refuse", "what is selected is not text"),
            ("picture", "what is selected is not text"),
        ],
    )
    def test_is_said_in_a_sentence(self, screen, reader, manner, sentence):
        with Owner(screen.name, manner) as owner:
            with pytest.raises(SelectionUnavailable, match=f"^{sentence}$"):
                reader.read()
            assert owner.asked

    def test_the_next_selection_is_read_all_the_same(self, screen, reader):
        with Owner(screen.name, "unfinished"), pytest.raises(SelectionUnavailable):
            reader.read()
        screen.select("sound again")
        assert reader.read() == "sound again"

    @pytest.mark.parametrize("size", [200_000, 4_000_000])
    def test_one_that_is_too_long_is_given_up_in_one_piece_or_many(self, screen, reader, monkeypatch, size):
        monkeypatch.setattr(x11_primary, "MOST_BYTES", 100_000)
        screen.select("x" * size)
        with pytest.raises(SelectionUnavailable, match="too long"):
            reader.read()

    @pytest.mark.parametrize("name", [":99999", ":4711", "no-such-name", "localhost:4711"])
    def test_no_server_is_a_sentence(self, name):
        sentence = refusal_of(name)
        assert sentence.startswith(f"cannot reach the X server {name}: ")
        assert "\n" not in sentence

    def test_a_server_that_ends_is_one(self, screen, reader):
        screen.end()
        with pytest.raises(SelectionUnavailable, match="the X server has ended"):
            reader.read()
