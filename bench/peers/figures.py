"""What was measured, in one figure a question."""

import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from bench.peers.measure import Measured
from bench.peers.spec import BEGUN, STREAM, EngineSpec, Spoken

Clock = Literal["wall", "cpu"]
"""`cpu` is for a machine that is busy with something else: an engine of one thread then tells its processor time, which
is what it would take alone. With more threads time on the wall is the only one there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of one engine in one setting; seconds, MB, medians."""

    spec: EngineSpec
    what: str
    first_s: dict[str, float]
    """Prompt → until the first sound."""
    total_s: dict[str, float]
    """Prompt → until the last. Of the quicker one, where there are two ways."""
    rtf: dict[str, float]
    """Prompt → seconds of work for a second of sound."""
    audio_s: dict[str, float]
    load_s: float
    import_s: float
    loaded_mb: float
    spoken_mb: float | None
    """After 500 tokens in one piece, at rest; not measured in every setting."""
    mapped_mb: float | None
    """Of that, what is mapped from files."""

    def as_json(self) -> dict[str, Any]:
        values = {name: _rounded(getattr(self, name)) for name in self.__slots__ if name != "spec"}
        return {"engine": self.spec.engine, "threads": self.spec.threads or "default", **values}


def figures_of(measured: Measured, clock: Clock) -> Figures:
    """Of an engine that has spoken."""
    spec = measured.spec
    is_cpu = clock == "cpu" and spec.threads == 1
    begun: dict[str, list[Spoken]] = {}
    total: dict[str, float] = {}
    rtf: dict[str, float] = {}
    audio: dict[str, float] = {}
    for (prompt, how), runs in measured.spoken.items():
        if how in (STREAM, BEGUN):
            begun.setdefault(prompt, []).extend(runs)
        if how == BEGUN:
            continue
        taken = _median(runs, lambda run: run.total_cpu_s if is_cpu else run.total_s)
        if taken < total.get(prompt, float("inf")):
            total[prompt] = taken
            audio[prompt] = _median(runs, lambda run: run.audio_s)
            rtf[prompt] = taken / audio[prompt]
    return Figures(
        spec=spec,
        what=measured.loads[0].what,
        first_s={
            prompt: _median(runs, lambda run: run.first_cpu_s if is_cpu else run.first_s)
            for prompt, runs in begun.items()
        },
        total_s=total,
        rtf=rtf,
        audio_s=audio,
        load_s=statistics.median(load.load_cpu_s if is_cpu else load.load_s for load in measured.loads),
        import_s=statistics.median(load.import_s for load in measured.loads),
        loaded_mb=statistics.median(load.rss_mb for load in measured.loads),
        spoken_mb=measured.after_memory.rss_mb if measured.after_memory else None,
        mapped_mb=measured.after_memory.mapped_mb if measured.after_memory else None,
    )


def _median(runs: Iterable[Spoken], figure: Callable[[Spoken], float]) -> float:
    return statistics.median(map(figure, runs))


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    return round(value, 4) if isinstance(value, float) else value
