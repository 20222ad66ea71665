"""A client in a process of its own that renders a long text and drops the sound: it keeps inference busy.

For each line on its standard input it asks for one rendering, of 1,000,000 characters, and reads it until it ends.
"""

import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.texts import document
from utterd.client import Client

_CHARACTERS = 1_000_000


class RenderingClient:
    """A context: ended at its end."""

    def __init__(self, socket: Path) -> None:
        command = [sys.executable, "-m", "bench.rendering_client", str(socket)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def begin(self) -> None:
        """Ask for a rendering; returns when the first of its sound has come."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        self._process.stdout.readline()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.kill()
        self._process.communicate()


def main() -> None:
    with Client(sys.argv[1]) as client:
        for number, _ in enumerate(sys.stdin):
            events = client.speak(document(_CHARACTERS, seed=number), destination="client").events()
            next(events)
            print("begun", flush=True)
            for _ in events:
                pass


if __name__ == "__main__":
    main()
