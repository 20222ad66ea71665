"""Cold: `python -m utterd.daemon` started → first audible frame of a request that waited for it.

Counted from just before the process is started, by this process's clock, to the frame's own time stamp.
"""

import statistics
import time
from typing import Any

from bench.texts import greetings
from tests.running_daemon import RunningDaemon
from utterd.client.messages import Started

_TARGET_S = 1.5


def measure(repeats: int = 5) -> dict[str, Any]:
    """Seconds."""
    times = [_once(text) for text in greetings(repeats)]
    return {
        "median_s": round(statistics.median(times), 3),
        "max_s": round(max(times), 3),
        "count": repeats,
        "reached": statistics.median(times) <= _TARGET_S,
    }


def _once(text: str) -> float:
    begun = time.monotonic()
    daemon = RunningDaemon("--device", "null")
    with daemon, daemon.client() as client:
        sent = time.monotonic()
        for event in client.speak(text).events():
            if isinstance(event, Started):
                assert event.handed_ms is not None
                return sent - begun + event.handed_ms / 1000
    raise RuntimeError("nothing was heard")
