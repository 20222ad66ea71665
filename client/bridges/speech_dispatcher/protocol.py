"""What speech-dispatcher tells an output module on standard input, and what is answered. No I/O.

Lines end with a line feed. A command of `BLOCKS` is answered at once; then come its lines, and a line with a dot alone.
The server waits for each answer but those of STOP and PAUSE. An event may stand between any two answers.
"""

from collections.abc import Iterator
from typing import Final

from utterd.config.record import record

BLOCKS: Final = {
    "AUDIO": "207 OK RECEIVING AUDIO SETTINGS",
    "CHAR": "202 OK RECEIVING MESSAGE",
    "KEY": "202 OK RECEIVING MESSAGE",
    "LOGLEVEL": "207 OK RECEIVING LOGLEVEL SETTINGS",
    "SET": "203 OK RECEIVING SETTINGS",
    "SOUND_ICON": "202 OK RECEIVING MESSAGE",
    "SPEAK": "202 OK RECEIVING MESSAGE",
}
"""Command that lines follow → what is answered before they come."""

LOADED: Final = "299-utterd is ready\n299 OK LOADED SUCCESSFULLY"
SPEAKING: Final = "200 OK SPEAKING"
SETTINGS_RECEIVED: Final = "203 OK SETTINGS RECEIVED"
AUDIO_INITIALIZED: Final = "203 OK AUDIO INITIALIZED"
LOGLEVEL_SET: Final = "203 OK LOGLEVEL SET"
VOICE_LIST_SENT: Final = "200 OK VOICE LIST SENT"
CANNOT_LIST_VOICES: Final = "304 CANT LIST VOICES"
PLAYS_ITSELF: Final = "300-utterd plays by itself\n300 MODULE ERROR"
"""Sound that went back through the server would start some milliseconds later, and stop 20 ms later (RIG.md 5)."""
QUIT: Final = "210 OK QUIT"
UNKNOWN: Final = "300 ERR UNKNOWN COMMAND"

BEGIN: Final = "701 BEGIN"
END: Final = "702 END"
STOPPED: Final = "703 STOP"
PAUSED: Final = "704 PAUSE"
"""Each message ends with exactly one of these three."""


def index_mark(name: str) -> str:
    return f"700-{name}\n700 INDEX MARK"


@record
class Command:
    """One line, such as `STOP`, or `DEBUG` with its arguments. One of `BLOCKS` is to be answered, and comes again."""

    name: str
    arguments: str = ""


@record
class Block:
    """A command and the lines that followed it, without the dot that ended them."""

    name: str
    lines: tuple[str, ...]


class CommandReader:
    """Bytes in, commands out."""

    def __init__(self) -> None:
        self._rest = b""
        self._open: str | None = None
        """The command whose lines are coming."""
        self._lines: list[str] = []

    def feed(self, data: bytes) -> Iterator[Command | Block]:
        """What became complete with `data`, in order."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            if item := self._take(line.decode("utf-8", "replace")):
                yield item

    def _take(self, line: str) -> Command | Block | None:
        if self._open is None:
            name, _, arguments = line.strip().partition(" ")
            if name in BLOCKS:
                self._open = name
            return Command(name=name, arguments=arguments)
        if line != ".":
            self._lines.append(line.removeprefix("."))  # a dot at the beginning was doubled
            return None
        block = Block(name=self._open, lines=tuple(self._lines))
        self._open, self._lines = None, []
        return block
