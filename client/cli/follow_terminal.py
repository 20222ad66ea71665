"""The terminal that `utterd speak --follow` draws on: taken over for a while, and given back as it was.

It is the alternate screen: what was spoken does not stay in the terminal's history.
"""

import os
import signal
import sys
import termios
import tty
from collections.abc import Callable
from contextlib import suppress
from enum import Enum, auto
from select import select
from types import FrameType, TracebackType
from typing import Final, Self

from utterd.client.cli.exits import CommandError, Exit

TAKE_OVER: Final = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[0m\x1b[2J"
"""The alternate screen, no cursor, no wrapping at the edge, no attributes, empty."""
GIVE_BACK: Final = "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l"

SMALLEST: Final = (1, 1)

ENDED_BY_SIGTERM: Final = 128 + signal.SIGTERM


class Key(Enum):
    """What a listener presses."""

    PAUSE = auto()
    BACK = auto()
    FORWARD = auto()
    FASTER = auto()
    SLOWER = auto()
    STOP = auto()


KEYS: Final[dict[bytes, Key]] = {
    b" ": Key.PAUSE,
    b"\x1b[D": Key.BACK,
    b"\x1bOD": Key.BACK,
    b"\x1b[C": Key.FORWARD,
    b"\x1bOC": Key.FORWARD,
    b"+": Key.FASTER,
    b"=": Key.FASTER,
    b"-": Key.SLOWER,
    b"q": Key.STOP,
}


class Terminal:
    """A context. Not for two threads at once, but for `wake`."""

    def __init__(self) -> None:
        """
        Raises:
            CommandError: there is nothing to draw on.
        """
        if sys.stdout is None or not sys.stdout.isatty() or os.environ.get("TERM", "dumb") == "dumb":
            raise CommandError(
                Exit.USAGE,
                "words are followed on a terminal, and this is none; `utterd speak --events` is for programs",
            )
        self._out = sys.stdout.fileno()
        self._encoding = sys.stdout.encoding or "utf-8"
        self._keyboard = _open_keyboard()
        self._wake_end, self._wake = os.pipe()
        for end in (self._wake_end, self._wake):
            os.set_blocking(end, False)
        self._before: list[int | list[bytes | int]] | None = None
        self._handlers: dict[int, Callable[[int, FrameType | None], object] | int | None] = {}
        self._drawn = list[str]()
        self._typed = b""
        self._is_to_suspend = False

    def __enter__(self) -> Self:
        for number in (signal.SIGTERM, signal.SIGWINCH, signal.SIGTSTP, signal.SIGCONT):
            self._handlers[number] = signal.signal(number, self._on_signal)
        self._take_over()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._give_back()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        for end in {self._wake_end, self._wake, *self._keyboard}:
            os.close(end)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in cells; at least 1."""
        try:
            columns, lines = os.get_terminal_size(self._out)
        except OSError:
            return SMALLEST
        return max(1, columns), max(1, lines)

    def draw(self, rows: list[str]) -> None:
        """Show these rows; only those that have changed are sent."""
        sent = list[str]()
        for number, row in enumerate(rows):
            if number >= len(self._drawn) or self._drawn[number] != row:
                sent.append(f"\x1b[{number + 1};1H\x1b[2K{row}")
        self._drawn = rows
        self._send("".join(sent))

    def wait(self) -> list[Key]:
        """Return when keys were pressed, the terminal changed, or somebody called `wake`: the keys."""
        readable, _, _ = select([self._wake_end, *self._keyboard], [], [])
        if self._wake_end in readable:
            with suppress(BlockingIOError):
                os.read(self._wake_end, 4096)
        if self._is_to_suspend:
            self._suspend()
        return self._read_keys() if set(readable) & set(self._keyboard) else []

    def wake(self) -> None:
        """End a `wait`. Any thread may call this."""
        with suppress(BlockingIOError, OSError):  # full: it is awake. Closed: it is over
            os.write(self._wake, b"\0")

    def _read_keys(self) -> list[Key]:
        data = os.read(self._keyboard[0], 1024)
        if not data:  # it has been hung up
            os.close(self._keyboard.pop())
            return []
        self._typed += data
        keys = list[Key]()
        while self._typed:
            found = next((code for code in KEYS if self._typed.startswith(code)), None)
            if found:
                keys.append(KEYS[found])
            elif any(code.startswith(self._typed) for code in KEYS):
                break  # the rest of it is still to come
            self._typed = self._typed[len(found or b"?") :]
        return keys

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if number == signal.SIGTERM:
            raise SystemExit(ENDED_BY_SIGTERM)
        if number == signal.SIGTSTP:
            self._is_to_suspend = True
        self._drawn = []
        self.wake()

    def _suspend(self) -> None:
        """Ctrl-Z. Speech goes on, as it does under every suspended client."""
        self._is_to_suspend = False
        self._give_back()
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, self._on_signal)
        self._take_over()

    def _take_over(self) -> None:
        if self._keyboard:
            self._before = termios.tcgetattr(self._keyboard[0])
            tty.setcbreak(self._keyboard[0], termios.TCSANOW)  # Ctrl-C and Ctrl-Z go on as signals
        self._drawn = []
        self._send(TAKE_OVER)

    def _give_back(self) -> None:
        with suppress(OSError, termios.error):  # the terminal is gone
            self._send(GIVE_BACK)
            if self._before and self._keyboard:
                termios.tcsetattr(self._keyboard[0], termios.TCSANOW, self._before)

    def _send(self, text: str) -> None:
        data = text.encode(self._encoding, "replace")
        while data:
            data = data[os.write(self._out, data) :]


def _open_keyboard() -> list[int]:
    """A descriptor of its own, as standard input may be the text; none where nobody can type."""
    try:
        return [os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)]
    except OSError:
        return []
