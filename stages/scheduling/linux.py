"""Scheduling on Linux: real time where it may be had, and all that helps a little where not.

    audio       SCHED_RR of our own, or from rtkit; else a better nice value, short turns and a core that is awake
    inference   ordinary, on a core that is awake
    g2p         two steps of nice behind inference

That order holds whatever is granted, but for one case: where nothing is (an ordinary user, a kernel before 6.12), audio
and inference are equals. Inference is not put back then, which would cost everybody's first words more than audio would
gain: that sleeps nearly all the time, and who has slept goes first.

Measured with four busy programs on two cores (bench/jitter.py), a thread that sleeps 10 ms at a time is late by 3.9 ms
(99th percentile) as an ordinary one, by 2.4 to 4.0 at nice -11, by 0.4 to 2.9 with short turns, by 0.06 to 0.13 in real
time. An ordinary user gets real time from rtkit, or from a limit set by the administrator (RLIMIT_RTPRIO).
"""

import errno
import os
from collections.abc import Callable
from pathlib import Path

from utterd.stages.scheduling.cores import SYSFS, find_quick_cores
from utterd.stages.scheduling.linux_kernel import RESET_ON_FORK, LinuxKernel, RealLinuxKernel
from utterd.stages.scheduling.report import Scheduling

AUDIO_PRIORITY = 4
"""Of 1 to 99. Above all that is not real time, and below every sound server, whose client we are: PulseAudio has 5
unless told otherwise, JACK 10, PipeWire 20 from rtkit and over 80 by itself."""

AUDIO_NICE = -11
"""What PulseAudio and PipeWire take for themselves when they get nothing better."""

AUDIO_SLICE_US = 1000
"""Shorter than the usual 3 ms: who asks for short turns gets them sooner. A block takes a tenth of it."""

UTIL_MIN = 512
"""Of 1024: half of the quickest core. A thread that sleeps a lot looks small, and would wake up on a small core at its
lowest clock; small cores mostly have less than this."""

G2P_NICE = 2
"""Two steps: where cores are short, text being prepared ahead takes 40 % against the model's 60 %; where they are not,
the first words come as quickly as ever. More would delay the very first unit on a busy machine."""

REALTIME_SOFT_US = 180_000
REALTIME_HARD_US = 200_000
"""A real-time thread that runs so long without waiting has gone mad and would freeze its core. The soft limit comes
first and ends the process by SIGXCPU, which names the reason; rtkit demands at most 200 ms of the hard one. The audio
thread waits at least every 10 ms."""

_OTHER, _FIFO, _RR = 0, 1, 2  # as in `os`, whose names for them macOS's Python does not have
_POLICIES = {0: "SCHED_OTHER", 1: "SCHED_FIFO", 2: "SCHED_RR", 3: "SCHED_BATCH", 5: "SCHED_IDLE", 6: "SCHED_DEADLINE"}

_LOWEST_NICE, _HIGHEST_NICE = -20, 19

_NO_UTIL_CLAMPS = (errno.EOPNOTSUPP, errno.E2BIG)
"""The kernel was built without them, or is older than they are (5.3): nothing has been refused, there is nothing."""


class LinuxScheduler:
    """See `Scheduler`."""

    def __init__(self, kernel: LinuxKernel | None = None, sysfs: Path = SYSFS) -> None:
        self._kernel = kernel or RealLinuxKernel()
        self._sysfs = sysfs

    def raise_audio_thread(self) -> Scheduling:
        """Real time by ourselves, or from rtkit. Without it: a better nice value, short turns, a core that is awake."""
        kernel, attempts = self._kernel, _Attempts()
        # Before any real time: a thread that has it and runs wild must not get away with it.
        attempts.take("a limit on real time", lambda: kernel.limit_realtime(REALTIME_SOFT_US, REALTIME_HARD_US))
        self._take_quick_cores(attempts)
        step = f"SCHED_RR priority {AUDIO_PRIORITY}"
        is_realtime = attempts.take(
            step, lambda: kernel.set_policy(_RR | RESET_ON_FORK, AUDIO_PRIORITY)
        ) or attempts.take(f"{step} from rtkit", lambda: kernel.ask_rtkit(AUDIO_PRIORITY))
        if not is_realtime:
            self._take_better_nice(attempts, has_rtkit=isinstance(attempts.error, PermissionError))
            attempts.take(f"a time slice of {AUDIO_SLICE_US} us", lambda: kernel.set_slice(AUDIO_SLICE_US))
            self._take_awake_core(attempts)
        return Scheduling(asked=step, granted=self._describe(), refused=tuple(attempts.refused))

    def raise_inference_thread(self) -> Scheduling:
        """No priority: it would be at the expense of the audio thread's sound server. ONNX Runtime's own threads are
        started by this one, and have what it has."""
        attempts = _Attempts()
        self._leave_realtime(attempts)
        asked = self._take_awake_core(attempts)
        return Scheduling(asked=asked, granted=self._describe(), refused=tuple(attempts.refused))

    def lower_g2p_thread(self) -> Scheduling:
        attempts = _Attempts()
        self._leave_realtime(attempts)
        nice = min(_HIGHEST_NICE, self._kernel.nice() + G2P_NICE)
        attempts.take(f"nice {nice}", lambda: self._kernel.set_nice(nice))
        return Scheduling(asked=f"nice {nice}", granted=self._describe(), refused=tuple(attempts.refused))

    def raise_control_thread(self) -> Scheduling:
        """Nothing: who sleeps nearly all the time is woken at once as it is."""
        return Scheduling(asked="nothing", granted=self._describe())

    def _leave_realtime(self, attempts: "_Attempts") -> None:
        """Where the daemon was started in real time: the model at work would starve the sound server, and audio."""
        policy, _ = self._kernel.policy()
        if policy & ~RESET_ON_FORK in (_FIFO, _RR):
            flag = policy & RESET_ON_FORK  # which only root may drop
            attempts.take("no real time", lambda: self._kernel.set_policy(_OTHER | flag, 0))

    def _take_quick_cores(self, attempts: "_Attempts") -> None:
        """Keep the thread on performance cores, where the machine has two kinds and we are allowed on some."""
        quick = find_quick_cores(self._sysfs)
        if quick is None:
            return
        cores = quick.cores & self._kernel.cores()
        if cores:
            attempts.take("performance cores", lambda: self._kernel.set_cores(cores))
        else:
            attempts.refused.append("performance cores: this process is confined to others")

    def _take_better_nice(self, attempts: "_Attempts", *, has_rtkit: bool) -> None:
        """By ourselves, or from an rtkit that only refuses real time."""
        kernel = self._kernel
        nice = max(_LOWEST_NICE, min(AUDIO_NICE, kernel.nice() - 1))  # inference keeps what there is
        if not attempts.take(f"nice {nice}", lambda: kernel.set_nice(nice)) and has_rtkit:
            attempts.take(f"nice {nice} from rtkit", lambda: kernel.ask_rtkit_for_nice(nice))

    def _take_awake_core(self, attempts: "_Attempts") -> str:
        """What has been asked for. Not needed in real time: the kernel gives that the quickest core's highest clock."""
        step = f"util clamp {UTIL_MIN}"
        is_taken = attempts.take(step, lambda: self._kernel.set_util_min(UTIL_MIN))
        if not is_taken and attempts.error and attempts.error.errno in _NO_UTIL_CLAMPS:
            attempts.refused.pop()
            return "nothing"
        return step

    def _describe(self) -> str:
        """What the kernel says of the calling thread."""
        kernel = self._kernel
        policy, priority = kernel.policy()
        name = _POLICIES.get(policy & ~RESET_ON_FORK, f"policy {policy}")
        parts = [f"{name} priority {priority}" if priority else f"{name} nice {kernel.nice()}"]
        if not priority and kernel.slice_us() == AUDIO_SLICE_US:
            parts.append(f"slice {AUDIO_SLICE_US} us")
        if not priority and (util := kernel.util_min()):
            parts.append(f"util clamp {util}")
        cores = kernel.cores()
        if len(cores) < (os.cpu_count() or 1):
            parts.append(f"cores {','.join(map(str, sorted(cores)))}")
        return ", ".join(parts)


class _Attempts:
    """What was tried, and what became of it."""

    def __init__(self) -> None:
        self.refused: list[str] = []
        """In words, in order."""
        self.error: OSError | None = None
        """Of the last attempt, if it failed."""

    def take(self, step: str, take: Callable[[], None]) -> bool:
        """Whether the step was granted."""
        try:
            take()
        except OSError as error:
            self.error = error
            self.refused.append(f"{step}: {error.strerror or error}")
            return False
        self.error = None
        return True
