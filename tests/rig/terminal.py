"""A program in a terminal of its own: a pseudo-terminal, and pyte as the emulator whose screen is looked at."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Mapping
from select import select
from types import TracebackType
from typing import Any, Self

import pyte
from waiting import wait_until

TAKE_TERMINAL = (
    "import fcntl, os, sys, termios; os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "os.execvp(sys.argv[1], sys.argv[1:])"
)
"""So that /dev/tty is this terminal."""

EXIT_GUARD_S = 60.0


class TerminalProgram:
    """A context; the program is killed at its end if it still runs."""

    def __init__(self, *command: str | os.PathLike[str], environ: Mapping[str, str], width: int = 60, height: int = 12):
        self.sent = b""
        """All that the program has written."""
        self._master, self._slave = pty.openpty()
        self._screen = pyte.Screen(width, height)
        self._stream = pyte.ByteStream(self._screen)
        self._guard = threading.Lock()
        self._set_size(width, height)
        self.attributes_before = termios.tcgetattr(self._slave)
        self.process = subprocess.Popen(
            [sys.executable, "-c", TAKE_TERMINAL, *map(os.fspath, command)],
            env={"TERM": "xterm-256color", **environ},
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(EXIT_GUARD_S)
        os.close(self._slave)
        self._reader.join(EXIT_GUARD_S)
        os.close(self._master)
        if error is not None:
            sys.stderr.write("\n".join(self.lines()))

    @property
    def attributes(self) -> list[Any]:
        """Of the terminal: as `termios.tcgetattr` has them."""
        return termios.tcgetattr(self._slave)

    @property
    def is_cursor_shown(self) -> bool:
        with self._guard:
            return not self._screen.cursor.hidden

    def lines(self) -> list[str]:
        with self._guard:
            return [line.rstrip() for line in self._screen.display]

    def highlighted(self) -> str:
        """What stands in reverse above the last line."""
        with self._guard:
            rows = range(self._screen.lines - 1)
            cells = (self._screen.buffer[row][column] for row in rows for column in range(self._screen.columns))
            return "".join(cell.data for cell in cells if cell.reverse)

    def shows(self, text: str) -> bool:
        return any(text in line for line in self.lines())

    def wait_for(self, text: str) -> None:
        wait_until(lambda: self.shows(text), what=f"{text!r} on the terminal")

    def press(self, keys: bytes) -> None:
        os.write(self._master, keys)

    def resize(self, width: int, height: int) -> None:
        with self._guard:
            self._screen.resize(height, width)
        self._set_size(width, height)

    def wait(self) -> int:
        """Its exit status, when all that it wrote has been read."""
        status = self.process.wait(EXIT_GUARD_S)
        wait_until(self._is_read, what="the last of what the program wrote")
        return status

    def _is_read(self) -> bool:
        with self._guard:
            return not select([self._master], [], [], 0)[0]

    def _set_size(self, width: int, height: int) -> None:
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def _read(self) -> None:
        while True:
            select([self._master], [], [])
            with self._guard:
                try:
                    data = os.read(self._master, 65536)
                except OSError:  # the last one has closed it
                    return
                self.sent += data
                self._stream.feed(data)
