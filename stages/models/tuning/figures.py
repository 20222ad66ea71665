"""What a probe found: how soon a candidate spoke, and how fast; or why it did not."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any, Final, Self

import numpy as np

from utterd.stages.models.tuning.guard import Readings


class Clock(Enum):
    """Which of the two times counts."""

    WALL = "wall"
    """What a listener waits for."""
    PROCESSOR = "processor"
    """The process's own: of one thread, what it takes when nothing else runs (PERFORMANCE.md, method)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One text, spoken once, window by window."""

    wall_ms: tuple[float, ...]
    """When each window was ready, since the text was asked for."""
    processor_ms: tuple[float, ...]
    window_ms: tuple[float, ...]
    """How long each sounds."""

    def ready_ms(self, clock: Clock) -> tuple[float, ...]:
        return self.wall_ms if clock is Clock.WALL else self.processor_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """One text, the medians of its runs."""

    wall: "Ready"
    processor: "Ready"
    window_ms: tuple[float, ...]
    """How long each sounds."""

    @classmethod
    def of(cls, runs: Sequence[Run]) -> Self:
        """Of the same text and candidate, so of the same windows."""
        wall, processor = (Ready.of([run.ready_ms(clock) for run in runs]) for clock in Clock)
        return cls(wall=wall, processor=processor, window_ms=runs[0].window_ms)

    def by(self, clock: Clock) -> "Ready":
        return self.wall if clock is Clock.WALL else self.processor

    def real_time_factor(self, clock: Clock) -> float:
        return self.by(clock).last_ms / sum(self.window_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """When the windows of a text are ready, by one clock."""

    first_ms: float
    """Since it was asked for: text half, decoder and first window."""
    later_ms: tuple[float, ...]
    """Each further window, since the one before."""

    @property
    def last_ms(self) -> float:
        return self.first_ms + sum(self.later_ms)

    @classmethod
    def of(cls, runs: Sequence[tuple[float, ...]]) -> Self:
        first, *later = np.median(np.diff(runs, axis=1, prepend=0.0), axis=0).tolist()
        return cls(first_ms=first, later_ms=tuple(later))


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A candidate that speaks."""

    timings: Mapping[str, Timing]
    """Text -> how long it took."""
    load: "Load"
    memory_mb: float
    """The most that the process ever held, ONNX Runtime's own 60 MB or so included."""
    readings: Readings = field(default_factory=dict, repr=False)
    """What the guard compares."""

    def as_json(self) -> dict[str, Any]:
        """Without the readings."""
        return {
            "load": _rounded(asdict(self.load)),
            "memory_mb": round(self.memory_mb, 1),
            "texts": {name: _rounded(asdict(timing)) for name, timing in self.timings.items()},
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Without readings. Raises KeyError, TypeError or AttributeError for what `as_json` did not make."""
        timings = {
            name: Timing(
                wall=Ready(**_tuples(each["wall"])),
                processor=Ready(**_tuples(each["processor"])),
                window_ms=tuple(each["window_ms"]),
            )
            for name, each in values["texts"].items()
        }
        return cls(timings=timings, load=Load(**values["load"]), memory_mb=values["memory_mb"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How long it takes from the files to sessions that have run once, by either clock."""

    wall_ms: float
    processor_ms: float

    def by(self, clock: Clock) -> float:
        return self.wall_ms if clock is Clock.WALL else self.processor_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A candidate that does not: it crashed, hung, or made something that is no speech."""

    reason: str
    """Half a sentence for people, such as "it gave no answer within 60 s"."""


Outcome = Measured | Failed

_DIGITS: Final = 3


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, _DIGITS)
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    return [_rounded(each) for each in value] if isinstance(value, list | tuple) else value


def _tuples(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
