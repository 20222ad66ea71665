import errno
import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from utterd.stages.scheduling.linux import LinuxScheduler
from utterd.stages.scheduling.linux_kernel import RESET_ON_FORK


class FakeKernel:
    """Grants what it is told to, and remembers what it was asked for, in order."""

    def __init__(self, *grants: str, all_cores: Iterable[int] = range(8)) -> None:
        self._grants = set(grants)
        self.calls: list[str] = []
        self._policy, self._priority, self._nice, self._slice_us = 0, 0, 0, 2800
        self._cores = frozenset(all_cores)

    def set_policy(self, policy: int, priority: int) -> None:
        self._ask("policy", errno.EPERM)
        self._policy, self._priority = policy, priority

    def policy(self) -> tuple[int, int]:
        return self._policy, self._priority

    def set_nice(self, nice: int) -> None:
        self._ask("nice", errno.EACCES)
        self._nice = nice

    def nice(self) -> int:
        return self._nice

    def set_slice(self, slice_us: int) -> None:
        self._ask("slice", errno.EINVAL)
        self._slice_us = slice_us

    def slice_us(self) -> int:
        return self._slice_us

    def set_cores(self, cores: Iterable[int]) -> None:
        self._ask("cores", errno.EINVAL)
        self._cores = frozenset(cores)

    def cores(self) -> frozenset[int]:
        return self._cores

    def limit_realtime(self, soft_us: int, hard_us: int) -> None:
        self._ask("limit", errno.EPERM)
        assert soft_us < hard_us <= 200_000

    def ask_rtkit(self, priority: int) -> None:
        self._ask("rtkit", 0)
        self._policy, self._priority = 2 | RESET_ON_FORK, priority

    def _ask(self, what: str, number: int) -> None:
        self.calls.append(what)
        if what not in self._grants:
            raise OSError(number, os.strerror(number)) if number else OSError("no system bus")


@pytest.fixture
def hybrid(tmp_path: Path) -> Path:
    """A machine with performance cores 0 to 3 and efficiency cores 4 to 7."""
    for name, cores in (("cpu_core", "0-3"), ("cpu_atom", "4-7")):
        (tmp_path / "devices" / name).mkdir(parents=True)
        (tmp_path / "devices" / name / "cpus").write_text(cores)
    return tmp_path


@pytest.mark.parametrize(
    ("grants", "granted", "calls"),
    [
        (["limit", "policy", "rtkit", "nice"], "SCHED_RR priority 10", ["limit", "policy"]),
        (["limit", "rtkit", "nice"], "SCHED_RR priority 10", ["limit", "policy", "rtkit"]),
        (["limit", "nice", "slice"], "SCHED_OTHER nice -11", ["limit", "policy", "rtkit", "nice"]),
        (["slice"], "SCHED_OTHER nice 0, slice 1000 us", ["limit", "policy", "rtkit", "nice", "slice"]),
        ([], "SCHED_OTHER nice 0", ["limit", "policy", "rtkit", "nice", "slice"]),
    ],
)
def test_audio_takes_the_first_step_of_the_ladder_that_is_granted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, grants: list[str], granted: str, calls: list[str]
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    kernel = FakeKernel(*grants)
    scheduling = LinuxScheduler(kernel, tmp_path).raise_audio_thread()
    assert scheduling.asked == "SCHED_RR priority 10"
    assert scheduling.granted == granted
    assert kernel.calls == calls
    assert len(scheduling.refused) == len(set(calls) - set(grants))


def test_what_audio_starts_is_ordinary_again(tmp_path: Path) -> None:
    kernel = FakeKernel("policy")
    LinuxScheduler(kernel, tmp_path).raise_audio_thread()
    assert kernel.policy() == (2 | RESET_ON_FORK, 10)


def test_every_refusal_is_kept_with_its_reason(tmp_path: Path) -> None:
    scheduling = LinuxScheduler(FakeKernel("limit", "slice"), tmp_path).raise_audio_thread()
    assert scheduling.refused == (
        "SCHED_RR priority 10: Operation not permitted",
        "SCHED_RR priority 10 from rtkit: no system bus",
        "nice -11: Permission denied",
    )


def test_audio_keeps_to_the_performance_cores_it_is_allowed_on(hybrid: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    kernel = FakeKernel("limit", "policy", "cores", all_cores=[2, 3, 4, 5])
    scheduling = LinuxScheduler(kernel, hybrid).raise_audio_thread()
    assert scheduling.granted == "SCHED_RR priority 10, cores 2,3"
    assert scheduling.refused == ()


def test_audio_stays_where_it_is_if_it_may_not_go_to_performance_cores(hybrid: Path) -> None:
    kernel = FakeKernel("limit", "policy", "cores", all_cores=[4, 5])
    scheduling = LinuxScheduler(kernel, hybrid).raise_audio_thread()
    assert kernel.cores() == {4, 5}
    assert scheduling.refused == ("performance cores: this process is confined to others",)


def test_equal_cores_are_left_alone(tmp_path: Path) -> None:
    kernel = FakeKernel("limit", "policy", "cores")
    LinuxScheduler(kernel, tmp_path).raise_audio_thread()
    assert "cores" not in kernel.calls


def test_inference_asks_for_nothing(hybrid: Path) -> None:
    kernel = FakeKernel("policy", "nice", "cores")
    assert LinuxScheduler(kernel, hybrid).raise_inference_thread().granted.startswith("SCHED_OTHER nice 0")
    assert kernel.calls == []


def test_g2p_steps_back_a_little(tmp_path: Path) -> None:
    scheduling = LinuxScheduler(FakeKernel("nice"), tmp_path).lower_g2p_thread()
    assert scheduling.asked == "nice 2"
    assert scheduling.granted.startswith("SCHED_OTHER nice 2")
