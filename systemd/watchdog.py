"""systemd's watchdog: a service that gives no more signs of life is started anew. (sd_watchdog_enabled(3))"""

import asyncio
import os
from collections.abc import Mapping

from utterd.systemd.activation import notify

_MICROSECONDS = 1_000_000


def beat_interval_s(environ: Mapping[str, str] | None = None) -> float | None:
    """Seconds between two signs of life: half of what the unit allows, as sd_watchdog_enabled(3) advises.

    None: nobody waits for one.
    """
    env = os.environ if environ is None else environ
    limit = env.get("WATCHDOG_USEC", "")
    if not limit.isdecimal() or int(limit) == 0 or env.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    return int(limit) / _MICROSECONDS / 2


def keep_beating(loop: asyncio.AbstractEventLoop, interval_s: float) -> None:
    """Give a sign of life now, and then for as long as the loop turns."""
    notify("WATCHDOG=1")
    loop.call_later(interval_s, keep_beating, loop, interval_s)
