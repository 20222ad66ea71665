"""What 1.1 lets a Speak ask, and what of it is refused: marks, blends, languages, priorities, labels, streams."""

import math

import pytest
from rig.daemon_fakes import default_settings, make_utterance

from utterd.client.messages import Append, ErrorCode, Speak
from utterd.config.bundles import find_bundle
from utterd.daemon.requests import Refusal, Request, check_append, check_speak, tail_of
from utterd.daemon.script import Script
from utterd.daemon.units import Units

BUNDLE = find_bundle("starter")


def check(**fields) -> Request:
    return check_speak(Speak(**{"text": "Hello there.", **fields}), BUNDLE, default_settings(), owner_label="me")


@pytest.mark.parametrize(
    ("fields", "code", "sentence"),
    [
        ({"markup": "ssml", "text": "<speak>a<audio/></speak>"}, ErrorCode.BAD_MARKUP, "<audio>"),
        ({"markup": "light", "text": "[pause 3 parsecs] a"}, ErrorCode.BAD_MARKUP, "3 parsecs"),
        ({"markup": "light", "text": "[phoneme Жa]word[/phoneme]"}, ErrorCode.BAD_MARKUP, "Ж"),
        ({"markup": "light", "text": "[voice nobody]word[/voice]"}, ErrorCode.UNKNOWN_VOICE, "nobody"),
        ({"markup": "light", "text": "[lang tlh]word[/lang]"}, ErrorCode.UNKNOWN_LANGUAGE, "tlh"),
        ({"markup": "light", "text": "[pause 1s]"}, ErrorCode.EMPTY_TEXT, "empty"),
        ({"markup": "ssml", "text": "<speak>" + "a" * 250_000}, ErrorCode.TEXT_TOO_LONG, "250,000"),
        ({"markup": "light", "stream": True}, ErrorCode.BAD_FIELD, "markup is not taken in a stream"),
        ({"voice": "af_slt*0.5+nobody*0.5"}, ErrorCode.UNKNOWN_VOICE, "nobody"),
        ({"voice": "af_slt*0+am_rms*0"}, ErrorCode.UNKNOWN_VOICE, "every weight of the blend is 0"),
        ({"priority": "message", "placement": "now"}, ErrorCode.BAD_FIELD, "cannot be placed 'now' too"),
        ({"priority": "message", "destination": "client"}, ErrorCode.BAD_FIELD, "priority belongs to the loudspeaker"),
        ({"max_age_s": 0}, ErrorCode.BAD_FIELD, "max_age_s is 0"),
        ({"max_age_s": math.nan}, ErrorCode.BAD_FIELD, "max_age_s is nan"),
        ({"key": "k" * 201}, ErrorCode.BAD_FIELD, "key has more than 200 characters"),
    ],
)
def test_a_refusal_names_what_is_wrong(fields, code, sentence):
    with pytest.raises(Refusal, match=sentence) as refused:
        check(**fields)
    assert refused.value.code is code


def test_a_blend_is_a_voice_and_speaks_its_heavier_parts_language():
    request = check(voice="af_slt*0.2+bm_awb*0.8")
    assert request.speaking.voice == "af_slt*0.2+bm_awb*0.8"
    assert request.speaking.language == "en-gb"


def test_auto_gives_every_language_a_voice_and_its_own_to_those_that_have_one():
    speaking = check(language="auto", voice="am_rms").speaking
    assert speaking.language == "auto"
    assert speaking.voices[0] == ("en-us", "am_rms")
    assert dict(speaking.voices) | {"en-gb": "bm_awb", "es": "am_rms"} == dict(speaking.voices)


def test_a_style_in_another_language_is_spoken_by_a_voice_of_that_language():
    request = check(markup="light", text="Say [lang en-gb]tomato[/lang] and [voice af_slt]potato[/voice].")
    assert request.voices_of == {(None, "en-gb"): ("bm_awb", "en-gb"), ("af_slt", None): ("af_slt", None)}


def test_characters_are_those_of_the_text_as_sent():
    request = check(markup="light", text="One[pause 1s] two.")
    assert request.characters == 18
    assert request.script.text == "One two."


def test_a_stream_may_begin_with_nothing():
    assert check(text="", stream=True).is_stream


def test_only_an_open_stream_is_appended_to():
    with pytest.raises(Refusal, match="neither being spoken nor waiting any more"):
        check_append(Append(utterance=7, text="x"), None)
    with pytest.raises(Refusal, match="only a stream can be appended to"):
        check_append(Append(utterance=1, text="x"), make_utterance())
    stream = make_utterance(units=Units(Script.plain(""), is_open=True))
    check_append(Append(utterance=1, text="x"), stream)
    stream.characters = 4_000_000
    with pytest.raises(Refusal, match="more than 4,000,000 characters"):
        check_append(Append(utterance=1, text="x"), stream)


def test_the_tail_of_an_utterance_begins_at_the_word_heard_so_long_ago():
    utterance = make_utterance(text="One two three four.")
    utterance.heard_words.extend([(0, 0), (24_000, 4), (48_000, 8), (72_000, 14)])
    utterance.audio_frames = 96_000
    assert tail_of(utterance, 2.5).start == 8
    assert tail_of(utterance, 100).start == 0
