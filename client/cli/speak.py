"""`utterd speak`: text to the loudspeaker, or into a file."""

import argparse
import sys
from pathlib import Path

from utterd.client.cli.exits import CommandError, Exit, complain
from utterd.client.cli.parser import CommandParser, number_between
from utterd.client.cli.source import read_text
from utterd.client.connection import Client, Utterance
from utterd.client.errors import FileUnwritable
from utterd.client.messages import GAIN_RANGE, SPEED_RANGE, Audio, Event, Finished, Placement

MAX_DROPPED_SHOWN = 3


def make_parser() -> CommandParser:
    parser = CommandParser(
        "speak",
        description="Speak text, and return when it has been heard. Starts the daemon if none runs.",
        example='utterd speak "Hello, world."\n  utterd speak --now -s 1.2 -f letter.txt\n  fortune | utterd speak',
    )
    add = parser.add_argument
    add("text", nargs="*", metavar="TEXT", help="what to speak; `-` or nothing: standard input; after `--`: as it is")
    add("-f", "--file", type=Path, metavar="FILE", help="speak the text of this UTF-8 file")
    add("-v", "--voice", metavar="VOICE", help="one of `utterd voices`")
    add("-s", "--speed", type=number_between(*SPEED_RANGE), metavar="SPEED", help="0.5 to 3; 1 is the voice's own")
    add("-l", "--language", metavar="LANG", help="en-us, en-gb, es, fr-fr, it, pt-br, hi; else the voice's own")
    add("--volume", type=number_between(*GAIN_RANGE), default=1.0, metavar="V", help="0 to 2; 1 is the voice's own")
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--now", action="store_true", help="instead of what is being spoken")
    place.add_argument("--next", action="store_true", help="before all that waits")
    add("--no-wait", action="store_true", help="return at once, and print the utterance's id")
    add("--events", action="store_true", help="print what happens, one JSON object a line")
    add("-o", "--output", type=Path, metavar="FILE.wav", help="into this file, not the loudspeaker")
    return parser


def run(options: argparse.Namespace) -> int:
    _check_options(options)
    text = read_text(options.text, options.file)
    if options.output:
        _check_output(options.output)
    with Client(start=True) as client:
        if options.output:
            finished = _render(client, text, options)
        else:
            utterance = _start_speaking(client, text, options)
            if options.no_wait:
                print(utterance.id)
                return Exit.OK
            finished = _follow(utterance, options)
    _report_dropped(finished)
    return Exit.OK


def _check_options(options: argparse.Namespace) -> None:
    if options.no_wait and (options.events or options.output):
        other = "--events" if options.events else "--output"
        raise CommandError(Exit.USAGE, f"{other} needs the whole utterance; leave out --no-wait")
    if options.output and (options.now or options.next):
        raise CommandError(Exit.USAGE, "a file does not wait for the loudspeaker; leave out --now and --next")


def _check_output(path: Path) -> None:
    """Before the daemon is even looked for: a long rendering must not end in "permission denied"."""
    from utterd.client.wavfile import WavFile

    if str(path) == "-":
        raise CommandError(Exit.USAGE, "a WAV file cannot be written to a pipe; name a file")
    if path.suffix.lower() in (".mp3", ".ogg", ".opus", ".flac", ".m4a", ".aac"):
        raise CommandError(Exit.USAGE, f"only WAV files are written; name it {path.with_suffix('.wav').name}")
    try:
        with WavFile(path):
            pass
    except FileUnwritable as error:
        raise CommandError(Exit.USAGE, str(error)) from None


def _start_speaking(client: Client, text: str, options: argparse.Namespace) -> Utterance:
    placement: Placement = "now" if options.now else "next" if options.next else "append"
    return client.speak(
        text,
        voice=options.voice,
        speed=options.speed,
        language=options.language,
        gain=options.volume,
        placement=placement,
        on_disconnect="continue" if options.no_wait else "stop",
    )


def _follow(utterance: Utterance, options: argparse.Namespace) -> Finished:
    with utterance.stopped_on_error():
        for event in utterance.events():
            if options.events:
                print_event(event)
        return utterance.wait()


def _render(client: Client, text: str, options: argparse.Namespace) -> Finished:
    from utterd.client.cli.progress import Progress

    with Progress(sys.stderr, characters=len(text)) as progress:

        def on_event(event: Event) -> None:
            progress.show(event)
            if options.events:
                print_event(event)

        return client.render(
            text,
            options.output,
            voice=options.voice,
            speed=options.speed,
            language=options.language,
            gain=options.volume,
            on_event=on_event,
        )


def print_event(event: Event) -> None:
    """One JSON object, one line, at once. Sound is left out: it is in the file."""
    import json
    from dataclasses import asdict

    if not isinstance(event, Audio):
        print(json.dumps({"event": type(event).__name__.lower(), **asdict(event)}), flush=True)


def _report_dropped(finished: Finished) -> None:
    """Nothing is left out silently. Positions, not words: what is spoken stays out of terminals' histories."""
    if finished.dropped:
        shown = [
            f"{stretch.get('char_start')}-{stretch.get('char_end')} ({stretch.get('reason')})"
            for stretch in finished.dropped[:MAX_DROPPED_SHOWN]
        ]
        more = ["…"] if len(finished.dropped) > MAX_DROPPED_SHOWN else []
        complain(f"some characters made no sound: {', '.join(shown + more)}")
