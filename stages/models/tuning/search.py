"""The search: first the variant, then threads, windows, provider, each with the best of what came before.

A full grid of 7 variants, 3 numbers of threads, 3 schedules and 2 providers would be 126 probes; this is about 14. What
it may miss is a pair that is good only together. The one such pair that is known, another provider and graphs that were
not saved for this CPU, is tried on purpose.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Final, Protocol

from utterd.stages.inference.kokoro_windows import DEFAULT_WINDOWS
from utterd.stages.models.tuning.candidate import Candidate
from utterd.stages.models.tuning.figures import Failed, Outcome
from utterd.stages.models.tuning.growth import FIRST_WINDOWS, WindowCost, planned_windows
from utterd.stages.models.tuning.guard import Guard
from utterd.stages.models.tuning.providers import CPU, Provider
from utterd.stages.models.tuning.trials import Trial, best_of, clock_for, is_busy

REFERENCE: Final = "fp32"
"""What every other variant is to sound like."""
_PLANS: Final = 2
"""Schedules tried besides the default one: the shortest first window that is safe, and the next."""


class NoReference(Exception):
    """fp32 itself does not run, so nothing can be compared; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What to search through."""

    variants: tuple[str, ...]
    """The manifest's; fp32 is among them."""
    native: frozenset[str]
    """Which of them need the library of operators, which runs on the CPU alone."""
    portable: frozenset[str]
    """Which were not optimised for this CPU, so that other providers can take all of them."""
    threads: tuple[int, ...]
    providers: tuple[Provider, ...]
    """The CPU first."""
    allowed: frozenset[str] = frozenset()
    """Variants that the user takes whatever the guard says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One coordinate: what was tried, and which of it goes on to the next."""

    name: str
    """"variant", "threads", "windows" or "provider"."""
    trials: tuple[Trial, ...]
    """Those that are new; the best so far took part, too."""
    best: Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The whole search."""

    reference: Trial
    whole: Trial
    """fp32 by whole pieces: what its windows are to sound like. Not to be chosen; it may have failed."""
    steps: tuple[Step, ...]
    guard: Guard

    @property
    def winner(self) -> Trial:
        return self.steps[-1].best

    @property
    def trials(self) -> tuple[Trial, ...]:
        return (self.reference, *(trial for step in self.steps for trial in step.trials))

    def step(self, name: str) -> Step:
        return next(step for step in self.steps if step.name == name)


class Try(Protocol):
    """Probes one candidate."""

    def __call__(self, candidate: Candidate, *, is_whole: bool = False) -> Outcome:
        """is_whole: make whole pieces, without windows."""


Begin = Callable[[str, int], AbstractContextManager[Callable[[], None]]]
"""Entered with the title of a step and how many trials it has; what it gives is called after each."""
Tell = Callable[[Trial], None]
"""Called with each trial, as soon as it is made."""


class Search:
    """Runs once."""

    def __init__(self, wishes: Wishes, attempt: Try, *, begin: Begin, tell: Tell) -> None:
        self._wishes = wishes
        self._try = attempt
        self._begin = begin
        self._tell = tell

    def run(self) -> Found:
        """Raises NoReference."""
        reference, whole = self._references()
        steps: list[Step] = []
        best = reference
        for name, candidates in (
            ("variant", self._variants),
            ("threads", self._threads),
            ("windows", self._windows),
            ("provider", self._providers),
        ):
            trials = self._trials(name, list(candidates(best)))
            best = self._better(name, best, trials)
            steps.append(Step(name=name, trials=trials, best=best))
        return Found(reference=reference, whole=whole, steps=tuple(steps), guard=self._guard)

    def _references(self) -> tuple[Trial, Trial]:
        """fp32 in windows, which makes the guard, and by whole pieces."""
        candidate = Candidate(variant=REFERENCE, threads=min(self._wishes.threads))
        with self._begin("measuring fp32", 2) as advance:
            outcome = self._try(candidate)
            if isinstance(outcome, Failed):
                raise NoReference(outcome.reason)
            self._guard = Guard(outcome.readings)
            reference = Trial(candidate=candidate, outcome=outcome)
            self._tell(reference)
            advance()
            whole = self._judged(candidate, self._try(candidate, is_whole=True))
            advance()
        return reference, whole

    def _trials(self, step: str, candidates: Sequence[Candidate]) -> tuple[Trial, ...]:
        if not candidates:
            return ()
        trials = []
        with self._begin(f"choosing {step}", len(candidates)) as advance:
            for candidate in candidates:
                trials.append(self._judged(candidate, self._try(candidate)))
                self._tell(trials[-1])
                advance()
        return tuple(trials)

    def _judged(self, candidate: Candidate, outcome: Outcome) -> Trial:
        return Trial(
            candidate=candidate,
            outcome=outcome,
            verdict=None if isinstance(outcome, Failed) else self._guard.judge(outcome.readings),
            is_allowed_by_user=candidate.variant in self._wishes.allowed,
        )

    def _better(self, step: str, best: Trial, trials: Sequence[Trial]) -> Trial:
        usable = [best, *(trial for trial in trials if trial.is_usable)]
        clock = clock_for(usable)
        if step in ("windows", "provider"):  # before, all have one schedule
            gapless = [trial for trial in usable if trial.is_gapless(clock)]
            usable = gapless or [min(usable, key=lambda trial: trial.strain(clock))]
        return best_of(usable, clock)

    def _variants(self, best: Trial) -> Iterator[Candidate]:
        for variant in self._wishes.variants:
            if variant != REFERENCE:
                yield replace(best.candidate, variant=variant)

    def _threads(self, best: Trial) -> Iterator[Candidate]:
        if is_busy([best]):
            return  # several threads are measured by the wall clock: they would be judged by what else is going on
        for threads in sorted(set(self._wishes.threads) - {best.candidate.threads}):
            yield replace(best.candidate, threads=threads)

    def _windows(self, best: Trial) -> Iterator[Candidate]:
        cost = WindowCost.fitted(best.measured.timings.values(), clock_for([best]))
        plans = [planned_windows(first, cost) for first in FIRST_WINDOWS] if cost else []
        for windows in [plan for plan in plans if plan and plan != DEFAULT_WINDOWS][:_PLANS]:
            yield replace(best.candidate, window_frames=windows)

    def _providers(self, best: Trial) -> Iterator[Candidate]:
        others = [name for name in self._wishes.variants if name in self._wishes.portable] or [REFERENCE]
        wanted = dict.fromkeys([best.candidate.variant, *others])
        for provider in self._wishes.providers:
            if provider != CPU:
                for variant in wanted:
                    if variant not in self._wishes.native:
                        yield replace(best.candidate, variant=variant, provider=provider.name)
