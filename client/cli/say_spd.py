"""What `utterd say --as spd-say` does: speak, pipe, stop, or list. Text, rate, pitch and voices mean what they mean to
speech-dispatcher's own module (client/bridges/speech_dispatcher)."""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from utterd.client.bridges.speech_dispatcher.voice import Voice, Wanted, choose_voice
from utterd.client.cli.exits import CommandError, Exit, complain
from utterd.client.cli.say_spd_options import check_spd_options, ignored
from utterd.client.cli.source import read_text
from utterd.client.connection import Client
from utterd.client.errors import DaemonNotRunning, RequestRefused, UtteranceCancelled
from utterd.client.messages import Markup
from utterd.client.options import SpeakOptions
from utterd.client.utterance import Utterance

KINDS = {"character": "CHAR", "key": "KEY", "sound_icon": "SOUND_ICON"}
"""Options → the kinds of messages that speech-dispatcher sends."""


def spd_say(options: argparse.Namespace) -> int:
    """The exit code."""
    if options.version:
        from importlib.metadata import version

        print(f"spd-say (utterd) {version('utterd')}")
        return Exit.OK
    check_spd_options(options)
    if options.list_output_modules:
        print("OUTPUT MODULES\nutterd")
        return Exit.OK
    if options.stop or options.cancel:
        return _silence(is_all=options.cancel)
    for name in ignored(options):
        complain(f"{name} changes nothing here")
    with Client(start=True) as client:
        if options.list_synthesis_voices:
            print(list_voices(client.voices()))
            return Exit.OK
        return _pipe(client, options) if options.pipe_mode else _speak(client, options)


def list_voices(voices: Sequence[Mapping[str, Any]]) -> str:
    """As `spd-say -L`: three columns, to the right."""
    rows = [("NAME", "LANGUAGE", "VARIANT"), *((voice["name"], voice["language"], "none") for voice in voices)]
    return "\n".join("".join(f"{value:>25}" for value in row) for row in rows)


def wanted_by(options: argparse.Namespace, *, language: str = "") -> Wanted:
    """What the options ask for, in speech-dispatcher's terms; `language` where that matters."""
    given = {
        "rate": options.rate,
        "pitch": options.pitch,
        "volume": options.volume,
        "voice": options.voice_type,
        "language": language.lower().replace("_", "-"),
        "synthesis_voice": options.voice,
    }
    return Wanted(
        punctuation_mode=options.punctuation_mode,
        spelling_mode=options.spelling,
        **{name: value for name, value in given.items() if value is not None},
    )


def written(text: str, options: argparse.Namespace) -> tuple[str, Markup]:
    """The fields `text` and `markup` of Speak."""
    kind = next((kind for name, kind in KINDS.items() if getattr(options, name)), "SPEAK")
    if kind == "SPEAK" and not options.ssml and not options.spelling and options.punctuation_mode == "none":
        return text, "none"
    from utterd.client.bridges.speech_dispatcher.markup import escape, write
    from utterd.client.bridges.speech_dispatcher.reading import read_message  # 12 ms, for what is seldom asked

    body = text if options.ssml or kind != "SPEAK" else escape(text)
    document = write(read_message(kind, body, wanted_by(options, language=options.language or "")))
    return document.text, document.markup


def _silence(*, is_all: bool) -> int:
    with suppress(DaemonNotRunning), Client() as client:
        if not is_all:
            client.stop()
            return Exit.OK
        for entry in reversed(client.queue()):  # from behind, or the next one would begin to be spoken
            if entry.get("destination") == "device":
                with suppress(RequestRefused):  # it has ended meanwhile
                    client.stop(entry["id"])
    return Exit.OK


def _speak(client: Client, options: argparse.Namespace) -> int:
    if not options.text:
        raise CommandError(Exit.USAGE, "nothing to speak: give text, or -e for standard input")
    text = " ".join(options.text)
    if not text.strip():
        return Exit.OK  # spd-say has nothing against saying nothing
    text, markup = written(text if text == "-" else read_text(options.text, None), options)
    speech = _speech(client, options)
    speech["markup"] = markup
    speech["priority"] = options.priority
    return _finish(client.speak(text, **speech), options)


def _pipe(client: Client, options: argparse.Namespace) -> int:
    """One utterance, as it comes. With spd-say each line is one, and of priority `text`: the next would cut it off."""
    lines = _lines()
    beginning = next((line for line in lines if line.strip()), None)
    if beginning is None:
        return Exit.OK
    with client.stream(beginning, **_speech(client, options)) as stream:
        for line in lines:
            stream.write(line)
    return _finish(stream, options)


def _lines() -> Iterator[str]:
    """Each is written out before it is spoken."""
    try:
        for line in sys.stdin:
            print(line, end="", flush=True)
            yield line
    except UnicodeDecodeError:
        raise CommandError(Exit.USAGE, "standard input is not UTF-8; convert it with iconv") from None


def _finish(utterance: Utterance, options: argparse.Namespace) -> int:
    if options.wait:
        with suppress(UtteranceCancelled), utterance.stopped_on_error():  # "spoken or discarded"
            utterance.wait()
    return Exit.OK


def _speech(client: Client, options: argparse.Namespace) -> SpeakOptions:
    wanted = wanted_by(options)
    chosen = _choose_voice(client, options) if options.voice_type or options.language else {}
    return {
        "voice": options.voice or chosen.get("voice"),
        "language": chosen.get("language"),
        "speed": wanted.speed,
        "pitch": wanted.semitones,
        "gain": wanted.gain,
        "on_disconnect": "stop" if options.wait else "continue",
        "client": options.application_name,
    }


def _choose_voice(client: Client, options: argparse.Namespace) -> Mapping[str, str]:
    """A kind of voice without a language is one of the default voice's own."""
    voices = [
        Voice(name=voice["name"], language=voice["language"], is_default=voice["is_default"])
        for voice in client.voices()
    ]
    default = next((voice.language for voice in voices if voice.is_default), "")
    return choose_voice(wanted_by(options, language=options.language or default), voices)
