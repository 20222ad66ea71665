"""What is shown while words are followed: looked at on a terminal emulator."""

import pyte
import pytest

from utterd.client.cli.follow_view import FollowView, Phase
from utterd.client.messages import Paused, Progress, Resumed, Sentence, Started, Word

TEXT = "One is here. Two is there. Three is far away, and four is the last of them all."


def word(text: str, spoken: str, *, behind: int = 0) -> Word:
    start = text.index(spoken, behind)
    return Word(utterance=1, t_ms=1.0, audio_ms=1.0, char_start=start, char_end=start + len(spoken))


def sentence(start: int, end: int) -> Sentence:
    return Sentence(utterance=1, t_ms=1.0, audio_ms=1.0, char_start=start, char_end=end)


STARTED = Started(utterance=1, t_ms=1.0, audio_ms=0.0)
PAUSED = Paused(utterance=1, t_ms=1.0, audio_ms=1.0)
RESUMED = Resumed(utterance=1, t_ms=1.0, audio_ms=1.0)


class Look:
    """The rows of a view as an emulator shows them."""

    def __init__(self, view: FollowView, width: int = 40, height: int = 6) -> None:
        rows = view.render(width, height)
        assert len(rows) == height
        self.screen = pyte.Screen(width, height)
        stream = pyte.Stream(self.screen)
        for number, row in enumerate(rows):
            stream.feed(f"\x1b[{number + 1};1H{row}")
        self.lines = [line.rstrip() for line in self.screen.display]
        self.state = self.lines[-1]

    def reverse(self) -> str:
        """Above the state line."""
        return "".join(
            self.screen.buffer[row][column].data
            for row in range(self.screen.lines - 1)
            for column in range(self.screen.columns)
            if self.screen.buffer[row][column].reverse
        )


class TestTheWord:
    def test_that_is_heard_is_highlighted(self) -> None:
        view = FollowView(TEXT)
        view.take(STARTED)
        view.take(word(TEXT, "there"))
        look = Look(view)
        assert look.reverse() == "there"
        assert look.lines[:2] == ["One is here. Two is there. Three is far", "away, and four is the last of them all."]

    def test_is_highlighted_over_the_edge_of_a_row(self) -> None:
        text = "x abcdefghijklmnop"
        view = FollowView(text)
        view.take(word(text, "abcdefghijklmnop"))
        assert Look(view, width=8).reverse() == "abcdefghijklmnop"

    def test_before_the_first_none_is(self) -> None:
        assert Look(FollowView(TEXT)).reverse() == ""

    def test_follows_when_somebody_goes_back(self) -> None:
        view = FollowView(TEXT)
        for spoken in ("last", "Two"):
            view.take(word(TEXT, spoken))
        assert Look(view).reverse() == "Two"

    def test_of_wide_and_combining_characters_is_highlighted_as_a_whole(self) -> None:
        text = "Then 日本語 and cafe\u0301 come."
        view = FollowView(text)
        view.take(word(text, "日本語"))
        assert Look(view).reverse() == "日本語"
        view.take(word(text, "cafe\u0301"))
        assert Look(view).reverse() == "café"


class TestWhatHasBeenSaid:
    def test_is_dim_up_to_the_sentence_that_is_heard(self) -> None:
        view = FollowView(TEXT)
        view.take(sentence(13, 26))
        view.take(word(TEXT, "is", behind=14))
        row = view.render(80, 3)[0]
        assert row.startswith("\x1b[2mOne is here. \x1b[0mTwo \x1b[1;7mis\x1b[0m there.")

    def test_is_no_longer_when_somebody_goes_back_before_it(self) -> None:
        view = FollowView(TEXT)
        view.take(sentence(13, 26))
        view.take(word(TEXT, "One"))
        assert "\x1b[2m" not in view.render(80, 3)[0]


class TestScrolling:
    TEXT = "\n".join(f"Line {n} is here." for n in range(100))

    def test_brings_the_word_back_into_view(self) -> None:
        view = FollowView(self.TEXT)
        for n in (0, 50, 99, 3):
            view.take(word(self.TEXT, f"Line {n} "))
            assert Look(view).reverse().strip() == f"Line {n}"

    def test_leaves_rows_where_they_are_as_long_as_there_is_something_to_read_ahead(self) -> None:
        view = FollowView(self.TEXT)
        tops = list[str]()
        for n in range(20):
            view.take(word(self.TEXT, f"Line {n} "))
            look = Look(view, height=13)
            tops.append(look.lines[0])
            assert look.lines[-2] != f"Line {n} is here."
        assert len(set(tops)) <= 5

    def test_of_another_size_keeps_the_word_in_view(self) -> None:
        view = FollowView(self.TEXT)
        view.take(word(self.TEXT, "Line 70 "))
        for width, height in ((40, 10), (12, 4), (80, 40), (7, 30)):
            assert Look(view, width, height).reverse().replace(" ", "") == "Line70"

    def test_the_end_of_the_text_fills_the_screen_to_the_last_row(self) -> None:
        view = FollowView(self.TEXT)
        view.take(word(self.TEXT, "Line 96 "))
        view.render(40, 10)
        view.take(word(self.TEXT, "Line 99 "))
        assert "Line 99 is here." in Look(view, 40, 10).lines

    @pytest.mark.parametrize(("width", "height"), [(1, 1), (1, 2), (2, 1), (3, 3)])
    def test_the_smallest_terminals_do_no_harm(self, width: int, height: int) -> None:
        view = FollowView("日本語 and more")
        view.take(word("日本語 and more", "more"))
        Look(view, width, height)

    def test_a_space_that_hangs_over_the_edge_wipes_nothing_out(self) -> None:
        assert Look(FollowView("abc def"), width=3).lines[:2] == ["abc", "def"]


class TestTheState:
    def test_goes_from_waiting_to_speaking_to_paused(self) -> None:
        view = FollowView(TEXT)
        seen = [Look(view).state.split()[0]]
        for event in (STARTED, PAUSED, RESUMED):
            view.take(event)
            seen.append(Look(view).state.split()[0])
        assert seen == ["waiting", "speaking", "paused", "speaking"]

    def test_one_that_is_paused_before_it_begins_waits_again_afterwards(self) -> None:
        view = FollowView(TEXT)
        view.take(PAUSED)
        assert view.phase is Phase.PAUSED
        view.take(RESUMED)
        assert view.phase is Phase.WAITING
        assert not view.has_begun

    def test_tells_how_far_it_has_come_and_the_speed_if_it_is_known(self) -> None:
        view = FollowView("ab cd", speed=1.5)
        view.take(word("ab cd", "ab"))
        assert " 40%  speed 1.5" in Look(view).state
        assert "speed" not in Look(FollowView("ab")).state.partition("|")[0]

    def test_has_as_many_words_about_keys_as_there_is_room_for(self) -> None:
        view = FollowView(TEXT)
        assert "q stop" in Look(view, 80).state
        assert Look(view, 50).state.endswith("q")
        assert Look(view, 16).state.split() == ["waiting", "0%"]

    def test_other_events_change_nothing(self) -> None:
        view = FollowView(TEXT)
        view.take(word(TEXT, "One"))
        before = view.render(40, 6)
        view.take(Progress(utterance=1, t_ms=1.0, audio_ms=1.0, char_end=12, characters=80))
        assert view.render(40, 6) == before


class TestAnEmptyText:
    def test_can_be_shown(self) -> None:
        assert Look(FollowView("")).lines[0] == ""
