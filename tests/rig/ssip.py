"""A client of speech-dispatcher that speaks its protocol, SSIP, by hand: what a screen reader does, with every event.

client.set("OUTPUT_MODULE", "utterd")
message = client.speak("Hello.")
client.wait_for(message, "END")
"""

import itertools
import socket
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

EVENTS = {"700": "MARK", "701": "BEGIN", "702": "END", "703": "CANCEL", "704": "PAUSE", "705": "RESUME"}

HANG_GUARD_S = 60.0

_numbers = itertools.count()


class SsipError(Exception):
    """The server said no."""


@dataclass(frozen=True, slots=True)
class Event:
    """What the server told of a message."""

    at_s: float
    """Of `time.monotonic()`."""
    message: int
    kind: str
    """One of the values of EVENTS."""
    mark: str = ""


class SsipClient:
    """One connection. A thread of its own reads, so that no event waits behind a command."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(path))
        self._changed = threading.Condition()
        self._replies: list[list[str]] = []
        self.events: list[Event] = []
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        self.command(f"SET self CLIENT_NAME rig:test:{next(_numbers)}")
        self.command("SET self NOTIFICATION ALL on")

    @staticmethod
    def accepts(path: Path) -> bool:
        """Does a server listen there?"""
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(path))
            except OSError:
                return False
        return True

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def command(self, line: str) -> list[str]:
        """Send it; the lines of the reply.

        Raises:
            SsipError: the server refused it.
        """
        self._socket.sendall(line.encode() + b"\r\n")
        with self._changed:
            if not self._changed.wait_for(lambda: self._replies, HANG_GUARD_S):
                raise TimeoutError(f"no reply to {line.split()[:2]}")
            reply = self._replies.pop(0)
        if reply[-1][0] != "2":
            raise SsipError(reply[-1])
        return reply

    def set(self, name: str, value: str) -> None:
        self.command(f"SET self {name} {value}")

    def speak(self, text: str) -> int:
        """The message's number."""
        self.command("SPEAK")
        lines = ["." + line if line.startswith(".") else line for line in text.splitlines()]
        return _number(self.command("\r\n".join([*lines, "."])))

    def char(self, character: str) -> int:
        return _number(self.command(f"CHAR {'space' if character == ' ' else character}"))

    def key(self, name: str) -> int:
        return _number(self.command(f"KEY {name}"))

    def sound_icon(self, name: str) -> int:
        return _number(self.command(f"SOUND_ICON {name}"))

    def events_of(self, message: int) -> list[Event]:
        with self._changed:
            return [event for event in self.events if event.message == message]

    def wait_for(self, message: int, *kinds: str, timeout_s: float = HANG_GUARD_S) -> Event:
        """The first event of one of these kinds, when it has come.

        Raises:
            TimeoutError: it has not; the message says what has.
        """
        found: list[Event] = []

        def has_come() -> bool:
            found[:] = [event for event in self.events if event.message == message and event.kind in kinds]
            return bool(found)

        with self._changed:
            if not self._changed.wait_for(has_come, timeout_s):
                raise TimeoutError(f"no {kinds} within {timeout_s} s, but {self.events}")
        return found[0]

    def _read(self) -> None:
        lines: list[str] = []
        with self._socket.makefile("rb") as stream:
            for raw in stream:
                line = raw.decode().rstrip("\r\n")
                lines.append(line)
                if line[3:4] == "-":
                    continue
                with self._changed:
                    self._sort_in(lines)
                    self._changed.notify_all()
                lines = []

    def _sort_in(self, lines: list[str]) -> None:
        code = lines[-1][:3]
        if code not in EVENTS:
            self._replies.append(lines)
            return
        mark = lines[2][4:] if code == "700" else ""
        self.events.append(Event(time.monotonic(), int(lines[0][4:]), EVENTS[code], mark))


def _number(reply: list[str]) -> int:
    return int(reply[0].partition("-")[2])
