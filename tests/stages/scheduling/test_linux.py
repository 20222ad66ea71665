import errno
import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from utterd.stages.scheduling.linux import LinuxScheduler
from utterd.stages.scheduling.linux_kernel import RESET_ON_FORK


class FakeKernel:
    """Grants what it is told to, and remembers what it was asked for, in order."""

    def __init__(
        self, *grants: str, all_cores: Iterable[int] = range(8), nice: int = 0, is_realtime: bool = False
    ) -> None:
        """Without "clamp" or "no clamp" among the grants it was built without util clamps; without "rtkit",
        "rtkit nice" or "no rtkit" there is no bus to ask on."""
        self._grants = set(grants)
        self.calls: list[str] = []
        self._policy, self._priority, self._nice, self._slice_us, self._util_min = 0, 0, nice, 2800, 0
        if is_realtime:
            self._policy, self._priority = 2, 50
        self._cores = frozenset(all_cores)

    def set_policy(self, policy: int, priority: int) -> None:
        if policy & ~RESET_ON_FORK:  # back to an ordinary one may anybody
            self._ask("policy", errno.EPERM)
        self._policy, self._priority = policy, priority

    def policy(self) -> tuple[int, int]:
        return self._policy, self._priority

    def set_nice(self, nice: int) -> None:
        if nice < self._nice:
            self._ask("nice", errno.EACCES)
        self._nice = nice

    def nice(self) -> int:
        return self._nice

    def set_slice(self, slice_us: int) -> None:
        self._ask("slice", errno.EINVAL)
        self._slice_us = slice_us

    def slice_us(self) -> int:
        return self._slice_us

    def set_util_min(self, util: int) -> None:
        self._ask("clamp", errno.EPERM if "no clamp" in self._grants else errno.EOPNOTSUPP)
        self._util_min = util

    def util_min(self) -> int:
        return 1024 if self._priority else self._util_min

    def set_cores(self, cores: Iterable[int]) -> None:
        self._ask("cores", errno.EINVAL)
        self._cores = frozenset(cores)

    def cores(self) -> frozenset[int]:
        return self._cores

    def limit_realtime(self, soft_us: int, hard_us: int) -> None:
        self._ask("limit", errno.EPERM)
        assert soft_us < hard_us <= 200_000

    def ask_rtkit(self, priority: int) -> None:
        self._ask("rtkit", errno.EPERM if "rtkit nice" in self._grants or "no rtkit" in self._grants else 0)
        self._policy, self._priority = 2 | RESET_ON_FORK, priority

    def ask_rtkit_for_nice(self, nice: int) -> None:
        self._ask("rtkit nice", errno.EPERM)
        self._nice = nice

    @property
    def standing(self) -> tuple[int, int, int]:
        """The greater, the sooner it runs: real time before all, then the nice value, then the length of its turns."""
        return self._priority, -self._nice, -self._slice_us

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


WITHOUT_REALTIME = ["limit", "policy", "rtkit", "nice", "slice", "clamp"]
WITH_RTKIT_THAT_REFUSES = ["limit", "policy", "rtkit", "nice", "rtkit nice", "slice", "clamp"]

LADDER = [
    (["limit", "policy", "rtkit", "nice", "slice", "clamp"], "SCHED_RR priority 4", ["limit", "policy"]),
    (["limit", "rtkit", "nice", "slice"], "SCHED_RR priority 4", ["limit", "policy", "rtkit"]),
    (["limit", "nice", "slice"], "SCHED_OTHER nice -11, slice 1000 us", WITHOUT_REALTIME),
    (["nice", "clamp"], "SCHED_OTHER nice -11, util clamp 512", WITHOUT_REALTIME),
    (["rtkit nice", "slice"], "SCHED_OTHER nice -11, slice 1000 us", WITH_RTKIT_THAT_REFUSES),
    (["no rtkit", "slice"], "SCHED_OTHER nice 0, slice 1000 us", WITH_RTKIT_THAT_REFUSES),
    (["slice", "clamp"], "SCHED_OTHER nice 0, slice 1000 us, util clamp 512", WITHOUT_REALTIME),
    (["slice"], "SCHED_OTHER nice 0, slice 1000 us", WITHOUT_REALTIME),
    ([], "SCHED_OTHER nice 0", WITHOUT_REALTIME),
]
"""What is granted, what becomes of audio by it, and what was tried for that."""


@pytest.mark.parametrize(("grants", "granted", "calls"), LADDER)
def test_audio_takes_real_time_or_else_all_that_helps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, grants: list[str], granted: str, calls: list[str]
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    kernel = FakeKernel(*grants)
    scheduling = LinuxScheduler(kernel, tmp_path).raise_audio_thread()
    assert scheduling.asked == "SCHED_RR priority 4"
    assert scheduling.granted == granted
    assert kernel.calls == calls
    assert len(scheduling.refused) == len(set(calls) - set(grants) - {"clamp"})


@pytest.mark.parametrize("nice", [-5, 0, 5, 18])
@pytest.mark.parametrize("grants", [grants for grants, *_ in LADDER])
def test_audio_goes_before_inference_and_inference_before_g2p(tmp_path: Path, grants: list[str], nice: int) -> None:
    """Whatever is granted, and however nice the daemon was started."""
    audio, inference, g2p = (FakeKernel(*grants, nice=nice) for _ in range(3))
    LinuxScheduler(audio, tmp_path).raise_audio_thread()
    LinuxScheduler(inference, tmp_path).raise_inference_thread()
    LinuxScheduler(g2p, tmp_path).lower_g2p_thread()
    if grants:
        assert audio.standing > inference.standing > g2p.standing
    else:
        assert audio.standing == inference.standing > g2p.standing


def test_audio_stays_below_the_sound_servers(tmp_path: Path) -> None:
    kernel = FakeKernel("policy")
    LinuxScheduler(kernel, tmp_path).raise_audio_thread()
    assert kernel.policy()[1] < 5, "PulseAudio's realtime-priority, the lowest of all"


def test_a_daemon_started_in_real_time_keeps_it_from_the_model_and_from_g2p(tmp_path: Path) -> None:
    audio, inference, g2p = (FakeKernel("policy", is_realtime=True) for _ in range(3))
    LinuxScheduler(audio, tmp_path).raise_audio_thread()
    assert LinuxScheduler(inference, tmp_path).raise_inference_thread().granted.startswith("SCHED_OTHER nice 0")
    assert LinuxScheduler(g2p, tmp_path).lower_g2p_thread().granted.startswith("SCHED_OTHER nice 2")
    assert audio.policy() == (2 | RESET_ON_FORK, 4)


def test_what_audio_starts_is_ordinary_again(tmp_path: Path) -> None:
    kernel = FakeKernel("policy")
    LinuxScheduler(kernel, tmp_path).raise_audio_thread()
    assert kernel.policy() == (2 | RESET_ON_FORK, 4)


def test_every_refusal_is_kept_with_its_reason(tmp_path: Path) -> None:
    scheduling = LinuxScheduler(FakeKernel("limit", "slice"), tmp_path).raise_audio_thread()
    assert scheduling.refused == (
        "SCHED_RR priority 4: Operation not permitted",
        "SCHED_RR priority 4 from rtkit: no system bus",
        "nice -11: Permission denied",
    )


def test_a_util_clamp_that_is_refused_is_told_and_one_that_the_kernel_has_not_is_not(tmp_path: Path) -> None:
    scheduling = LinuxScheduler(FakeKernel("no clamp"), tmp_path).raise_inference_thread()
    assert scheduling.refused == ("util clamp 512: Operation not permitted",)
    assert scheduling.asked == "util clamp 512"
    scheduling = LinuxScheduler(FakeKernel(), tmp_path).raise_inference_thread()
    assert (scheduling.asked, scheduling.refused) == ("nothing", ())


def test_audio_keeps_to_the_performance_cores_it_is_allowed_on(hybrid: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    kernel = FakeKernel("limit", "policy", "cores", all_cores=[2, 3, 4, 5])
    scheduling = LinuxScheduler(kernel, hybrid).raise_audio_thread()
    assert scheduling.granted == "SCHED_RR priority 4, cores 2,3"
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


def test_inference_asks_for_a_core_that_is_awake_and_no_priority(hybrid: Path) -> None:
    kernel = FakeKernel("policy", "nice", "cores", "clamp")
    scheduling = LinuxScheduler(kernel, hybrid).raise_inference_thread()
    assert scheduling.granted.startswith("SCHED_OTHER nice 0, util clamp 512")
    assert kernel.calls == ["clamp"]


def test_control_threads_ask_for_nothing(tmp_path: Path) -> None:
    kernel = FakeKernel("policy", "nice", "slice", "clamp")
    assert LinuxScheduler(kernel, tmp_path).raise_control_thread().asked == "nothing"
    assert kernel.calls == []


def test_g2p_steps_back_a_little(tmp_path: Path) -> None:
    scheduling = LinuxScheduler(FakeKernel(), tmp_path).lower_g2p_thread()
    assert scheduling.asked == "nice 2"
    assert scheduling.granted.startswith("SCHED_OTHER nice 2")


def test_g2p_steps_back_from_where_the_daemon_is(tmp_path: Path) -> None:
    assert LinuxScheduler(FakeKernel(nice=5), tmp_path).lower_g2p_thread().asked == "nice 7"
    assert LinuxScheduler(FakeKernel(nice=19), tmp_path).lower_g2p_thread().refused == ()
