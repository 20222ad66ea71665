"""What has been tried, and which of it is best."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from utterd.stages.models.tuning.candidate import Candidate
from utterd.stages.models.tuning.figures import Clock, Failed, Measured, Outcome
from utterd.stages.models.tuning.growth import RESERVE, RTF_LIMIT, strain
from utterd.stages.models.tuning.guard import Verdict
from utterd.stages.models.tuning.texts import CLAUSE

SAME: Final = 0.05
"""Differences up to 5 % are noise: figures repeat no better (PERFORMANCE.md, method)."""

BUSY: Final = 1.25
"""Times as long by the wall clock as by the processor's: beyond it other programs had a part in the figures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A candidate, and what came of it."""

    candidate: Candidate
    outcome: Outcome
    verdict: Verdict | None = None
    """The guard's; None of fp32, which is what it compares with, and of what failed."""
    is_allowed_by_user: bool = False
    """Whatever the guard says."""

    @property
    def measured(self) -> Measured:
        """Only of a trial that did not fail."""
        assert isinstance(self.outcome, Measured)
        return self.outcome

    @property
    def has_failed(self) -> bool:
        return isinstance(self.outcome, Failed)

    @property
    def is_refused(self) -> bool:
        """By the guard, and nobody overruled it."""
        return self.verdict is not None and not self.verdict.is_within and not self.is_allowed_by_user

    @property
    def is_usable(self) -> bool:
        return not self.has_failed and not self.is_refused

    def first_sound_ms(self, clock: Clock, text: str = CLAUSE.name) -> float:
        return self.measured.timings[text].by(clock).first_ms

    def real_time_factor(self, clock: Clock) -> float:
        """The worst of its texts but the clause: nobody speaks clauses for ever."""
        timings = self.measured.timings
        return max(timing.real_time_factor(clock) for name, timing in timings.items() if name != CLAUSE.name)

    def strain(self, clock: Clock) -> float:
        """The worst of its texts: how near it came to a gap."""
        return max(strain(timing, clock) for timing in self.measured.timings.values())

    def is_fast_enough(self, clock: Clock) -> bool:
        return self.real_time_factor(clock) <= RTF_LIMIT

    def is_gapless(self, clock: Clock) -> bool:
        return self.strain(clock) <= RESERVE

    def as_json(self) -> dict[str, Any]:
        values: dict[str, Any] = {"candidate": self.candidate.as_json()}
        if isinstance(self.outcome, Failed):
            return values | {"failed": self.outcome.reason}
        values |= {"measured": self.outcome.as_json(), "is_refused": self.is_refused}
        if self.verdict is not None:
            values |= {"guard": self.verdict.as_json(), "is_allowed_by_user": self.is_allowed_by_user}
        return values


def clock_for(trials: Iterable[Trial]) -> Clock:
    """Processor time if it is fair to all of them, so that other programs decide nothing; else what was waited for."""
    return Clock.PROCESSOR if all(trial.candidate.is_steady for trial in trials) else Clock.WALL


def slowed(trials: Iterable[Trial]) -> float:
    """How many times as long everything took as it has to, for other programs; 1.0 if nobody can tell."""
    ratios = [
        timing.wall.last_ms / timing.processor.last_ms
        for trial in trials
        if not trial.has_failed and trial.candidate.is_steady
        for timing in trial.measured.timings.values()
    ]
    return median(ratios) if ratios else 1.0


def is_busy(trials: Iterable[Trial]) -> bool:
    """Whether other programs had a part in the figures."""
    return slowed(trials) > BUSY


def best_of(trials: Sequence[Trial], clock: Clock) -> Trial:
    """Of usable ones, the one that is heard first among those that are fast enough.

    Where two are as soon heard as each other, the one that computes less; and where that is the same, too, the earlier
    one in the list.
    """
    contenders = _fast_enough(trials, clock)
    soonest = min(trial.first_sound_ms(clock) for trial in contenders)
    level = [trial for trial in contenders if trial.first_sound_ms(clock) <= soonest * (1 + SAME)]
    least = min(trial.real_time_factor(clock) for trial in level)
    return next(trial for trial in level if trial.real_time_factor(clock) <= least * (1 + SAME))


def _fast_enough(trials: Sequence[Trial], clock: Clock) -> Sequence[Trial]:
    """If none is, the fastest: it has to be one of them."""
    fast = [trial for trial in trials if trial.is_fast_enough(clock)]
    return fast or [min(trials, key=lambda trial: trial.real_time_factor(clock))]
