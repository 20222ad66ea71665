"""When has nobody needed the daemon for long enough to end it? Only where a service manager starts it again."""

import asyncio
import time
from collections.abc import Callable

_LOOKS = 20
"""In the time allowed: how exact the end is, against waking up for nothing."""


class IdleLimit:
    """Belongs to the event loop."""

    def __init__(self, limit_s: float, is_used: Callable[[], bool]) -> None:
        """`limit_s`: 0 is no limit. `is_used`: whether somebody is connected, or something is to be spoken."""
        self._limit_s = limit_s
        self.is_used = is_used
        self._last_use_s = time.monotonic()

    def touch(self) -> None:
        """Somebody came, however briefly."""
        self._last_use_s = time.monotonic()

    async def reached(self) -> None:
        """Return when nobody has used the daemon for as long as the limit says; never if there is none."""
        if self._limit_s <= 0:
            await asyncio.Event().wait()
        while True:
            if self.is_used():
                self.touch()
            left_s = self._last_use_s + self._limit_s - time.monotonic()
            if left_s <= 0:
                return
            await asyncio.sleep(min(left_s, self._limit_s / _LOOKS))
