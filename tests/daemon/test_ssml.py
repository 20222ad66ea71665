"""Which tags are followed, how, and what is said of those that are not."""

from contextlib import suppress
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rig.script_places import check_places

from utterd.daemon.light_marks import parse_light_marks
from utterd.daemon.script import Break, ScriptError, Style
from utterd.daemon.ssml import parse_ssml
from utterd.stages.chunks import Instruction, Mark


def style_of(inside: str) -> Style:
    (run,) = parse_ssml(f"<speak>{inside}</speak>").runs
    return run.style


def refusal_of(inside: str) -> str:
    with pytest.raises(ScriptError) as refusal:
        parse_ssml(f"<speak>{inside}</speak>")
    return str(refusal.value)


@pytest.mark.parametrize(
    "root",
    [
        "<speak>",
        "<speak version='1.1'>",
        "<speak version='1.0' xmlns='http://www.w3.org/2001/10/synthesis'>",
        "<?xml version='1.0'?>\n<speak xmlns='https://www.w3.org/2001/10/synthesis'>",
        (
            "<speak xmlns='http://www.w3.org/2001/10/synthesis' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'"
            " xsi:schemaLocation='http://www.w3.org/2001/10/synthesis synthesis.xsd'>"
        ),
        "  <!-- a remark -->\n<speak>",
    ],
)
def test_a_document_may_say_more_or_less_of_itself(root):
    script = parse_ssml(f"{root}Hello<!-- unheard -->.</speak>\n")
    assert script.text == "Hello."
    assert [run.style for run in script.runs] == [Style()]


def test_the_document_and_its_parts_have_languages():
    source = (
        "<speak xml:lang='fr-FR'>a<p xml:lang='en'>b<s xml:lang='it'>c</s></p><lang xml:lang='es'>d</lang>e</speak>"
    )
    script = parse_ssml(source)
    assert script.text == "abcde"
    assert [run.style.language for run in script.runs] == ["fr-FR", "en", "it", "es", "fr-FR"]


@pytest.mark.parametrize(
    ("inside", "style"),
    [
        ("<prosody rate='slow'>a</prosody>", Style(rate=0.75)),
        ("<prosody rate='150%' volume='+6.0206dB'>a</prosody>", Style(rate=1.5, gain=pytest.approx(2, abs=1e-4))),
        ("<prosody rate='fast'><prosody rate='x-slow'>a</prosody></prosody>", Style(rate=0.5)),
        ("<prosody rate='fast'><prosody rate='80%'>a</prosody></prosody>", Style(rate=1.0)),
        ("<prosody volume='silent'>a</prosody>", Style(gain=0.0)),
        ("<voice name='af_slt*0.6+am_rms*0.4'>a</voice>", Style(voice="af_slt*0.6+am_rms*0.4")),
        ("<voice name='ff_siwis' xml:lang='fr'>a</voice>", Style(voice="ff_siwis", language="fr")),
    ],
)
def test_styles(inside, style):
    assert style_of(inside) == style


@pytest.mark.parametrize(
    ("tag", "ms"),
    [
        ("<break/>", 350),
        ("<break time='1.5s'/>", 1500),
        ("<break time='250ms' strength='weak'/>", 250),
        ("<break strength='none'/>", 0),
        ("<break strength='x-strong'></break>", 1000),
    ],
)
def test_breaks(tag, ms):
    script = parse_ssml(f"<speak>One{tag}two</speak>")
    assert script.text == "Onetwo"
    assert script.breaks == (Break(place=3, ms=ms),)


def test_sentences_and_paragraphs_end_units():
    script = parse_ssml("<speak><p><s>One.</s><s>Two.</s></p>\n<p>Three</p></speak>")
    assert script.text == "One.Two.\nThree"
    assert script.breaks == (
        Break(place=4, ms=350, pause="sentence"),
        Break(place=8, ms=600, pause="paragraph"),
    )


@pytest.mark.parametrize(
    ("inside", "kind", "value"),
    [
        ("<say-as interpret-as='spell-out'>ab</say-as>", "characters", ""),
        ("<say-as interpret-as='date' format='mdy'>ab</say-as>", "date", "mdy"),
        ("<emphasis>ab</emphasis>", "emphasis", "moderate"),
        ("<emphasis level='reduced'>ab</emphasis>", "emphasis", "reduced"),
        ("<phoneme ph='&#x2C8;w&#x25C;ːld'>ab</phoneme>", "phoneme", "ˈwɜːld"),
        ("<phoneme alphabet='ipa' ph='x'>ab</phoneme>", "phoneme", "x"),
        ("<sub alias='World &amp; Web'>ab</sub>", "sub", "World & Web"),
    ],
)
def test_instructions(inside, kind, value):
    (instruction,) = parse_ssml(f"<speak>{inside}</speak>").instructions
    assert instruction == Instruction(char_start=0, char_end=2, kind=kind, value=value)


def test_marks_are_named_places():
    assert parse_ssml("<speak>a <mark name='here'/>b</speak>").marks == (Mark(char_start=2, name="here"),)


SUPPORTED = "speak, p, s, break, say-as, emphasis, prosody, phoneme, sub, lang, voice, mark"


@pytest.mark.parametrize(
    "tag",
    ["audio", "metadata", "meta", "lexicon", "lookup", "token", "w", "desc", "mstts:express-as", "SPEAK", "breäk"],
)
def test_a_tag_that_is_not_supported_is_refused_by_name(tag):
    sentence = f"line 2, column 3: <{tag}>: this tag is not supported; supported are {SUPPORTED}"
    assert refusal_of(f"a\n  <{tag}/>") == sentence


@pytest.mark.parametrize(
    ("inside", "sentence"),
    [
        (
            "<prosody contour='(0%,+2st)'>a</prosody>",
            (
                "<prosody>: the attribute contour is not supported, for no voice can change its melody; "
                "supported here are rate, pitch, volume"
            ),
        ),
        (
            "<prosody duration='2s'>a</prosody>",
            "<prosody>: the attribute duration is not supported; supported here are ",
        ),
        ("<prosody>a</prosody>", "<prosody>: it changes nothing; give it a rate, a pitch or a volume"),
        ("<prosody rate='0%'>a</prosody>", "<prosody>: the rate '0%' leaves no speed at all; it has to be above 0"),
        ("<prosody pitch='+10Hz'>a</prosody>", "<prosody>: '+10Hz' is not a pitch; write x-low, low, medium, "),
        ("<prosody volume='50'>a</prosody>", "<prosody>: '50' is not a volume; write silent, x-soft, soft, medium, "),
        ("<prosody volume='+13dB'>a</prosody>", "<prosody>: with the marks around it, the volume is 4.46684 times "),
        ("<break time='11s'/>", "<break>: '11s' is too long; a pause lasts at most 10 s"),
        ("<break strength='huge'/>", "<break>: there is no strength 'huge'; there are none, x-weak, weak, "),
        ("<break strength='huge' time='1s'/>", "<break>: there is no strength 'huge'; there are none, x-weak, weak, "),
        ("<break size='1'/>", "<break>: the attribute size is not supported; supported here are time, strength"),
        ("<say-as>a</say-as>", '<say-as>: the attribute interpret-as is missing; write <say-as interpret-as="…">'),
        (
            "<say-as interpret-as='currency'>$1</say-as>",
            "<say-as>: text cannot be said as 'currency'; it can as characters, ",
        ),
        (
            "<say-as interpret-as='time' format='hms12'>1</say-as>",
            "<say-as>: 'time' takes no format; only date does",
        ),
        (
            "<phoneme alphabet='x-sampa' ph='w'>a</phoneme>",
            "<phoneme>: the alphabet 'x-sampa' is not supported; write alphabet=\"ipa\"",
        ),
        ("<lang>a</lang>", '<lang>: the attribute xml:lang is missing; write <lang xml:lang="…">'),
        (
            "<voice gender='female'>a</voice>",
            "<voice>: the attribute gender is not supported; supported here are name, ",
        ),
        ("<mark name=' '/>", "<mark>: the name is empty; it needs at least one character"),
        (
            "<mark name='\u202e'><speak/></mark>",
            "<speak>: it stands inside <speak> already; a document has one, around ",
        ),
        ("<sub alias='a'><s>a</s></sub>", "<s>: it stands inside <sub>, which may hold text alone; "),
        ("<sub alias='a'/>", "</sub>: there is no text in it; write the text that is read this way"),
    ],
)
def test_what_is_wrong_is_refused_with_a_sentence(inside, sentence):
    _, _, said = refusal_of(inside).partition(": ")
    assert said.startswith(sentence)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("<p>a</p>", "line 1, column 1: <p>: it is the outermost tag; an SSML document begins with <speak>"),
        (
            "<speak xmlns='http://www.w3.org/1999/xhtml'/>",
            (
                "line 1, column 1: <speak>: 'http://www.w3.org/1999/xhtml' is not the namespace of SSML; "
                "it is http://www.w3.org/2001/10/synthesis, or may be left out"
            ),
        ),
        ("<speak version='2.0'/>", "line 1, column 1: <speak>: there is no SSML '2.0'; there are 1.0, 1.1"),
        (
            "<speak onload='x'/>",
            (
                "line 1, column 1: <speak>: the attribute onload is not supported; "
                "supported here are version, xmlns, xml:lang, xsi:schemaLocation"
            ),
        ),
    ],
)
def test_what_is_no_ssml_document(source, sentence):
    with pytest.raises(ScriptError) as refusal:
        parse_ssml(source)
    assert str(refusal.value) == sentence


def test_ssml_and_light_marks_say_the_same():
    ssml = parse_ssml(
        "<speak>a<break time='1s'/><prosody rate='2'>b</prosody><voice name='v'>c<lang xml:lang='fr'>d</lang></voice>"
        "<emphasis level='strong'>e<say-as interpret-as='digits'>1</say-as></emphasis><sub alias='x'>f</sub>"
        "<mark name='m'/></speak>"
    )
    light = parse_light_marks(
        "a[pause 1s][rate 2]b[/rate][voice v]c[lang fr]d[/lang][/voice]"
        "[emphasis strong]e[say-as digits]1[/say-as][/emphasis][sub x]f[/sub][mark m]"
    )
    for field in ("text", "runs", "breaks", "instructions", "marks"):
        assert getattr(ssml, field) == getattr(light, field)


pieces = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<s>",
        "</s>",
        "<break/>",
        "<prosody rate='2'>",
        "</prosody>",
        "<sub alias='x'>",
        "</sub>",
        "<emphasis>",
        "</emphasis>",
        "<mark name='m'/>",
        "<!-- - -->",
        "<![CDATA[<]]>",
        "é😀",
    ]
)


@given(st.lists(pieces | st.text("ab .\n", max_size=4).map(escape), max_size=25))
def test_any_tags_are_followed_or_refused(parts):
    source = f"<speak>{''.join(parts)}</speak>"
    with suppress(ScriptError):
        check_places(parse_ssml(source), source)
