"""`utterd speak --stream`: standard input is spoken while it is being written."""

import argparse
import codecs
import itertools
import os
import sys
from collections.abc import Iterable, Iterator
from threading import Thread

from utterd.client.cli.exits import CommandError, Exit
from utterd.client.cli.speak import follow
from utterd.client.cli.speak_options import speak_options
from utterd.client.connection import Client
from utterd.client.errors import UtterdError
from utterd.client.messages import Finished
from utterd.client.utterance import Stream

PIECE_BYTES = 65_536

MAX_BLANK = 1_000_000
"""Characters; whoever writes so many spaces writes nothing else."""


def speak_stream(options: argparse.Namespace) -> Finished | None:
    """None: nobody waits for it.

    Raises:
        CommandError: there is no text, or it is not UTF-8.
    """
    pieces = _read_pieces(_open_stdin(asked_for=bool(options.text)))
    beginning = _read_beginning(pieces)
    with Client(start=True) as client, client.stream(**speak_options(options)) as stream:
        pump = _Pump(stream, itertools.chain([beginning], pieces))
        if options.no_wait:
            print(stream.id, flush=True)
            pump.write_all()
            return None
        pump.start()
        try:
            return follow(stream, options)
        except UtterdError as error:
            raise pump.problem or error from None


class _Pump(Thread):
    """Writes pieces to a stream as they come, while another thread follows its events."""

    def __init__(self, stream: Stream, pieces: Iterable[str]) -> None:
        super().__init__(daemon=True)  # it may wait for input for ever
        self._stream = stream
        self._pieces = pieces
        self.problem: UtterdError | CommandError | None = None
        """Why the text could not be written to its end; set before the utterance is stopped for it."""

    def run(self) -> None:
        try:
            self.write_all()
        except (UtterdError, CommandError) as problem:
            self.problem = problem
            self._stream.stop_if_unfinished()

    def write_all(self) -> None:
        for piece in self._pieces:
            self._stream.write(piece)
        self._stream.end()


def _open_stdin(*, asked_for: bool) -> int:
    """Its descriptor: buffered reading would wait for more than there is."""
    if sys.stdin is None or (sys.stdin.isatty() and not asked_for):
        raise CommandError(Exit.USAGE, "nothing to speak: pipe text in, or write `-` to type it")
    return sys.stdin.fileno()


def _read_beginning(pieces: Iterator[str]) -> str:
    """Up to the first piece that is not blank: before that there is nothing to bother the daemon with."""
    read, length = list[str](), 0
    for piece in pieces:
        read.append(piece)
        length += len(piece)
        if not piece.isspace():
            return "".join(read)
        if length > MAX_BLANK:
            break
    raise CommandError(Exit.USAGE, "there is nothing to speak: the text is empty")


def _read_pieces(descriptor: int) -> Iterator[str]:
    """What has come, as soon as it has; never half a character."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while data := os.read(descriptor, PIECE_BYTES):
            if piece := decoder.decode(data):
                yield piece
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise CommandError(Exit.USAGE, "standard input is not UTF-8; convert it with iconv") from None
    except OSError as error:
        raise CommandError(Exit.USAGE, f"cannot read standard input: {error.strerror or error}") from None
