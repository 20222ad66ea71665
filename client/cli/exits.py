"""What the command says, and exits with, when something is wrong: one line, one code."""

import sys
from enum import IntEnum

from utterd.client.errors import (
    ConnectionLost,
    DaemonUnavailable,
    ProtocolError,
    RequestRefused,
    UtteranceCancelled,
    UtteranceFailed,
    UtterdError,
)

BAD_INPUT_CODES = frozenset(
    {
        "bad_field",
        "bad_markup",
        "empty_text",
        "message_too_long",
        "nothing_to_speak",
        "text_too_long",
        "unknown_language",
        "unknown_voice",
    }
)
"""ErrorCodes that the user's own words caused: written out, as messages.py is slow to import for a usage error."""


class Exit(IntEnum):
    """Exit codes of every command."""

    OK = 0
    BROKEN = 1
    """`doctor` found something."""
    USAGE = 2
    """Bad input or bad usage; nothing was done."""
    NO_DAEMON = 3
    REFUSED = 4
    FAILED = 5
    """It began, and could not be finished."""
    INTERRUPTED = 130
    BROKEN_PIPE = 141


class CommandError(Exception):
    """A command ends here: the sentence for the user, and the code."""

    def __init__(self, code: Exit, message: str) -> None:
        super().__init__(message)
        self.code = code


def complain(message: str) -> None:
    """One line on stderr, whatever is in `message`: it may come from the other side of a socket."""
    line = "".join(character if character.isprintable() else " " for character in message)
    print(f"utterd: {line.strip()}", file=sys.stderr)


def exit_for(error: UtterdError) -> Exit:
    """The code for an error of the client."""
    match error:
        case RequestRefused(code=code) | ProtocolError(code=code):
            return Exit.USAGE if code in BAD_INPUT_CODES else Exit.REFUSED
        case UtteranceFailed(code=code):
            return Exit.USAGE if code == "nothing_to_speak" else Exit.FAILED
        case UtteranceCancelled():
            return Exit.INTERRUPTED
        case ConnectionLost():
            return Exit.FAILED
        case DaemonUnavailable():
            return Exit.NO_DAEMON
    return Exit.FAILED
