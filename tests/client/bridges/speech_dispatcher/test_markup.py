import pytest
from hypothesis import given
from hypothesis import strategies as st

from utterd.client.bridges.speech_dispatcher.markup import Detail, Kind, parse, write
from utterd.daemon.ssml import parse_ssml


def rewritten(source: str, detail: Detail = Detail.ALL) -> str:
    return write(parse(source), detail).text


class TestWhatTheServerSends:
    def test_marks_and_escapes_come_through(self):
        source = '<speak>A &lt;b&gt; &amp; c.<mark name="__spd_0"/> D.</speak>'
        assert rewritten(source) == source

    def test_a_text_without_marks_is_a_plain_text(self):
        document = write(parse("<speak>5 &lt; 6</speak>"))
        assert (document.text, document.markup) == ("5 < 6", "none")

    def test_the_names_of_the_marks_are_known_in_order(self):
        assert write(parse('<speak>a<mark name="x"/>b<mark name="y"/></speak>')).marks == ("x", "y")


class TestClientsMarkup:
    def test_what_the_daemon_knows_stays(self):
        source = (
            '<speak>a <break time="300ms"/><prosody rate="slow" pitch="+2st">b</prosody>'
            '<say-as interpret-as="date" format="dmy">1.2.2026</say-as><emphasis>c</emphasis></speak>'
        )
        assert rewritten(source) == source

    @pytest.mark.parametrize(
        ("source", "result"),
        [
            ("<speak>a <b>bold</b> word</speak>", "a bold word"),
            ('<speak><audio src="x.wav">a</audio></speak>', "a"),
            ('<speak><s x="1">a</s></speak>', "<speak><s>a</s></speak>"),
            ('<speak><prosody contour="x">a</prosody></speak>', "a"),
            ("<speak><phoneme alphabet='ipa'>a</phoneme></speak>", "a"),
            ("<?xml version='1.0'?><!-- no --><speak>a<![CDATA[ & b]]></speak>", "a & b"),
        ],
    )
    def test_what_it_does_not_know_leaves_its_text(self, source, result):
        assert rewritten(source) == result


class TestBrokenMarkup:
    @pytest.mark.parametrize(
        ("source", "result"),
        [
            ("no tag at all", "no tag at all"),
            ("a < b & c > d", "a < b & c > d"),
            ("<speak>not closed <s>a", "<speak>not closed <s>a</s></speak>"),
            ("<speak>a</s></speak></speak>", "a"),
            ("<speak><s><p>a</s>b</p></speak>", "<speak><s><p>a</p></s>b</speak>"),
            ("<speak>&unknown; &#0; &#x110000; a</speak>", "&unknown;  &#x110000; a"),
            ('<speak>a <mark name=""/><mark/>b</speak>', "a b"),
            ("<speak>a\x00\x07b</speak>", "ab"),
            ('<speak>a <mark name="x" b</speak>', 'a <mark name="x" b'),
        ],
    )
    def test_it_is_read_as_far_as_it_can_be(self, source, result):
        assert rewritten(source) == result

    def test_marks_in_what_holds_text_alone_go_behind_it(self):
        source = '<speak><sub alias="x">a.<mark name="m"/> b</sub></speak>'
        assert rewritten(source) == '<speak><sub alias="x">a. b</sub><mark name="m"/></speak>'

    @given(st.text(alphabet="<>/&;\"'= abms-p\x00", max_size=60) | st.text(max_size=40))
    def test_whatever_comes_the_daemon_can_read_what_is_sent(self, noise):
        source = f'<speak>Hello <mark name="__spd_0"/>{noise}<s>end.</speak>'
        document = write(parse(source), Detail.MARKS)
        if document.markup == "ssml":
            parse_ssml(document.text)
        assert "__spd_0" in document.marks

    def test_it_takes_linear_time(self):
        assert "x" in rewritten("<!--<a b='" * 50_000 + "&" * 50_000 + "x")


class TestLess:
    SOURCE = '<speak>a <prosody rate="slow">b</prosody><mark name="x"/> &amp; c</speak>'

    def test_marks_alone_can_be_kept(self):
        assert rewritten(self.SOURCE, Detail.MARKS) == '<speak>a b<mark name="x"/> &amp; c</speak>'

    def test_or_the_text_alone_and_the_marks_are_still_known(self):
        document = write(parse(self.SOURCE), Detail.TEXT)
        assert (document.text, document.markup, document.marks) == ("a b & c", "none", ("x",))


class TestTheRest:
    SOURCE = '<speak>One &amp; two. <prosody rate="slow">Three <mark name="m"/>four</prosody> five</speak>'

    def rest_from(self, word: str) -> str:
        document = write(parse(self.SOURCE))
        return write(document.pieces_from(document.text.index(word))).text

    def test_from_the_beginning_it_is_everything(self):
        assert self.rest_from("One") == rewritten(self.SOURCE)

    def test_tags_that_are_open_are_opened_again(self):
        assert self.rest_from("Three").startswith('<speak><prosody rate="slow">Three <mark')
        assert self.rest_from("four") == '<speak><prosody rate="slow">four</prosody> five</speak>'

    def test_tags_that_are_closed_are_not(self):
        assert self.rest_from("five") == "five"

    def test_escapes_are_escaped_once(self):
        assert self.rest_from("&amp;").startswith("<speak>&amp; two.")

    def test_behind_the_end_there_is_nothing(self):
        document = write(parse(self.SOURCE))
        assert document.pieces_from(len(document.text)) == []

    def test_of_a_plain_text_too(self):
        document = write(parse("a &lt; b"))
        assert [piece.text for piece in document.pieces_from(2)] == ["< b"]
        assert document.pieces_from(2)[0].kind is Kind.TEXT
