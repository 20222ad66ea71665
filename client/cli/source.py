"""Where the text to speak comes from: arguments, a file, or standard input. Never more of it than may be spoken."""

import codecs
import os
import sys
from pathlib import Path
from typing import BinaryIO

from utterd.client.cli.exits import CommandError, Exit
from utterd.client.messages import MAX_TEXT_CODE_POINTS

MAX_BYTES_PER_CODE_POINT = 4

STDIN = "-"


def read_text(words: list[str], file: Path | None) -> str:
    """The text, which has something in it and is not too long.

    Raises:
        CommandError: there is none, it cannot be read, or it cannot be spoken.
    """
    if file is not None:
        if words:
            raise CommandError(Exit.USAGE, "text given twice: as words and with --file; give one of them")
        text = _read_file(file)
    elif words and words != [STDIN]:
        text = _checked_words(" ".join(words))
    else:
        text = _read_stdin(asked_for=bool(words))
    if not text.strip():
        raise CommandError(Exit.USAGE, "there is nothing to speak: the text is empty")
    if len(text) > MAX_TEXT_CODE_POINTS:
        raise _too_long()
    return text


def _checked_words(text: str) -> str:
    """Python smuggles bytes of arguments that are not UTF-8 as lone surrogates; the daemon would not take them."""
    return _decode(os.fsencode(text), "the text in the arguments", is_all=True)


def _read_file(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return _read(stream, str(path))
    except IsADirectoryError:
        raise CommandError(Exit.USAGE, f"{path} is a folder; name a text file in it") from None
    except FileNotFoundError:
        raise CommandError(Exit.USAGE, f"there is no file {path}; check the name") from None
    except OSError as error:
        raise CommandError(Exit.USAGE, f"cannot read {path}: {error.strerror or error}") from None


def _read_stdin(*, asked_for: bool) -> str:
    if sys.stdin is None or (sys.stdin.isatty() and not asked_for):
        raise CommandError(Exit.USAGE, "nothing to speak: give text, --file FILE, or pipe text in")
    try:
        return _read(sys.stdin.buffer, "standard input")
    except OSError as error:
        raise CommandError(Exit.USAGE, f"cannot read standard input: {error.strerror or error}") from None


def _read(stream: BinaryIO, name: str) -> str:
    # So many bytes hold at least one code point too many, if they are there at all.
    enough = (MAX_TEXT_CODE_POINTS + 1) * MAX_BYTES_PER_CODE_POINT
    data = stream.read(enough)
    return _decode(data, name, is_all=len(data) < enough)


def _decode(data: bytes, name: str, *, is_all: bool) -> str:
    """`is_all`: nothing follows, so that a character cut off at the end is an error."""
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(data, final=is_all)
    except UnicodeDecodeError as error:
        sentence = f"{name} is not UTF-8: byte 0x{data[error.start]:02x} at offset {error.start}; convert it with iconv"
        raise CommandError(Exit.USAGE, sentence) from None


def _too_long() -> CommandError:
    limit = f"{MAX_TEXT_CODE_POINTS:,}"
    return CommandError(Exit.USAGE, f"the text is longer than {limit} characters; split it into parts")
