import pytest

from utterd.client.bridges.speech_dispatcher.markup import parse
from utterd.client.bridges.speech_dispatcher.message import MOST_ATTEMPTS, Message
from utterd.client.bridges.speech_dispatcher.voice import Wanted
from utterd.client.messages import ErrorCode

SOURCE = '<speak>One two.<mark name="a"/> Three <s>four.</s><mark name="b"/> Five.<mark name="c"/></speak>'


def message(source: str = SOURCE, kind: str = "SPEAK", **wanted) -> Message:
    return Message(kind, parse(source), Wanted(**wanted))


class TestRequest:
    def test_it_is_before_everything_else_and_ends_with_the_module(self):
        request = message().request([])
        assert (request.priority, request.placement, request.on_disconnect) == ("important", "append", "stop")
        assert request.client == "speech-dispatcher"

    def test_it_sounds_as_the_server_wants(self):
        request = message(rate=100, pitch=-100, volume=0, language="en-GB").request([])
        assert (request.speed, request.pitch, request.gain, request.language) == (3.0, -12.0, 0.5, "en-GB")

    def test_places_are_asked_for_in_texts_alone(self):
        assert message().request([]).words
        assert not message("a", kind="CHAR").request([]).words

    @pytest.mark.parametrize("source", ["", "  \n", "<speak> </speak>", '<speak><mark name="x"/></speak>'])
    def test_without_words_there_is_nothing_to_ask_for(self, source):
        assert not message(source).has_words


class TestMarks:
    def test_a_mark_is_told_once_and_so_are_those_before_it(self):
        asked = message()
        asked.request([])
        assert asked.hear_mark("b", 50) == ["a", "b"]
        assert asked.hear_mark("b", 50) == []
        assert asked.hear_mark("unknown", 50) == []
        assert asked.hear_end() == ["c"]
        assert asked.hear_end() == []


class TestRefusal:
    def test_an_unknown_voice_is_left_out(self):
        asked = message(synthesis_voice="gone", language="en-US")
        assert asked.request([]).voice == "gone"
        assert asked.simplify(ErrorCode.UNKNOWN_VOICE)
        assert (asked.request([]).voice, asked.request([]).language) == (None, None)

    def test_of_markup_the_marks_are_left_and_then_the_text(self):
        asked = message()
        assert "<s>" in asked.request([]).text
        assert asked.simplify(ErrorCode.BAD_MARKUP)
        assert "<s>" not in asked.request([]).text
        assert "<mark" in asked.request([]).text
        assert asked.simplify(ErrorCode.BAD_MARKUP)
        assert asked.request([]).text == "One two. Three four. Five."
        assert not asked.simplify(ErrorCode.BAD_MARKUP)

    def test_a_full_queue_is_no_matter_of_words(self):
        assert not message().simplify(ErrorCode.QUEUE_FULL)


class TestLoss:
    def test_the_next_daemon_is_asked_from_the_word_that_was_being_heard(self):
        asked = message()
        text = asked.request([]).text
        asked.hear_word(text.index("four"))
        assert asked.lose()
        assert asked.request([]).text == ('<speak><s>four.</s><mark name="b"/> Five.<mark name="c"/></speak>')

    def test_a_mark_that_was_told_is_not_told_again(self):
        asked = message()
        text = asked.request([]).text
        place = text.index("/> Three") + 2
        assert asked.hear_mark("a", place) == ["a"]
        assert asked.lose()
        assert asked.request([]).text.startswith("<speak> Three <s>")
        assert asked.hear_end() == ["b", "c"]

    def test_what_nobody_heard_is_asked_for_as_a_whole(self):
        asked = message()
        text = asked.request([]).text
        assert asked.lose()
        assert asked.request([]).text == text

    def test_not_for_ever(self):
        asked = message()
        assert [asked.lose() for _ in range(MOST_ATTEMPTS)] == [True] * (MOST_ATTEMPTS - 1) + [False]
