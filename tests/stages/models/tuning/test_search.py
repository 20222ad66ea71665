"""The search, coordinate by coordinate, on figures that are made up."""

from collections.abc import Callable
from contextlib import contextmanager

import pytest

from utterd.stages.inference.kokoro_windows import DEFAULT_WINDOWS
from utterd.stages.models.tuning.candidate import Candidate
from utterd.stages.models.tuning.figures import Failed, Measured, Outcome
from utterd.stages.models.tuning.providers import CPU, PROVIDERS
from utterd.stages.models.tuning.search import Found, NoReference, Search, Wishes
from utterd.stages.models.tuning.trials import Trial

RTF = {"fp32": 0.30, "int8": 0.15, "int8-native": 0.10, "fp16": 0.31}
"""Of the variants of this machine. The first sound of a clause takes 600 ms of work a second of sound's."""


class Machine:
    """Answers like a machine with these variants. What a candidate sounds like depends on its variant alone."""

    def __init__(self, make_measured, make_readings) -> None:
        self.rtf = dict(RTF)
        self.thread_gain = {1: 1.0, 2: 1.45}
        self.provider_gain: dict[str, float] = {"cpu": 1.0}
        self.errors: dict[str, dict[str, float]] = {}
        self.special: Callable[[Candidate], Outcome | None] = lambda candidate: None
        self.slowed = 1.0
        self.tried: list[Candidate] = []
        self._make_measured, self._make_readings = make_measured, make_readings

    def __call__(self, candidate: Candidate, *, is_whole: bool = False) -> Outcome:
        if not is_whole:
            self.tried.append(candidate)
        if (special := self.special(candidate)) is not None:
            return special
        rtf = self.rtf[candidate.variant] / self.thread_gain[candidate.threads] / self.provider_gain[candidate.provider]
        first_ms = rtf * (300 + (candidate.window_frames[0] + 8) * 12.5)
        sizes = (*candidate.window_frames, *[candidate.window_frames[-1]] * 3)
        readings = self._make_readings(seed=len(self.tried), **self.errors.get(candidate.variant, {}))
        measured: Measured = self._make_measured(
            first_ms, rtf=rtf, window_frames=sizes, readings=readings, slowed=self.slowed
        )
        return measured


@pytest.fixture
def machine(make_measured, make_readings) -> Machine:
    return Machine(make_measured, make_readings)


def search(machine: Machine, told: list[Trial] | None = None, steps: list[str] | None = None, **wishes) -> Found:
    @contextmanager
    def begin(title: str, total: int):
        if steps is not None:
            steps.append(f"{title} {total}")
        yield lambda: None

    defaults = {
        "variants": tuple(machine.rtf),
        "native": frozenset({"int8-native"}),
        "portable": frozenset({"fp16"}),
        "threads": (1, 2),
        "providers": (CPU,),
    }
    tell = (lambda trial: None) if told is None else told.append
    return Search(Wishes(**defaults | wishes), machine, begin=begin, tell=tell).run()


def test_each_coordinate_takes_over_the_best_of_the_last(machine):
    steps: list[str] = []
    told: list[Trial] = []
    found = search(machine, told, steps)
    assert found.winner.candidate == Candidate(variant="int8-native", threads=2, window_frames=(8, 40, 80))
    assert steps == ["measuring fp32 2", "choosing variant 3", "choosing threads 1", "choosing windows 2"]
    assert [trial.candidate for trial in told] == machine.tried
    assert len(machine.tried) == 7
    assert {candidate.variant for candidate in machine.tried[4:]} == {"int8-native"}


def test_a_refused_variant_is_passed_over(machine):
    machine.errors = {"int8-native": {"error_db": 12.0}, "int8": {"moved": 12}}
    found = search(machine)
    assert found.winner.candidate.variant == "fp32"
    refused = {trial.candidate.variant: trial.verdict for trial in found.trials if trial.is_refused}
    assert {name: verdict.beyond[0].name for name, verdict in refused.items()} == {
        "int8-native": "log_mel_db",
        "int8": "duration_ms",
    }


def test_the_user_may_overrule_the_guard(machine):
    machine.errors = {"int8-native": {"error_db": 12.0}, "int8": {"moved": 12}}
    found = search(machine, allowed=frozenset({"int8"}))
    assert found.winner.candidate.variant == "int8"
    assert found.winner.is_allowed_by_user
    assert not found.winner.verdict.is_within


def test_a_failure_is_a_line_in_the_result(machine):
    crash = Failed(reason="it crashed with SIGSEGV")
    machine.special = lambda candidate: crash if candidate.variant == "int8-native" else None
    found = search(machine)
    assert found.winner.candidate.variant == "int8"
    assert [trial.outcome for trial in found.trials if trial.has_failed] == [crash]


def test_without_fp32_nothing_can_be_said(machine):
    machine.special = lambda candidate: Failed(reason="it gave no answer within 600 s")
    with pytest.raises(NoReference, match="no answer"):
        search(machine)


def test_too_slow_a_variant_does_not_win_however_soon_it_speaks(machine, make_measured):
    soon_but_slow = make_measured(10.0, rtf=0.5)
    machine.special = lambda candidate: soon_but_slow if candidate.variant == "fp16" else None
    assert search(machine).winner.candidate.variant == "int8-native"


def test_where_nothing_is_fast_enough_the_fastest_speaks(machine):
    machine.rtf = {"fp32": 0.9, "int8": 0.6}
    found = search(machine, threads=(1,))
    assert found.winner.candidate.variant == "int8"


def test_a_second_thread_that_gains_nothing_is_not_taken(machine):
    machine.thread_gain[2] = 1.03
    assert search(machine).winner.candidate.threads == 1


def test_other_programs_decide_nothing_between_single_threads(machine):
    """int8 was measured in a busy moment, and would seem slower than fp32 by the wall clock."""
    machine.rtf = {"fp32": 0.3, "int8": 0.15}

    def special(candidate: Candidate) -> None:
        machine.slowed = 4.0 if candidate.variant == "int8" else 1.0

    machine.special = special
    assert search(machine, threads=(1,)).winner.candidate.variant == "int8"


def test_threads_are_not_compared_on_a_busy_machine(machine):
    machine.slowed = 3.0
    found = search(machine)
    assert found.step("threads").trials == ()
    assert found.winner.candidate.threads == 1
    assert found.winner.candidate.variant == "int8-native"


def test_windows_that_would_run_out_are_not_taken(machine):
    machine.rtf = {"fp32": 0.27}
    found = search(machine, threads=(1,))
    windows = found.winner.candidate.window_frames
    assert windows != DEFAULT_WINDOWS
    assert windows[0] > DEFAULT_WINDOWS[0]
    assert found.step("threads").best.strain(found_clock(found)) > 0.6 >= found.winner.strain(found_clock(found))


def test_providers_are_tried_with_plain_graphs_and_the_winner_may_be_one(machine):
    machine.provider_gain["cuda"] = 10.0
    found = search(machine, providers=(CPU, PROVIDERS["cuda"]))
    assert [trial.candidate.variant for trial in found.step("provider").trials] == ["fp16"]
    assert found.winner.candidate.provider == "cuda"


def test_without_portable_graphs_providers_are_given_fp32(machine):
    machine.provider_gain["cuda"] = 1.0
    found = search(machine, providers=(CPU, PROVIDERS["cuda"]), portable=frozenset())
    assert [trial.candidate.variant for trial in found.step("provider").trials] == ["fp32"]


def test_a_provider_that_fails_costs_nothing_but_time(machine):
    machine.special = lambda candidate: None if candidate.provider == "cpu" else Failed(reason="it hangs")
    found = search(machine, providers=(CPU, PROVIDERS["coreml:all"], PROVIDERS["coreml:gpu"]))
    assert found.winner.candidate.provider == "cpu"
    assert len(found.step("provider").trials) == 2


def test_whole_pieces_are_judged_but_never_chosen(machine, make_measured, make_readings):
    found = search(machine)
    assert found.whole.verdict.is_within
    assert found.whole not in found.trials


def found_clock(found: Found):
    from utterd.stages.models.tuning.trials import clock_for

    return clock_for([found.winner])
