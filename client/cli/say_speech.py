"""What `utterd say` does: speak, write a file, show the words, or list the voices."""

import argparse
import sys
from pathlib import Path
from typing import cast

from utterd.client.cli.exits import CommandError, Exit, complain
from utterd.client.cli.say_markup import USUAL_WORDS_PER_MINUTE, translate
from utterd.client.cli.say_options import check_say_options, find_output
from utterd.client.cli.source import read_text
from utterd.client.cli.speak import report_dropped
from utterd.client.connection import Client
from utterd.client.messages import SPEED_RANGE, Finished
from utterd.client.options import RenderOptions, SpeakOptions

CLIENT = "say"
"""Whose it is, in `utterd queue`."""


def say(options: argparse.Namespace) -> int:
    """The exit code."""
    if options.voice == "?":
        return _list_voices()
    check_say_options(options)
    if options.text and not "".join(options.text).strip():
        return Exit.OK  # say has nothing against saying nothing
    if not options.text and options.file is None and sys.stdin is not None and sys.stdin.isatty():
        return _say_lines(options)
    file = options.file
    text = read_text(["-"], None) if file is not None and str(file) == "-" else read_text(options.text, file)
    text, speech = _prepared(text, options)
    report_dropped(_carry_out(text, speech, options))
    return Exit.OK


def _carry_out(text: str, speech: RenderOptions, options: argparse.Namespace) -> Finished:
    if options.output:
        return _write(text, speech, *find_output(options))
    if options.interactive:
        from utterd.client.cli.follow import speak_and_follow

        return speak_and_follow(text, cast(SpeakOptions, {**speech, "on_disconnect": "stop"}))
    with Client(start=True) as client:
        return _speak(client, text, speech)


def _speak(client: Client, text: str, speech: RenderOptions) -> Finished:
    utterance = client.speak(text, on_disconnect="stop", **speech)
    with utterance.stopped_on_error():
        return utterance.wait()


def _write(text: str, speech: RenderOptions, path: Path, kind: str) -> Finished:
    from utterd.client.cli.progress import Progress
    from utterd.client.cli.say_aiff import as_aiff
    from utterd.client.errors import FileUnwritable
    from utterd.client.wavfile import WavFile

    try:
        with WavFile(path):  # a long rendering must not end in "permission denied"
            pass
    except FileUnwritable as error:
        raise CommandError(Exit.USAGE, str(error)) from None
    with Client(start=True) as client, Progress(sys.stderr, characters=len(text)) as progress:
        if kind == "WAVE":
            return client.render(text, path, on_event=progress.show, **speech)
        with as_aiff(path) as wav:
            return client.render(text, wav, on_event=progress.show, **speech)


def _say_lines(options: argparse.Namespace) -> int:
    """What is typed, line by line, until Ctrl-D. A file holds the last line, as that of say does."""
    for line in sys.stdin:
        if line.strip():
            text, speech = _prepared(line, options)
            report_dropped(_carry_out(text, speech, options))
    return Exit.OK


def _list_voices() -> int:
    from utterd.client.cli.say_voices import list_voices

    with Client(start=True) as client:
        print(list_voices(client.voices()))
    return Exit.OK


def _prepared(text: str, options: argparse.Namespace) -> tuple[str, RenderOptions]:
    """The text as the daemon takes it, and how it is to be said; notes what will be otherwise than asked."""
    translated = translate(text, words_per_minute=options.rate or USUAL_WORDS_PER_MINUTE)
    if translated.left_out:
        complain(f"left out: {', '.join(f'[[{name}]]' for name in sorted(translated.left_out))}")
    voice, language = _find_voice(options.voice)
    speech: RenderOptions = {
        "voice": voice,
        "language": language,
        "speed": _speed_of(options.rate),
        "markup": "light" if translated.has_marks else "none",
        "client": CLIENT,
    }
    return translated.text, speech


def _find_voice(name: str | None) -> tuple[str | None, str | None]:
    """Voice and language; nothing where the daemon decides."""
    if not name:
        return None, None
    from utterd.client.cli.say_voices import language_of_macos_voice

    language = language_of_macos_voice(name)
    if language is None:
        return name, None
    complain(f"{name} is a voice of macOS; utterd's own voice speaks ({language})")
    return None, language


def _speed_of(words_per_minute: float | None) -> float | None:
    if words_per_minute is None:
        return None
    lowest, highest = SPEED_RANGE
    speed = min(highest, max(lowest, words_per_minute / USUAL_WORDS_PER_MINUTE))
    if speed != words_per_minute / USUAL_WORDS_PER_MINUTE:
        complain(f"-r {words_per_minute:g} is more than can be done; it is {speed * USUAL_WORDS_PER_MINUTE:g}")
    return speed
