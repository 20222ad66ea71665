import pytest

from utterd.client.bridges.speech_dispatcher.markup import write
from utterd.client.bridges.speech_dispatcher.reading import read_message
from utterd.client.bridges.speech_dispatcher.voice import Wanted


def said(kind: str, body: str, **wanted) -> str:
    return write(read_message(kind, body, Wanted(**wanted))).text.removeprefix("<speak>").removesuffix("</speak>")


def spelled(text: str) -> str:
    return f'<say-as interpret-as="characters">{text}</say-as>'


class TestPunctuation:
    TEXT = "Wait, (3.5 # x)!"

    @pytest.mark.parametrize(
        ("mode", "result"),
        [
            ("none", "Wait, (3.5 # x)!"),
            ("some", "Wait, (3.5  number  x)!"),
            ("most", "Wait,  left paren 3.5  number  x right paren !"),
            ("all", "Wait comma,   left paren 3.5  number  x right paren  exclamation mark! "),
        ],
    )
    def test_each_mode_names_more_signs(self, mode, result):
        assert said("SPEAK", self.TEXT, punctuation_mode=mode) == result

    def test_marks_stay_in_their_places(self):
        source = '<speak>A. <mark name="m"/>B.</speak>'
        assert said("SPEAK", source, punctuation_mode="all") == 'A dot.  <mark name="m"/>B dot. '

    def test_in_other_languages_the_daemon_knows_the_names(self):
        assert said("SPEAK", "¿Qué, tal", punctuation_mode="all", language="es") == f"¿Qué {spelled(',')},  tal"

    @pytest.mark.parametrize("text", ["3.5", "1,000", "7:45"])
    def test_a_sign_between_two_figures_is_read_with_them(self, text):
        assert said("SPEAK", text, punctuation_mode="all") == text

    def test_one_between_a_figure_and_a_word_is_not(self):
        assert said("SPEAK", "5.a", punctuation_mode="all") == "5 dot. a"

    def test_what_is_said_in_a_way_of_its_own_is_left_alone(self):
        source = '<say-as interpret-as="date">1.2.2026</say-as>'
        assert said("SPEAK", source, punctuation_mode="all") == source


class TestCapitals:
    def test_they_are_announced(self):
        assert said("SPEAK", "Hello my World", cap_let_recogn="spell") == "capital Hello my capital World"

    def test_or_raised(self):
        assert said("SPEAK", "a B", cap_let_recogn="icon") == 'a <prosody pitch="+4st">B</prosody>'

    def test_other_languages_are_raised_as_there_is_no_word_for_it(self):
        assert said("SPEAK", "Él", cap_let_recogn="spell", language="es") == '<prosody pitch="+4st">Él</prosody>'


class TestSpelling:
    def test_each_word_is_spelled(self):
        source = '<speak>ab c.<mark name="m"/></speak>'
        assert said("SPEAK", source, spelling_mode=True) == f'{spelled("ab")} {spelled("c.")}<mark name="m"/>'

    def test_capitals_are_told_there_too(self):
        said_of_it = said("SPEAK", "aB", spelling_mode=True, cap_let_recogn="spell")
        assert said_of_it == f"{spelled('a')} capital {spelled('B')} "


class TestCharacters:
    @pytest.mark.parametrize("character", ["a", "é", "7", ",", "ß", "中"])
    def test_they_are_spelled(self, character):
        assert said("CHAR", character) == spelled(character)

    @pytest.mark.parametrize(("character", "name"), [("space", "space"), (" ", "space"), ("\t", "tab")])
    def test_those_that_make_no_sound_have_names(self, character, name):
        assert said("CHAR", character) == name

    def test_capitals_are_announced_or_raised(self):
        assert said("CHAR", "A", cap_let_recogn="spell") == f"capital {spelled('A')}"
        assert said("CHAR", "A", cap_let_recogn="icon") == f'<prosody pitch="+4st">{spelled("A")}</prosody>'

    def test_a_small_letter_is_not(self):
        assert said("CHAR", "a", cap_let_recogn="spell") == spelled("a")


class TestKeys:
    @pytest.mark.parametrize(
        ("key", "result"),
        [
            ("control_alt_delete", "control alt delete"),
            ("shift_a", f"shift {spelled('a')}"),
            ("KP_Enter", "keypad Enter"),
            ("Prior", "page up"),
            ("f1", "f 1"),
            ("double-quote", "quote"),
            ("_", spelled("_")),
            ("__", "__"),
            ("space", "space"),
        ],
    )
    def test_each_part_has_its_name(self, key, result):
        assert said("KEY", key) == result


def test_a_sound_icon_is_said_by_its_name():
    assert said("SOUND_ICON", "new-message") == "new message"
