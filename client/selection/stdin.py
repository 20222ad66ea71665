"""A selection that is handed over on standard input, as macOS's Services do: nothing is read from any program."""

import sys

from utterd.client.selection import SelectionUnavailable


def is_available() -> bool:
    """Has this process a standard input that is not a terminal?"""
    return sys.stdin is not None and not sys.stdin.isatty()


def read() -> str:
    """All of it.

    Raises:
        SelectionUnavailable: there is no standard input, or it cannot be read.
    """
    if not is_available():
        raise SelectionUnavailable("no text was handed over on standard input")
    try:
        return sys.stdin.buffer.read().decode("utf-8", "replace")
    except OSError as error:
        raise SelectionUnavailable(f"standard input cannot be read: {error.strerror or error}") from error
