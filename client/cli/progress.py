"""A progress bar for renderings that take a while, on a terminal only."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self, TextIO

from utterd.client.messages import Audio, Event
from utterd.client.wavfile import SAMPLE_BYTES, SAMPLE_RATE_HZ

PATIENCE_S = 1.0
"""Shorter work needs no bar."""

REDRAW_S = 0.1

WIDTH = 30

ERASE_LINE = "\r\x1b[K"


class Progress:
    """How far a rendering has come: a bar if the daemon tells how far into the text it is, seconds of sound if not."""

    def __init__(self, stream: TextIO | None, *, characters: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream if stream is not None and stream.isatty() else None
        self._characters = characters
        self._clock = clock
        self._next_draw_s = clock() + PATIENCE_S
        self._is_drawn = False
        self._sound_bytes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stream and self._is_drawn:
            self._write(ERASE_LINE)

    def show(self, event: Event) -> None:
        """Take in an event, and redraw if it is time."""
        if not isinstance(event, Audio):
            return
        self._sound_bytes += len(event.pcm)
        if self._stream and self._clock() >= self._next_draw_s:
            self._next_draw_s = self._clock() + REDRAW_S
            self._is_drawn = True
            self._write(ERASE_LINE + self._line(event.char_end))

    def _line(self, char_end: int | None) -> str:
        minutes, seconds = divmod(int(self._sound_bytes / SAMPLE_BYTES / SAMPLE_RATE_HZ), 60)
        length = f"{minutes}:{seconds:02} of speech"
        if char_end is None:
            return length
        share = min(1.0, char_end / self._characters)
        bar = "#" * int(share * WIDTH)
        return f"[{bar:<{WIDTH}}] {share:4.0%}  {length}"

    def _write(self, text: str) -> None:
        assert self._stream
        self._stream.write(text)
        self._stream.flush()
