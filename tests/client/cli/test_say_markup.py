"""`say`'s commands inside a text, as marks that the daemon follows."""

import re

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from utterd.client.cli.say_markup import _EMBEDDED, translate
from utterd.daemon.light_marks import parse_light_marks

COMMANDS = [
    "[[slnc 500]]", "[[slnc 25000]]", "[[rate 300]]", "[[rate +20]]", "[[rate 1]]", "[[rate 99999]]", "[[volm 0.5]]",
    "[[volm +0.1]]", "[[volm 0]]", "[[rset 0]]", "[[cmnt x]]", "[[emph +]]", "[[slnc 5; rate 200]]", "[[slnc x]]",
]  # fmt: skip

_BY_ACCIDENT = re.compile(r"\[\[rate 1\.3\]\]")
"""A mark of ours between single brackets, which is a command of `say`, too."""

PIECES = st.lists(
    st.one_of(
        st.sampled_from([*COMMANDS, "[[", "]]", "[rate 1.3]", "[/rate]", "\\[pause 1s]", "[pause]", "[mark a]", "\n"]),
        st.text(alphabet="ab [\\]", max_size=8),
    ),
    max_size=12,
)


class TestSilence:
    def test_becomes_a_pause(self) -> None:
        assert translate("One [[slnc 500]] two.").text == "One [pause 500ms] two."

    def test_longer_than_a_pause_may_be_becomes_several(self) -> None:
        assert translate("[[slnc 25000]]").text == "[pause 10000ms] [pause 10000ms] [pause 5000ms]"

    def test_in_one_place_may_come_from_several_commands(self) -> None:
        text = translate("[[slnc 9000]][[rate 350]][[slnc 9000]]a").text
        assert text == "[pause 9000ms][rate 2.00] [pause 9000ms]a[/rate]"
        parse_light_marks(text)

    def test_without_end_has_an_end(self) -> None:
        assert translate("[[slnc 999999999]]").text.count("[pause") <= 361


class TestRateAndVolume:
    def test_hold_until_they_are_changed(self) -> None:
        text = "One [[rate 350]]two [[rate 87.5]]three"
        assert translate(text).text == "One [rate 2.00]two [/rate][rate 0.50]three[/rate]"

    def test_are_relative_to_what_the_whole_text_is_spoken_at(self) -> None:
        assert translate("[[rate 100]]a", words_per_minute=200).text == "[rate 0.50]a[/rate]"

    def test_with_a_sign_change_what_holds(self) -> None:
        assert translate("[[rate +87.5]]a[[rate +87.5]]b", words_per_minute=175).text == (
            "[rate 1.50]a[/rate][rate 2.00]b[/rate]"
        )

    def test_never_cross(self) -> None:
        assert translate("[[rate 350]]a[[volm 0.5]]b[[rate 175]]c").text == (
            "[rate 2.00]a[/rate][rate 2.00][volume 0.50]b[/volume][/rate][volume 0.50]c[/volume]"
        )

    def test_end_at_a_reset(self) -> None:
        assert translate("[[rate 350; volm 0.1]]a[[rset 0]]b").text.endswith("a[/volume][/rate]b")


class TestTheRest:
    @pytest.mark.parametrize("text", ["plain", "if [[ -f file ]]; then", "a[[0]]", "[[]]", "[[ ; ]]", "[[slncx 5]]"])
    def test_what_is_no_command_is_text(self, text: str) -> None:
        translated = translate(text)
        assert translated.text == text
        assert not translated.has_marks

    def test_a_command_without_counterpart_is_left_out_and_named(self) -> None:
        translated = translate("Do it [[emph +]]now[[pbas 50]].")
        assert translated.text == "Do it now."
        assert translated.left_out == {"emph", "pbas"}

    def test_a_comment_is_left_out_without_a_word(self) -> None:
        assert translate("a[[cmnt this is not said]]b") == translate("a[[cmnt]]b")
        assert translate("a[[cmnt x]]b").left_out == frozenset()

    def test_what_only_looks_like_a_mark_of_ours_stays_text(self) -> None:
        assert translate("[[slnc 1]]see [rate 2] there").text == "[pause 1ms]see \\[rate 2] there"

    @given(PIECES)
    @example(["[", "[rate 1.3]", "a"])
    def test_the_daemon_follows_whatever_comes_out_and_speaks_what_is_no_command(self, pieces: list[str]) -> None:
        source = "".join(pieces)
        assume(not _BY_ACCIDENT.search(source))
        translated = translate(source)
        spoken = parse_light_marks(translated.text).text if translated.has_marks else translated.text
        left = _EMBEDDED.sub(lambda found: "" if found[0] in COMMANDS else found[0], source)
        assert without_blanks(spoken) == without_blanks(left)


def without_blanks(text: str) -> str:
    return "".join(text.split())
