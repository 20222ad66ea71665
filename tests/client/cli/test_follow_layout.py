"""Rows of a terminal: nothing is lost, nothing is too wide, and every character is where it is looked for."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcwidth

from utterd.client.cli.follow_layout import LONGEST_BLOCK, Layout, Row, cells, shown

TEXTS = st.text(
    alphabet=st.one_of(
        st.sampled_from(" \t\nabc-é日本語ㄱ각👩‍👧🇩🇪\u0301\u200d\ufe0f\u3000\x1b\u2028"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=300,
)


def texts(text: str, width: int) -> list[str]:
    layout = Layout(text, width)
    return [text[row.start : row.end] for block in range(layout.blocks) for row in layout.rows(block)]


class TestRows:
    def test_are_broken_behind_spaces(self) -> None:
        assert texts("one two three", 8) == ["one two ", "three"]

    def test_let_a_space_hang_over_the_edge(self) -> None:
        assert texts("one two  three", 7) == ["one two  ", "three"]

    def test_break_a_word_that_is_longer_than_they_are(self) -> None:
        assert texts("abcdefgh", 3) == ["abc", "def", "gh"]

    def test_are_broken_between_wide_characters(self) -> None:
        assert texts("日本語です", 4) == ["日本", "語で", "す"]

    def test_are_broken_before_a_wide_word_of_which_a_part_has_room(self) -> None:
        assert texts("one 日本", 6) == ["one 日", "本"]

    def test_keep_what_combines_with_what_it_combines_with(self) -> None:
        assert texts("abe\u0301\u0302cd", 3) == ["abe\u0301\u0302", "cd"]

    def test_end_where_lines_end_whatever_ends_them(self) -> None:
        assert texts("one\r\ntwo\n\nthree\u2028four", 80) == ["one", "two", "", "three", "four"]

    def test_count_tabs_to_the_next_stop(self) -> None:
        assert texts("ab\tcd ef", 12) == ["ab\tcd ", "ef"]

    def test_of_an_empty_text_are_one(self) -> None:
        assert texts("", 10) == [""]

    def test_of_a_narrow_terminal_still_hold_a_wide_character(self) -> None:
        assert texts("日本", 1) == ["日", "本"]

    @given(TEXTS, st.integers(2, 40))
    def test_have_every_character_but_the_ends_of_lines(self, text: str, width: int) -> None:
        layout = Layout(text, width)
        rows = [row for block in range(layout.blocks) for row in layout.rows(block)]
        assert rows[0].start == 0
        for row, after in pairwise(rows):
            assert not text[row.end : after.start].strip()
            assert row.end <= after.start
        assert not text[rows[-1].end :].strip()

    @given(TEXTS, st.integers(2, 40))
    def test_are_never_wider_than_the_terminal(self, text: str, width: int) -> None:
        for row in texts(text, width):
            sent, columns = shown(row.rstrip())
            assert columns <= width, row
            assert len(sent) == len(sent.expandtabs()), "no tab is left to the terminal"

    @given(TEXTS, st.integers(2, 40), st.data())
    def test_are_found_by_each_of_their_characters(self, text: str, width: int, data: st.DataObject) -> None:
        layout = Layout(text, width)
        char = data.draw(st.integers(0, len(text)))
        block, number = layout.locate(char)
        row = layout.rows(block)[number]
        assert row.start <= char
        following = layout.window((block, number), 2)[1:]
        assert not following or char < following[0].start or following[0].start == row.start


class TestSteps:
    TEXT = "a\nb c\nd\n"

    def test_go_on_and_back_over_paragraphs(self) -> None:
        layout = Layout(self.TEXT, 2)
        assert layout.window((0, 0), 9) == [Row(0, 1), Row(2, 4), Row(4, 5), Row(6, 7)]
        assert layout.step((0, 0), 2) == (1, 1)
        assert layout.step((2, 0), -1) == (1, 1)

    def test_stop_at_the_first_and_at_the_last_row(self) -> None:
        layout = Layout(self.TEXT, 2)
        assert layout.step((1, 1), -100) == (0, 0)
        assert layout.step((1, 1), 100) == (2, 0)


class TestLongTexts:
    def test_are_laid_out_only_where_they_are_looked_at(self) -> None:
        layout = Layout("word " * 800_000, 80)
        block, number = layout.locate(2_000_000)
        assert layout.window((block, number), 24)
        assert len(layout._rows) <= 4

    def test_without_a_space_are_cut_too(self) -> None:
        layout = Layout("x" * (3 * LONGEST_BLOCK + 1), 80)
        assert layout.blocks == 4


class TestWidths:
    @pytest.mark.parametrize("char", ["a", "é", "日", "한", "！", "👩", "\u0301", "ｱ", "\u200d"])
    def test_are_those_of_a_terminal(self, char: str) -> None:
        assert cells(char) == wcwidth(char)

    def test_are_those_of_wcwidth_for_all_that_is_sent_but_what_terminals_disagree_on(self) -> None:
        """Spacing marks, and what Unicode has made wide since this Python."""
        import unicodedata

        differing = {
            unicodedata.category(char)
            for char in map(chr, range(0x20, 0x20000))
            if shown(char, 0, "a")[0] and cells(char) != wcwidth(char)
        }
        assert differing <= {"Mc", "So", "No", "Lo"}


class TestWhatIsSent:
    def test_commands_for_the_terminal_are_left_out(self) -> None:
        assert shown("a\x1b[31mb\x9b\x07\u202ec") == ("a[31mbc", 7)

    def test_a_tab_becomes_spaces(self) -> None:
        assert shown("a\tb", column=2) == ("a     b", 9)

    def test_joined_emoji_are_sent_apart_as_terminals_disagree_about_them(self) -> None:
        assert shown("👨‍👩‍👧") == ("👨👩👧", 6)

    def test_joiners_between_letters_stay(self) -> None:
        assert shown("क्‍ष")[0] == "क्‍ष"

    def test_combining_marks_take_no_room(self) -> None:
        assert shown("cafe\u0301")[1] == 4
