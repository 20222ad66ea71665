"""What can be wrong with a Speak, and the sentence that says so."""

import math
from dataclasses import replace

import pytest
from rig.daemon_fakes import default_settings

from utterd.client.messages import MAX_TEXT_CODE_POINTS, ErrorCode, Speak
from utterd.config.bundles import TONE, Bundle, VoiceInfo
from utterd.config.settings import Settings
from utterd.daemon.requests import Refusal, Request
from utterd.daemon.requests import check_speak as check
from utterd.stages.chunks import Speaking

SETTINGS = default_settings()
BUNDLE = replace(
    TONE,
    name="duo",
    languages=("en-us", "en-gb"),
    voices=(
        VoiceInfo(name="af_bella", language="en-us", description=""),
        VoiceInfo(name="bm_george", language="en-gb", description=""),
    ),
    default_voice="af_bella",
)


def check_request(request: Speak, bundle: Bundle | None = BUNDLE, settings: Settings = SETTINGS) -> Request:
    return check(request, bundle, settings, owner_label="me")


def check_speak(request: Speak, bundle: Bundle | None = BUNDLE, settings: Settings = SETTINGS) -> Speaking:
    return check_request(request, bundle, settings).speaking


REFUSALS = [
    (Speak(text=""), ErrorCode.EMPTY_TEXT, "the text is empty: there is nothing to speak"),
    (Speak(text=" \n\t\u00a0"), ErrorCode.EMPTY_TEXT, "the text is empty: there is nothing to speak"),
    (
        Speak(text="… — !"),
        ErrorCode.NOTHING_TO_SPEAK,
        "the text has no letter, digit or symbol with a spoken form: nothing of it would be heard",
    ),
    (
        Speak(text="a" * (MAX_TEXT_CODE_POINTS + 1)),
        ErrorCode.TEXT_TOO_LONG,
        "the text has 4,000,001 characters; at most 4,000,000 are taken: send it in parts",
    ),
    (
        Speak(text="Hello.", voice="bela"),
        ErrorCode.UNKNOWN_VOICE,
        "no voice 'bela'; did you mean 'af_bella'?",
    ),
    (
        Speak(text="Hello.", voice="zzz"),
        ErrorCode.UNKNOWN_VOICE,
        "no voice 'zzz'; there are af_bella, bm_george",
    ),
    (
        Speak(text="Hello.", language="klingon"),
        ErrorCode.UNKNOWN_LANGUAGE,
        "no language 'klingon'; known are en-us, en-gb, es, fr-fr, it, pt-br, hi",
    ),
    (
        Speak(text="Hola.", language="es"),
        ErrorCode.UNKNOWN_LANGUAGE,
        "the model 'duo' does not speak es; it speaks en-us, en-gb",
    ),
    (Speak(text="Hello.", speed=0.4), ErrorCode.BAD_FIELD, "speed is 0.4; it has to be between 0.5 and 3"),
    (Speak(text="Hello.", speed=3.1), ErrorCode.BAD_FIELD, "speed is 3.1; it has to be between 0.5 and 3"),
    (Speak(text="Hello.", pitch=-12.5), ErrorCode.BAD_FIELD, "pitch is -12.5; it has to be between -12 and 12"),
    (Speak(text="Hello.", speed=math.nan), ErrorCode.BAD_FIELD, "speed is nan; it has to be between 0.5 and 3"),
    (Speak(text="Hello.", gain=2.5), ErrorCode.BAD_FIELD, "gain is 2.5; it has to be between 0 and 2"),
    (Speak(text="Hello.", gain=-math.inf), ErrorCode.BAD_FIELD, "gain is -inf; it has to be between 0 and 2"),
]


@pytest.mark.parametrize(("request_", "code", "sentence"), REFUSALS, ids=[sentence[:30] for _, _, sentence in REFUSALS])
def test_a_refusal_has_a_code_and_a_sentence(request_: Speak, code: ErrorCode, sentence: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_speak(request_, BUNDLE, SETTINGS)
    assert (refused.value.code, str(refused.value)) == (code, sentence)


def test_what_is_not_said_comes_from_the_settings_and_the_voice() -> None:
    assert check_speak(Speak(text="Hello."), BUNDLE, SETTINGS) == Speaking(
        voice="af_bella", speed=1.0, language="en-us", lane="live", gain=1.0
    )
    assert check_speak(Speak(text="Hello.", voice="bm_george"), BUNDLE, SETTINGS).language == "en-gb"


def test_what_is_said_wins_over_the_settings() -> None:
    settings = default_settings(speech_voice="bm_george", speech_speed=2.0, speech_pitch=-3.0, speech_language="en-gb")
    assert check_speak(Speak(text="Hello."), BUNDLE, settings).speed == 2.0
    assert check_speak(Speak(text="Hello."), BUNDLE, settings).pitch == -3.0
    assert check_speak(Speak(text="Hello."), BUNDLE, settings).voice == "bm_george"
    said = Speak(text="Hello.", voice="af_bella", speed=0.5, pitch=4.0, language="EN_us", gain=0.0)
    assert check_speak(said, BUNDLE, settings) == Speaking(
        voice="af_bella", speed=0.5, pitch=4.0, language="en-us", lane="live", gain=0.0
    )


def test_a_text_of_the_greatest_length_is_taken() -> None:
    assert check_speak(Speak(text="a" * MAX_TEXT_CODE_POINTS), BUNDLE, SETTINGS)


def test_sound_for_the_client_goes_on_the_render_lane() -> None:
    assert check_speak(Speak(text="Hello.", destination="client"), BUNDLE, SETTINGS).lane == "render"


def test_without_a_bundle_any_voice_is_taken_so_that_the_stage_can_say_what_is_wrong() -> None:
    nothing: Bundle | None = None
    speaking = check_speak(Speak(text="Hello.", voice="whoever"), nothing, SETTINGS)
    assert (speaking.voice, speaking.language) == ("whoever", "en-us")


def test_no_refusal_quotes_the_text() -> None:
    for request in (
        Speak(text="Secret.", voice="x"),
        Speak(text="Secret.", language="x"),
        Speak(text="Secret.", gain=9),
    ):
        with pytest.raises(Refusal) as refused:
            check_speak(request, BUNDLE, SETTINGS)
        assert "Secret" not in str(refused.value)
