"""Scheduling on Linux: real time where it may be had, and the next best where not.

Measured with four busy programs on two cores, a thread that wakes every 2 ms is late by 8 ms (99th percentile) as an
ordinary one, 5.7 ms at nice -11, 0.06 ms in real time. An ordinary user gets real time from rtkit, or from a limit set
by the administrator (RLIMIT_RTPRIO).
"""

import os
from collections.abc import Callable
from pathlib import Path

from utterd.stages.scheduling.cores import SYSFS, find_quick_cores
from utterd.stages.scheduling.linux_kernel import RESET_ON_FORK, LinuxKernel, RealLinuxKernel
from utterd.stages.scheduling.report import Scheduling

AUDIO_PRIORITY = 10
"""Of 1 to 99. Above nothing but ordinary threads; well below sound servers (60 and more), whose client we are."""

AUDIO_NICE = -11
"""What PulseAudio and PipeWire take for themselves when they get nothing better."""

AUDIO_SLICE_US = 1000
"""Shorter than the usual 3 ms: who asks for short turns gets them sooner. A block takes a tenth of it."""

G2P_NICE = 2
"""Two steps: where cores are short, text being prepared ahead takes 40 % against the model's 60 %; where they are not,
the first words come as quickly as ever. More would delay the very first unit on a busy machine."""

REALTIME_SOFT_US = 180_000
REALTIME_HARD_US = 200_000
"""A real-time thread that runs so long without waiting has gone mad and would freeze its core. The soft limit comes
first and ends the process by SIGXCPU, which names the reason; rtkit demands at most 200 ms of the hard one. The audio
thread waits at least every 10 ms."""

_RR = 2  # os.SCHED_RR, which macOS's Python does not have
_POLICIES = {0: "SCHED_OTHER", 1: "SCHED_FIFO", 2: "SCHED_RR", 3: "SCHED_BATCH", 5: "SCHED_IDLE", 6: "SCHED_DEADLINE"}


class LinuxScheduler:
    """See `Scheduler`."""

    def __init__(self, kernel: LinuxKernel | None = None, sysfs: Path = SYSFS) -> None:
        self._kernel = kernel or RealLinuxKernel()
        self._sysfs = sysfs

    def raise_audio_thread(self) -> Scheduling:
        """Real time by ourselves, real time from rtkit, a better nice value, shorter turns; or as it is."""
        kernel = self._kernel
        ladder: tuple[tuple[str, Callable[[], None]], ...] = (
            (f"SCHED_RR priority {AUDIO_PRIORITY}", lambda: kernel.set_policy(_RR | RESET_ON_FORK, AUDIO_PRIORITY)),
            (f"SCHED_RR priority {AUDIO_PRIORITY} from rtkit", lambda: kernel.ask_rtkit(AUDIO_PRIORITY)),
            (f"nice {AUDIO_NICE}", lambda: kernel.set_nice(AUDIO_NICE)),
            (f"a time slice of {AUDIO_SLICE_US} us", lambda: kernel.set_slice(AUDIO_SLICE_US)),
        )
        # Before any real time: a thread that has it and runs wild must not get away with it.
        refused = [*self._try("a limit on real time", self._limit_realtime), *self._take_quick_cores()]
        for step, take in ladder:
            failure = self._try(step, take)
            if not failure:
                break
            refused += failure
        return Scheduling(asked=ladder[0][0], granted=self._describe(), refused=tuple(refused))

    def raise_inference_thread(self) -> Scheduling:
        """Nothing: a higher priority would be at the expense of the audio thread's sound server, and ONNX Runtime's
        own threads, which do most of the work, would not have it."""
        return Scheduling(asked="nothing", granted=self._describe())

    def lower_g2p_thread(self) -> Scheduling:
        refused = self._try(f"nice {G2P_NICE}", lambda: self._kernel.set_nice(G2P_NICE))
        return Scheduling(asked=f"nice {G2P_NICE}", granted=self._describe(), refused=tuple(refused))

    def _limit_realtime(self) -> None:
        self._kernel.limit_realtime(REALTIME_SOFT_US, REALTIME_HARD_US)

    def _take_quick_cores(self) -> list[str]:
        """Keep the thread on performance cores, where the machine has two kinds and we are allowed on some."""
        quick = find_quick_cores(self._sysfs)
        if quick is None:
            return []
        cores = quick.cores & self._kernel.cores()
        if not cores:
            return ["performance cores: this process is confined to others"]
        return self._try("performance cores", lambda: self._kernel.set_cores(cores))

    def _try(self, step: str, take: Callable[[], None]) -> list[str]:
        """Take a step; the failure in words, or nothing."""
        try:
            take()
        except OSError as error:
            return [f"{step}: {error.strerror or error}"]
        return []

    def _describe(self) -> str:
        """What the kernel says of the calling thread."""
        kernel = self._kernel
        policy, priority = kernel.policy()
        name = _POLICIES.get(policy & ~RESET_ON_FORK, f"policy {policy}")
        parts = [f"{name} priority {priority}" if priority else f"{name} nice {kernel.nice()}"]
        if not priority and kernel.slice_us() == AUDIO_SLICE_US:
            parts.append(f"slice {AUDIO_SLICE_US} us")
        cores = kernel.cores()
        if len(cores) < (os.cpu_count() or 1):
            parts.append(f"cores {','.join(map(str, sorted(cores)))}")
        return ", ".join(parts)
