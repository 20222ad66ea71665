"""`utterd speak`: text to the loudspeaker, or into a file."""

import argparse
from pathlib import Path
from typing import get_args

from utterd.client.cli.exits import Exit, complain
from utterd.client.cli.parser import CommandParser, number_between
from utterd.client.cli.source import read_text
from utterd.client.cli.speak_options import check_options, speak_options
from utterd.client.connection import Client
from utterd.client.errors import UtteranceCancelled
from utterd.client.messages import GAIN_RANGE, PITCH_RANGE, SPEED_RANGE, Audio, Event, Finished, Priority, Profile
from utterd.client.utterance import Utterance

MAX_DROPPED_SHOWN = 3

AGE_RANGE_S = (0.01, 86_400.0)

EXAMPLE = """utterd speak "Hello, world."
  utterd speak --now -s 1.2 -f letter.txt
  utterd speak --marks "One. [pause 500ms] Two."
  utterd speak --priority progress --replaces build "50 percent"
  utterd speak --follow -f story.txt
  fortune | utterd speak
  llm "Tell me a story." | utterd speak --stream"""


def make_parser() -> CommandParser:
    parser = CommandParser(
        "speak",
        description="Speak text, and return when it has been heard. Starts the daemon if none runs.",
        example=EXAMPLE,
    )
    _add_text_options(parser)
    _add_voice_options(parser)
    _add_queue_options(parser)
    add = parser.add_argument
    add("--no-wait", action="store_true", help="return at once, and print the utterance's id")
    add("--events", action="store_true", help="print what happens, word by word, one JSON object a line")
    add("--follow", action="store_true", help="show the text on the terminal, with the word that is being spoken")
    add("-o", "--output", type=Path, metavar="FILE.wav", help="into this file, not the loudspeaker")
    return parser


def _add_text_options(parser: CommandParser) -> None:
    add = parser.add_argument
    add("text", nargs="*", metavar="TEXT", help="what to speak; `-` or nothing: standard input; after `--`: as it is")
    add("-f", "--file", type=Path, metavar="FILE", help="speak the text of this UTF-8 file")
    add("--stream", action="store_true", help="speak standard input while it is being written")
    add("--profile", choices=get_args(Profile), default="prose", help="what kind of text it is")
    marks = parser.add_mutually_exclusive_group()
    marks.add_argument("--ssml", action="store_true", help="the text is SSML")
    marks.add_argument("--marks", action="store_true", help="the text has marks such as [pause 300ms]")


def _add_voice_options(parser: CommandParser) -> None:
    add = parser.add_argument
    add("-v", "--voice", metavar="VOICE", help="one of `utterd voices`, or a blend: af_slt*0.6+am_rms*0.4")
    add("-s", "--speed", type=number_between(*SPEED_RANGE), metavar="SPEED", help="0.5 to 3; 1 is the voice's own")
    add("--pitch", type=number_between(*PITCH_RANGE), metavar="SEMITONES", help="-12 to 12; 0 is the voice's own")
    add("-l", "--language", metavar="LANG", help="en-us, en-gb, es, fr-fr, it, pt-br, hi, auto; else the voice's own")
    add("--volume", type=number_between(*GAIN_RANGE), default=1.0, metavar="V", help="0 to 2; 1 is the voice's own")


def _add_queue_options(parser: CommandParser) -> None:
    add = parser.add_argument
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--now", action="store_true", help="instead of what is being spoken")
    place.add_argument("--next", action="store_true", help="before all that waits")
    place.add_argument("--priority", choices=get_args(Priority), help="where SSIP's rules put such a message")
    add("--replaces", default="", metavar="LABEL", help="drop what waits with the same label")
    add("--key", default="", metavar="KEY", help="only once: what came with the same key before stands for it")
    add("--group", default="", metavar="GROUP", help="stay together with others of this group")
    add("--client", default="", metavar="LABEL", help="whose it is: for the three above, and for `--mine`")
    add("--max-age", type=number_between(*AGE_RANGE_S), metavar="S", help="drop it if it waits for so many seconds")


def run(options: argparse.Namespace) -> int:
    check_options(options)
    try:
        finished = _carry_out(options)
    except UtteranceCancelled as cancelled:
        if cancelled.reason != "coalesced":  # that is what --replaces and --key ask for: another one stands for it
            raise
        return Exit.OK
    if finished:
        report_dropped(finished)
    return Exit.OK


def _carry_out(options: argparse.Namespace) -> Finished | None:
    """None: nobody waits for it."""
    if options.stream:
        from utterd.client.cli.streaming import speak_stream

        return speak_stream(options)
    text = read_text(options.text, options.file)
    if options.output:
        from utterd.client.cli.rendering import render

        return render(text, options)
    if options.follow:
        from utterd.client.cli.follow import speak_and_follow

        return speak_and_follow(text, speak_options(options))
    return _speak(text, options)


def _speak(text: str, options: argparse.Namespace) -> Finished | None:
    with Client(start=True) as client:
        utterance = client.speak(text, **speak_options(options))
        if options.no_wait:
            print(utterance.id)
            return None
        with utterance.stopped_on_error():
            return follow(utterance, options)


def follow(utterance: Utterance, options: argparse.Namespace) -> Finished:
    """Wait until it has been heard, printing its events if they are wanted."""
    for event in utterance.events():
        if options.events:
            print_event(event)
    return utterance.wait()


def print_event(event: Event) -> None:
    """One JSON object, one line, at once. Sound is left out: it is in the file."""
    import json
    from dataclasses import asdict

    if not isinstance(event, Audio):
        print(json.dumps({"event": type(event).__name__.lower(), **asdict(event)}), flush=True)


def report_dropped(finished: Finished) -> None:
    """Nothing is left out silently. Positions, not words: what is spoken stays out of terminals' histories."""
    if finished.dropped:
        shown = [
            f"{stretch.get('char_start')}-{stretch.get('char_end')} ({stretch.get('reason')})"
            for stretch in finished.dropped[:MAX_DROPPED_SHOWN]
        ]
        more = ["…"] if len(finished.dropped) > MAX_DROPPED_SHOWN else []
        complain(f"some characters made no sound: {', '.join(shown + more)}")
