"""From what a client asks to how it is to be spoken, or a refusal in one sentence. No I/O."""

import difflib
import math
from dataclasses import dataclass, field
from typing import Literal

from utterd.client.messages import (
    GAIN_RANGE,
    MAX_TEXT_CODE_POINTS,
    PITCH_RANGE,
    SPEED_RANGE,
    Append,
    ErrorCode,
    Speak,
)
from utterd.config.blend import BlendError, parse_blend
from utterd.config.bundles import Bundle
from utterd.config.ipa import IpaError, check_ipa
from utterd.config.settings import Settings
from utterd.daemon.light_marks import parse_light_marks
from utterd.daemon.script import Script, ScriptError, Style
from utterd.daemon.ssml import parse_ssml
from utterd.daemon.utterance import Utterance
from utterd.daemon.wish import Wish
from utterd.stages.chunks import SAMPLE_RATE_HZ, Speaking
from utterd.stages.g2p.languages import UnknownLanguage, normalise_language
from utterd.stages.g2p.segment import is_speakable

AUTO = "auto"
"""The language of each sentence is found out."""

_MOST_MARKED = 250_000
"""Code points of a text with marks: it is read at once, which takes up to a second, and everybody waits."""

_LABEL_LIMIT = 200


class Refusal(Exception):
    """A request that changes nothing; the message is for people."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A Speak that has been checked."""

    script: Script = field(repr=False)
    speaking: Speaking
    wish: Wish
    characters: int
    """Of the text as sent."""
    voices_of: dict[tuple[str | None, str | None], tuple[str | None, str | None]] = field(default_factory=dict)
    """As in Utterance."""
    client: str = ""
    wants_words: bool = False
    is_stream: bool = False
    on_disconnect: Literal["continue", "stop"] = "continue"
    start: int = 0
    """Where in the script to begin."""


def check_speak(
    request: Speak,
    bundle: Bundle | None,
    settings: Settings,
    *,
    owner_label: str,
    speed: float | None = None,
    pitch: float | None = None,
) -> Request:
    """How to speak it.

    Args:
        bundle: of the loaded model; None if it could not be read, and then any voice is taken.
        owner_label: whose it is.
        speed, pitch: of requests that give none; the settings' unless given.

    Raises:
        Refusal: for the first thing that is wrong.
    """
    _check_length(request)
    script = _read_script(request)
    if not request.stream:
        _check_text(script.text)
    voice = _check_voice(request.voice or settings.speech.voice, bundle)
    language = request.language or settings.speech.language or _language_of(voice, bundle)
    default_speed = settings.speech.speed if speed is None else speed
    chosen_speed = default_speed if request.speed is None else request.speed
    check_range("speed", chosen_speed, *SPEED_RANGE)
    default_pitch = settings.speech.pitch if pitch is None else pitch
    chosen_pitch = default_pitch if request.pitch is None else request.pitch
    check_range("pitch", chosen_pitch, *PITCH_RANGE)
    check_range("gain", request.gain, *GAIN_RANGE)
    is_live = request.destination == "device"
    language = AUTO if language == AUTO else _check_language(language, bundle)
    return Request(
        script=script,
        speaking=Speaking(
            voice=voice,
            speed=chosen_speed,
            pitch=chosen_pitch,
            language=language,
            lane="live" if is_live else "render",
            gain=request.gain,
            profile=request.profile,
            project=request.project,
            voices=_voices_by_language(voice, bundle) if language == AUTO else (),
        ),
        wish=_check_wish(request, owner_label, is_live=is_live),
        characters=len(request.text),
        voices_of=_check_styles(script, bundle),
        client=request.client,
        wants_words=request.words,
        is_stream=request.stream,
        on_disconnect=request.on_disconnect,
    )


def check_append(request: Append, utterance: Utterance | None) -> None:
    """Raises Refusal."""
    if utterance is None:
        raise Refusal(
            ErrorCode.UNKNOWN_UTTERANCE, f"utterance {request.utterance} is neither being spoken nor waiting any more"
        )
    if not utterance.units.is_open:
        raise Refusal(
            ErrorCode.NOT_A_STREAM,
            f"the text of utterance {utterance.id} is complete; only a stream can be appended to",
        )
    if utterance.characters + len(request.text) > MAX_TEXT_CODE_POINTS:
        raise Refusal(
            ErrorCode.TEXT_TOO_LONG,
            f"the stream would have more than {MAX_TEXT_CODE_POINTS:,} characters: end it and begin another one",
        )


def tail_of(utterance: Utterance, seconds: float) -> Request:
    """What was heard of it in its last seconds, to be said again."""
    since = utterance.audio_frames - seconds * SAMPLE_RATE_HZ
    start = next((char for frames, char in utterance.heard_words if frames >= since), utterance.heard_char)
    return Request(
        script=utterance.script if not utterance.units.grew else Script.plain(utterance.units.text),
        speaking=utterance.speaking,
        wish=Wish(owner_label=utterance.wish.owner_label),
        characters=utterance.characters,
        voices_of=utterance.voices_of,
        start=start,
    )


def _check_length(request: Speak) -> None:
    text = request.text
    if len(text) > MAX_TEXT_CODE_POINTS:
        raise Refusal(
            ErrorCode.TEXT_TOO_LONG,
            f"the text has {len(text):,} characters; at most {MAX_TEXT_CODE_POINTS:,} are taken: send it in parts",
        )
    if request.markup != "none" and len(text) > _MOST_MARKED:
        raise Refusal(
            ErrorCode.TEXT_TOO_LONG,
            f"a text with marks may have {_MOST_MARKED:,} characters, not {len(text):,}: send it in parts",
        )
    for name in ("key", "replaces", "group", "client"):
        if len(getattr(request, name)) > _LABEL_LIMIT:
            raise Refusal(ErrorCode.BAD_FIELD, f"{name} has more than {_LABEL_LIMIT} characters")
    if request.stream and request.markup != "none":
        raise Refusal(ErrorCode.BAD_FIELD, "markup is not taken in a stream: its marks could be torn apart")


def _read_script(request: Speak) -> Script:
    try:
        if request.markup == "ssml":
            script = parse_ssml(request.text)
        elif request.markup == "light":
            script = parse_light_marks(request.text)
        else:
            return Script.plain(request.text)
        for each in script.instructions:
            if each.kind == "phoneme":
                check_ipa(each.value)
    except ScriptError as error:
        raise Refusal(ErrorCode.BAD_MARKUP, str(error)) from error
    except IpaError as error:
        raise Refusal(ErrorCode.BAD_MARKUP, f"the phonemes of a mark cannot be said: {error}") from error
    return script


def _check_wish(request: Speak, owner_label: str, *, is_live: bool) -> Wish:
    if request.priority is not None and not is_live:
        raise Refusal(ErrorCode.BAD_FIELD, "priority belongs to the loudspeaker; a rendering waits for nothing else")
    if request.max_age_s is not None and not math.isfinite(request.max_age_s):
        raise Refusal(ErrorCode.BAD_FIELD, f"max_age_s is {request.max_age_s:g}; it has to be a number above 0")
    try:
        return Wish(
            owner_label=owner_label,
            placement=request.placement,
            priority=request.priority,
            key=request.key,
            replaces=request.replaces,
            group=request.group,
            max_age_s=request.max_age_s,
        )
    except ValueError as error:
        raise Refusal(ErrorCode.BAD_FIELD, str(error)) from error


def _check_styles(
    script: Script, bundle: Bundle | None
) -> dict[tuple[str | None, str | None], tuple[str | None, str | None]]:
    """Who speaks each style of the script."""
    found: dict[tuple[str | None, str | None], tuple[str | None, str | None]] = {}
    for style in {(run.style.voice, run.style.language): run.style for run in script.runs}.values():
        if style.voice is None and style.language is None:
            continue
        found[style.voice, style.language] = _check_style(style, bundle)
    return found


def _check_style(style: Style, bundle: Bundle | None) -> tuple[str | None, str | None]:
    voice = _check_voice(style.voice, bundle) if style.voice else None
    if style.language is None:
        return voice, None
    language = _check_language(style.language, bundle)
    if voice is None and bundle is not None:
        voice = next((each.name for each in bundle.voices if each.language == language), None)
    return voice, language


def _voices_by_language(voice: str, bundle: Bundle | None) -> tuple[tuple[str, str], ...]:
    """The chosen voice speaks its own language, and every language that no voice of the model has."""
    own = _language_of(voice, bundle)
    voices = {own: voice}
    if bundle is not None:
        for language in bundle.languages:
            speaker = next((each.name for each in bundle.voices if each.language == language), voice)
            voices.setdefault(language, speaker)
    return tuple(voices.items())


def _check_text(text: str) -> None:
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
    try:
        blend = None if bundle.voice(voice) else parse_blend(voice)
    except BlendError as error:
        raise Refusal(ErrorCode.UNKNOWN_VOICE, str(error)) from error
    if blend is not None:
        for name, _ in blend:
            _check_voice(name, bundle)
        return voice
    if bundle.voice(voice) is None:
        names = [known.name for known in bundle.voices]
        guess = difflib.get_close_matches(voice, names, 1, cutoff=0.4)
        hint = f"did you mean {guess[0]!r}?" if guess else f"there are {', '.join(names)}"
        raise Refusal(ErrorCode.UNKNOWN_VOICE, f"no voice {voice[:40]!r}; {hint}")
    return voice


def _language_of(voice: str, bundle: Bundle | None) -> str:
    info = bundle.voice(voice) if bundle else None
    if bundle and info is None and (blend := parse_blend(voice)):
        info = bundle.voice(max(blend, key=lambda part: part[1])[0])
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


def check_range(name: str, value: float, low: float, high: float) -> None:
    if not (math.isfinite(value) and low <= value <= high):
        raise Refusal(ErrorCode.BAD_FIELD, f"{name} is {value:g}; it has to be between {low:g} and {high:g}")
