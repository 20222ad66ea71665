"""Which marks are followed in plain text, which brackets are text, and what is said of a mark that is wrong."""

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rig.script_places import check_places

from utterd.daemon.light_marks import parse_light_marks
from utterd.daemon.script import Break, Run, ScriptError, Style
from utterd.stages.chunks import Instruction, Mark

NAMES = "rate|volume|voice|lang|say-as|emphasis|phoneme|sub"


def escape(text: str) -> str:
    """`text` so that all of it is text."""
    return re.sub(rf"\[(?=(?:{NAMES}|pause|mark)[ \]]|/(?:{NAMES})\])", r"\\[", text)


def style_of(source: str) -> Style:
    (run,) = parse_light_marks(source).runs
    return run.style


def test_a_pause_ends_a_unit_where_it_stands():
    script = parse_light_marks("One, [pause 300ms]two.[pause 1.5s]")
    assert script.text == "One, two."
    assert script.breaks == (Break(place=5, ms=300), Break(place=9, ms=1500))


@pytest.mark.parametrize(
    ("source", "style"),
    [
        ("[rate 1.3]a[/rate]", Style(rate=1.3)),
        ("[rate slow]a[/rate]", Style(rate=0.75)),
        ("[volume 0.5]a[/volume]", Style(gain=0.5)),
        ("[pitch -2st]a[/pitch]", Style(pitch=-2.0)),
        ("[pitch high]a[/pitch]", Style(pitch=3.0)),
        ("[volume loud]a[/volume]", Style(gain=1.5)),
        ("[voice af_slt]a[/voice]", Style(voice="af_slt")),
        ("[voice af_slt*0.6 + am_rms*0.4]a[/voice]", Style(voice="af_slt*0.6 + am_rms*0.4")),
        ("[lang fr]a[/lang]", Style(language="fr")),
        ("[rate 2][volume 0.5][rate 0.25]a[/rate][/volume][/rate]", Style(rate=0.5, gain=0.5)),
    ],
)
def test_styles(source, style):
    assert style_of(source) == style


@pytest.mark.parametrize(
    ("source", "kind", "value"),
    [
        ("[say-as characters]ab[/say-as]", "characters", ""),
        ("[say-as date dmy]ab[/say-as]", "date", "dmy"),
        ("[emphasis strong]ab[/emphasis]", "emphasis", "strong"),
        ("[phoneme ˈwɜːld]ab[/phoneme]", "phoneme", "ˈwɜːld"),
        ("[sub World Wide Web]ab[/sub]", "sub", "World Wide Web"),
    ],
)
def test_instructions(source, kind, value):
    assert parse_light_marks(source).instructions == (Instruction(char_start=0, char_end=2, kind=kind, value=value),)


def test_marks_are_named_places():
    assert parse_light_marks("a [mark here]b").marks == (Mark(char_start=2, name="here"),)


@pytest.mark.parametrize(
    "text",
    [
        "[note] [1] [ ] [] [[x]]",
        "[pause] [mark] [voice](https://example.org) [/pause] [/mark]",
        "[Rate 2] [rates 2] [ rate 2] [rate\n2] [pause 300ms",
        "[pause [300ms]]",
        r"\[x\] \[/x] \\ \pause",
        "[/ rate] [/rat]",
        "\ud800[\u202e\u200b",
    ],
)
def test_what_is_no_mark_is_text(text):
    script = parse_light_marks(text)
    assert script.text == text
    assert (script.breaks, script.instructions, script.marks) == ((), (), ())


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"\[pause 1s] a", "[pause 1s] a"),
        (r"\[pause] a", "[pause] a"),
        (r"\[rate 2]a\[/rate]", "[rate 2]a[/rate]"),
        (r"\[rate never closed", "[rate never closed"),
        (r"\\[pause 1s]", r"\[pause 1s]"),
    ],
)
def test_a_backslash_makes_text_of_a_mark(source, text):
    assert parse_light_marks(source).text == text


def test_words_are_found_where_they_were_written():
    source = r"Hi [rate 2]all[/rate] of \[pause you"
    script = parse_light_marks(source)
    assert script.text == "Hi all of [pause you"
    assert script.runs[1] == Run(start=3, end=6, style=Style(rate=2.0))
    assert script.offsets.to_source(3, 6) == (11, 14)
    assert script.offsets.to_source(10, 16) == (26, 32)
    assert script.offsets.to_script(3) == script.offsets.to_script(11) == 3


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (
            "Wait.\n Now [pause 300 parsecs]",
            "line 2, column 6: [pause]: '300 parsecs' is not a length of time; write it like 300ms or 1.5s",
        ),
        ("[pause 11s]", "line 1, column 1: [pause]: '11s' is too long; a pause lasts at most 10 s"),
        (
            "a [rate 2]b",
            "line 1, column 3: [rate] is not closed; write [/rate] where it ends, or \\[rate for text",
        ),
        (
            "a [/rate]",
            "line 1, column 3: [/rate]: it closes nothing; write [rate …] where it begins, or \\[/rate] for text",
        ),
        (
            "[rate 2][volume 2]a[/rate][/volume]",
            (
                "line 1, column 20: [/rate]: [volume] was opened last and has to be closed first; "
                "write [/volume] before it"
            ),
        ),
        ("[voice  ]a[/voice]", "line 1, column 1: [voice]: the voice is empty; it needs at least one character"),
        ("[rate 0]a[/rate]", "line 1, column 1: [rate]: the rate '0' leaves no speed at all; it has to be above 0"),
        (
            "[sub a][sub b]c[/sub][/sub]",
            "line 1, column 8: [sub]: it stands inside [sub], which may hold text alone; put it around or behind",
        ),
        (
            "[sub a]b[pause 1s][/sub]",
            "line 1, column 9: [pause]: it stands inside [sub], which may hold text alone; put it around or behind",
        ),
        (
            "[sub a][/sub]",
            "line 1, column 8: [/sub]: there is no text in it; write the text that is read this way",
        ),
        (
            "[emphasis huge]a[/emphasis]",
            "line 1, column 1: [emphasis]: there is no level 'huge'; there are strong, moderate, none, reduced",
        ),
    ],
)
def test_a_wrong_mark_is_refused_with_its_place_and_what_would_be_right(source, sentence):
    with pytest.raises(ScriptError) as refusal:
        parse_light_marks(source)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    "source",
    [
        "[rate " + "1" * 1_000_000 + "]",
        "[rate 2]" * 100_000,
        "[lang x]a" * 100_000,
        "[say-as date " + "d" * 500_000 + "]",
    ],
)
def test_hostile_marks_are_refused_in_few_words(source):
    with pytest.raises(ScriptError) as refusal:
        parse_light_marks(source)
    assert len(str(refusal.value)) < 300


@pytest.mark.parametrize("text", ["1" * 1_000_000, "[" * 1_000_000, "[pause " * 100_000, "\\[" * 500_000])
def test_long_texts_without_marks_are_text(text):
    assert parse_light_marks(text).text == text.replace("\\[pause", "[pause")


@given(st.text(st.characters(), max_size=60) | st.text("[]\\/ rate2pausemk\n", max_size=40))
def test_any_text_survives_its_escaping(text):
    script = parse_light_marks(escape(text))
    assert script.text == text
    check_places(script, escape(text))
    assert (script.breaks, script.instructions, script.marks) == ((), (), ())


pieces = st.sampled_from(
    ["[pause 1ms]", "[mark a]", "[rate 2]", "[/rate]", "[lang fr]", "[/lang]", "[sub x]", "[/sub]", "\\[rate 2]", "[x]"]
)


@given(st.lists(pieces | st.text(max_size=4), max_size=25))
def test_any_marks_are_followed_or_refused(parts):
    source = "".join(parts)
    with suppress(ScriptError):
        check_places(parse_light_marks(source), source)
