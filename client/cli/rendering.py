"""`utterd speak -o FILE`: the text becomes a file, with a progress bar if that takes a while."""

import argparse
import sys
from pathlib import Path

from utterd.client.cli.exits import CommandError, Exit
from utterd.client.cli.progress import Progress
from utterd.client.cli.speak import print_event
from utterd.client.cli.speak_options import render_options
from utterd.client.connection import Client
from utterd.client.errors import FileUnwritable
from utterd.client.messages import Event, Finished
from utterd.client.wavfile import WavFile


def render(text: str, options: argparse.Namespace) -> Finished:
    """Write the file `options.output`.

    Raises:
        CommandError: it cannot be written; found before the daemon is even looked for.
    """
    _check_output(options.output)
    with Client(start=True) as client, Progress(sys.stderr, characters=len(text)) as progress:

        def on_event(event: Event) -> None:
            progress.show(event)
            if options.events:
                print_event(event)

        return client.render(text, options.output, on_event=on_event, **render_options(options))


def _check_output(path: Path) -> None:
    """A long rendering must not end in "permission denied"."""
    if str(path) == "-":
        raise CommandError(Exit.USAGE, "a WAV file cannot be written to a pipe; name a file")
    if path.suffix.lower() in (".mp3", ".ogg", ".opus", ".flac", ".m4a", ".aac"):
        raise CommandError(Exit.USAGE, f"only WAV files are written; name it {path.with_suffix('.wav').name}")
    try:
        with WavFile(path):
            pass
    except FileUnwritable as error:
        raise CommandError(Exit.USAGE, str(error)) from None
