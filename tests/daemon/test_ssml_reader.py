"""Hostile XML, and where in the source each character stands."""

import re
from collections.abc import Mapping
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rig.script_places import check_places

from utterd.daemon.script import ScriptError
from utterd.daemon.ssml import parse_ssml
from utterd.daemon.ssml_reader import read_xml

WRITTEN = re.compile(r"&[^;]+;|\r\n|.", re.DOTALL)
"""What the source writes for one character of the text."""


class Listener:
    """Notes everything, and refuses nothing."""

    innermost = None

    def __init__(self) -> None:
        self.heard: list[tuple[object, ...]] = []

    def start(self, name: str, attributes: Mapping[str, str], place: int) -> None:
        self.heard.append(("start", name, dict(attributes), place))

    def end(self) -> None:
        self.heard.append(("end",))

    def text(self, text: str, place: int) -> None:
        self.heard.append(("text", text, place))

    def character(self, character: str, place: int, end: int) -> None:
        self.heard.append(("character", character, place, end))


def refusal_of(source: str) -> str:
    with pytest.raises(ScriptError) as refusal:
        parse_ssml(source)
    return str(refusal.value)


def test_every_part_comes_with_its_place():
    listener = Listener()
    read_xml("<a x='&lt;'>é&amp;<b/></a>", listener)
    assert listener.heard == [
        ("start", "a", {"x": "<"}, 0),
        ("text", "é", 12),
        ("character", "&", 13, 18),
        ("start", "b", {}, 18),
        ("end",),
        ("end",),
    ]


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ("Q&amp;A", "Q&A"),
        ("&lt;&#60;&#x3c;", "<<<"),
        ("é&#x1F600;😀z", "é😀😀z"),
        ("a\r\nb\nc", "a\nb\nc"),
        ("\u200b\u202e\ufeff", "\u200b\u202e\ufeff"),
    ],
)
def test_each_character_stands_where_the_source_writes_it(inside, text):
    source = f"\ufeff<speak>{inside}</speak>"
    script = parse_ssml(source)
    assert script.text == text
    check_places(script, source, written=WRITTEN.findall(inside))


def test_a_lone_carriage_return_is_a_line_end():
    script = parse_ssml("<speak>a\rb</speak>")
    assert script.text == "a\nb"
    assert script.offsets.to_source(1, 3) == (8, 10)


def test_cdata_is_text_to_the_letter():
    source = "<speak>a<![CDATA[&amp; <b>\r\n]]>&amp;</speak>"
    script = parse_ssml(source)
    assert script.text == "a&amp; <b>\n&"
    check_places(script, source, written=["a", *"&amp; <b>", "\r\n", "&amp;"])


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff") | st.just("\n")))
def test_any_text_survives_its_escaping(text):
    source = f"<speak>{escape(text)}</speak>"
    script = parse_ssml(source)
    assert script.text == text
    check_places(script, source, written=WRITTEN.findall(escape(text)))


@given(st.text(st.characters(max_codepoint=0x2FF) | st.sampled_from("<>&;/😀"), max_size=30))
def test_any_text_is_read_or_refused_with_its_place(text):
    source = f"<speak>{text}</speak>"
    try:
        script = parse_ssml(source)
    except ScriptError as refusal:
        said = str(refusal)
    else:
        said = ""
        if "<" not in text:
            check_places(script, source, written=WRITTEN.findall(text))
        elif "\r" not in text:  # which of the text's line ends are left within a comment, nobody here knows
            check_places(script, source)
    assert bool(said) == (re.match(r"line \d+, column \d+: ", said) is not None)


# Documents that do harm elsewhere

BOMBS = {
    "billion laughs": '<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><speak>&b;</speak>',
    "quadratic blow-up": f'<!DOCTYPE x [<!ENTITY a "{"a" * 100_000}">]><speak>{"&a;" * 10_000}</speak>',
    "external entity": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><speak>&a;</speak>',
    "external DTD": '<!DOCTYPE speak PUBLIC "-//W3C//DTD SYNTHESIS 1.0//EN" "http://example.org/x.dtd"><speak/>',
    "parameter entity": '<!DOCTYPE x [<!ENTITY % a SYSTEM "http://example.org/x.dtd">%a;]><speak/>',
    "empty type": "<!DOCTYPE speak><speak/>",
}


@pytest.mark.parametrize("source", BOMBS.values(), ids=BOMBS)
def test_a_document_type_is_refused_before_it_is_read(source):
    assert re.fullmatch(
        r"line 1, column \d+: a document type, or an entity of its own, is not allowed here; leave the declaration out",
        refusal_of(source),
    )


def test_processing_instructions_are_refused():
    assert refusal_of("<speak>a<?php evil ?></speak>") == (
        "line 1, column 9: the processing instruction <?php?> is not supported; leave it out"
    )


def test_includes_are_but_unknown_tags():
    assert "<xi:include>: this tag is not supported" in refusal_of("<speak><xi:include href='/etc/passwd'/></speak>")


def test_the_declared_encoding_changes_nothing():
    assert parse_ssml("<?xml version='1.0' encoding='utf-16'?><speak>é</speak>").text == "é"
    assert parse_ssml("<?xml version='1.0' encoding='no-such'?><speak>é</speak>").text == "é"


@pytest.mark.parametrize("tag", ["p", "prosody rate='2'", "x"])
def test_a_hundred_thousand_nested_tags_are_refused(tag):
    assert len(refusal_of("<speak>" + f"<{tag}>" * 100_000)) < 250


def test_a_document_of_four_million_characters_is_read():
    inside = "Some words, é and &amp;. " * 160_000
    script = parse_ssml(f"<speak>{inside}</speak>")
    assert script.text == inside.replace("&amp;", "&")
    assert script.offsets.to_source(len(script.text) - 3, len(script.text)) == (len(inside), len(inside) + 7)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("", "line 1, column 1: this is no SSML document; it begins with <speak> and ends with </speak>"),
        ("Hello", "line 1, column 1: this is no SSML document; it begins with <speak> and ends with </speak>"),
        ("1" * 1_000_000, "line 1, column 1: this is no SSML document; it begins with <speak> and ends with </speak>"),
        ("<speak>é\n & b</speak>", "line 2, column 3: this cannot stand here; write &lt; for a < and &amp; for a &"),
        ("<speak>😀 a <", "line 1, column 12: what begins here is not finished; write &lt; for a < that is text"),
        (
            "<speak>\n<p>a</speak>",
            ("line 2, column 7: this closes another tag than <p>, opened in line 2, column 1; write </p> before it"),
        ),
        (
            "<speak>a",
            (
                "line 1, column 9: the document ends here without closing <speak>, opened in line 1, column 1; "
                "write </speak> before it"
            ),
        ),
        (
            "<speak>&nbsp;</speak>",
            (
                "line 1, column 8: there is no such entity; "
                "XML has &amp; &lt; &gt; &quot; &apos; and numbers such as &#233;"
            ),
        ),
        ("<speak>&#0;</speak>", "line 1, column 8: this number is not that of a character XML allows; leave it out"),
        (
            "<speak>&#xD800;</speak>",
            "line 1, column 8: this number is not that of a character XML allows; leave it out",
        ),
        ("<speak>a\x00</speak>", "line 1, column 9: the character U+0000 cannot stand in XML; leave it out"),
        ("<speak>a\ud800</speak>", "line 1, column 9: the character U+D800 cannot stand in XML; leave it out"),
        ("<speak>\n\uffff</speak>", "line 2, column 1: the character U+FFFF cannot stand in XML; leave it out"),
        ("<speak a='1' a='2'/>", "line 1, column 14: an attribute is there twice; leave one of them out"),
        ("<speak/>x", "line 1, column 9: something follows </speak>; move it inside"),
        ("<speak/><speak/>", "line 1, column 9: something follows </speak>; move it inside"),
        (
            " <?xml version='1.0'?><speak/>",
            "line 1, column 2: the declaration <?xml …?> has to be the very first thing",
        ),
    ],
)
def test_what_is_not_well_formed_is_refused_with_its_place(source, sentence):
    assert refusal_of(source) == sentence


def test_what_has_no_sentence_of_its_own_is_refused_in_expats_words():
    said = refusal_of("<?xml version='1.0' standalone='maybe'?><speak/>")
    assert said.endswith(": this is not well-formed XML (XML declaration not well-formed)")
