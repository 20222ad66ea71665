"""Figures for `utterd status`. Nothing has a value before something was measured."""

from collections import deque
from typing import Any

_KEPT = 1000
"""Measurements a figure is computed from: the latest ones."""


class Distribution:
    """The latest measurements of one quantity."""

    def __init__(self) -> None:
        self._values: deque[float] = deque(maxlen=_KEPT)
        self._count = 0

    def add(self, value: float) -> None:
        self._values.append(value)
        self._count += 1

    def summary(self) -> dict[str, float] | None:
        """Count of all, and quantiles of the latest; None if there were none."""
        if not self._values:
            return None
        ordered = sorted(self._values)
        return {
            "count": self._count,
            "p50": round(_quantile(ordered, 0.50), 3),
            "p95": round(_quantile(ordered, 0.95), 3),
            "p99": round(_quantile(ordered, 0.99), 3),
            "max": round(ordered[-1], 3),
        }


class Metrics:
    """Everything the daemon counts. Belongs to the event loop."""

    def __init__(self) -> None:
        self.first_audio_ms = Distribution()
        """Request received → first audible frame handed to the device, of utterances that did not have to wait."""
        self.real_time_factor = Distribution()
        """Seconds in the model for a second of audio, unit by unit."""
        self.underruns = 0

    def summary(self) -> dict[str, Any]:
        return {
            "first_audio_ms": self.first_audio_ms.summary(),
            "rtf": self.real_time_factor.summary(),
            "underruns": self.underruns,
            "cache": None,
        }


def _quantile(ordered: list[float], share: float) -> float:
    """Linear between the two nearest ranks."""
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
