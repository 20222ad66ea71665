"""From a Speak request to how it is to be spoken, or a refusal in one sentence. No I/O."""

import difflib
import math

from utterd.client.messages import MAX_TEXT_CODE_POINTS, ErrorCode, Speak
from utterd.config.bundles import Bundle
from utterd.config.settings import Settings
from utterd.stages.chunks import Speaking
from utterd.stages.g2p.languages import UnknownLanguage, normalise_language
from utterd.stages.g2p.segment import is_speakable


class Refusal(Exception):
    """A request that changes nothing; the message is for people."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.code = code


def check_speak(request: Speak, bundle: Bundle | None, settings: Settings) -> Speaking:
    """How to speak it.

    Args:
        bundle: of the loaded model; None if it could not be read, and then any voice is taken.

    Raises:
        Refusal: for the first thing that is wrong.
    """
    _check_text(request.text)
    voice = _check_voice(request.voice or settings.speech.voice, bundle)
    language = request.language or settings.speech.language or _language_of(voice, bundle)
    speed = settings.speech.speed if request.speed is None else request.speed
    _check_range("speed", speed, 0.5, 3.0)
    _check_range("gain", request.gain, 0.0, 2.0)
    return Speaking(
        voice=voice,
        speed=speed,
        language=_check_language(language, bundle),
        lane="live" if request.destination == "device" else "render",
        gain=request.gain,
    )


def _check_text(text: str) -> None:
    if len(text) > MAX_TEXT_CODE_POINTS:
        raise Refusal(
            ErrorCode.TEXT_TOO_LONG,
            f"the text has {len(text):,} characters; at most {MAX_TEXT_CODE_POINTS:,} are taken: send it in parts",
        )
    if not text or text.isspace():
        raise Refusal(ErrorCode.EMPTY_TEXT, "the text is empty: there is nothing to speak")
    if not is_speakable(text):
        raise Refusal(
            ErrorCode.NOTHING_TO_SPEAK,
            "the text has no letter, digit or symbol with a spoken form: nothing of it would be heard",
        )


def _check_voice(voice: str, bundle: Bundle | None) -> str:
    if bundle is None:
        return voice
    if not voice:
        return bundle.default_voice
    if bundle.voice(voice) is None:
        names = [known.name for known in bundle.voices]
        guess = difflib.get_close_matches(voice, names, 1, cutoff=0.4)
        hint = f"did you mean {guess[0]!r}?" if guess else f"there are {', '.join(names)}"
        raise Refusal(ErrorCode.UNKNOWN_VOICE, f"no voice {voice[:40]!r}; {hint}")
    return voice


def _language_of(voice: str, bundle: Bundle | None) -> str:
    info = bundle.voice(voice) if bundle else None
    return info.language if info else "en-us"


def _check_language(language: str, bundle: Bundle | None) -> str:
    try:
        known = normalise_language(language)
    except UnknownLanguage as error:
        raise Refusal(ErrorCode.UNKNOWN_LANGUAGE, str(error)) from error
    if bundle is not None and known not in bundle.languages:
        raise Refusal(
            ErrorCode.UNKNOWN_LANGUAGE,
            f"the model {bundle.name!r} does not speak {known}; it speaks {', '.join(bundle.languages)}",
        )
    return known


def _check_range(name: str, value: float, low: float, high: float) -> None:
    if not (math.isfinite(value) and low <= value <= high):
        raise Refusal(ErrorCode.BAD_FIELD, f"{name} is {value:g}; it has to be between {low:g} and {high:g}")
