"""Warm: request received → first audible frame handed to the device, by the daemon's own clock (CLOCK_MONOTONIC).

The device is `null`, paced like a loudspeaker. Each text is new; there is no cache. An audible frame is one above
-50 dBFS, so leading silence counts as latency. Short and long texts, and the first sentence of each long one by itself,
take turns, so that all meet the same machine. That sentence says what length costs; the short text begins otherwise.
"""

import statistics
from typing import Any

from bench.texts import document, greetings
from tests.running_daemon import RunningDaemon
from utterd.client import Client
from utterd.client.messages import Started

_LONG_CHARACTERS = 20_000
_TARGET_MS = 20.0
_TARGET_RATIO = 1.25


def measure(repeats: int = 40) -> dict[str, Any]:
    """Medians and spread in milliseconds, and where the time went."""
    short_ms: list[float] = []
    long_ms: list[float] = []
    alone_ms: list[float] = []
    parts: list[dict[str, float]] = []
    with RunningDaemon("--device", "null") as daemon:
        daemon.wait_ready()
        with daemon.client() as client:
            handed_ms(client, "This one is not counted.")
            for number, greeting in enumerate(greetings(repeats)):
                short_ms.append(handed_ms(client, greeting))
                parts.append(client.status()["metrics"]["last_first_audio_ms"])
                text = document(_LONG_CHARACTERS, seed=number)
                long_ms.append(handed_ms(client, text))
                alone_ms.append(handed_ms(client, text[: text.index(".") + 1]))
    ratio = statistics.median(long_ms) / statistics.median(alone_ms)
    return {
        "short_ms": spread(short_ms),
        "long_ms": spread(long_ms),
        "first_sentence_alone_ms": spread(alone_ms),
        "long_to_first_sentence": round(ratio, 2),
        "stages_ms": _where(parts),
        "reached": statistics.median(short_ms) <= _TARGET_MS and ratio <= _TARGET_RATIO,
    }


def handed_ms(client: Client, text: str) -> float:
    """Request received → first audible frame handed to the device; the rest is stopped."""
    utterance = client.speak(text)
    for event in utterance.events():
        if isinstance(event, Started):
            assert event.handed_ms is not None
            utterance.stop()
            for _ in utterance.events():
                pass
            return event.handed_ms
    raise RuntimeError("nothing was heard")


def spread(values: list[float]) -> dict[str, float]:
    """Of milliseconds."""
    ordered = sorted(values)
    return {
        "median": round(statistics.median(ordered), 2),
        "p95": round(ordered[int(0.95 * (len(ordered) - 1))], 2),
        "max": round(ordered[-1], 2),
        "count": len(ordered),
    }


def _where(parts: list[dict[str, float]]) -> dict[str, float]:
    """Median time of each event since the request, in order."""
    names = parts[0].keys()
    return {name: round(statistics.median(part[name] for part in parts if name in part), 2) for name in names}
