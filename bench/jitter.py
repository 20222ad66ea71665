"""Wake-up lateness of a thread that sleeps 10 ms at a time, as the audio thread does, by the way it is scheduled.

Beside it twice as many programs are busy as there are cores. Late is how much later than it asked for the thread runs
on, in milliseconds: the loudspeaker's buffer has to outlast it. Real time and nice values need rights, and without them
the figure says so; `as granted` is what the stage itself would get here. On Linux alone.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from utterd.stages.scheduling import raise_audio_thread
from utterd.stages.scheduling.linux import AUDIO_NICE, AUDIO_PRIORITY, AUDIO_SLICE_US
from utterd.stages.scheduling.linux_kernel import RESET_ON_FORK, RealLinuxKernel

_PERIOD_S = 0.010
_BUSY = "while True: pass"


def measure(seconds: float = 10.0) -> dict[str, Any]:
    """Milliseconds, by way."""
    if not sys.platform.startswith("linux"):
        return {"not_measured": "how a thread is scheduled on macOS cannot be chosen one by one"}
    programs = 2 * (os.cpu_count() or 1)
    busy = [subprocess.Popen([sys.executable, "-c", _BUSY]) for _ in range(programs)]
    try:
        return {"busy_programs": programs, **{name: _in_a_thread(take, seconds) for name, take in _ways().items()}}
    finally:
        for process in busy:
            process.kill()
            process.wait()


def _ways() -> dict[str, Callable[[], object]]:
    kernel = RealLinuxKernel()

    def nice() -> None:
        kernel.set_nice(AUDIO_NICE)

    def slice_() -> None:
        kernel.set_slice(AUDIO_SLICE_US)

    def both() -> None:
        nice()
        slice_()

    def realtime() -> None:
        kernel.set_policy(os.SCHED_RR | RESET_ON_FORK, AUDIO_PRIORITY)

    return {
        "ordinary": lambda: None,
        f"slice of {AUDIO_SLICE_US} us": slice_,
        f"nice {AUDIO_NICE}": nice,
        f"nice {AUDIO_NICE} and slice of {AUDIO_SLICE_US} us": both,
        f"SCHED_RR priority {AUDIO_PRIORITY}": realtime,
        "as granted": raise_audio_thread,
    }


def _in_a_thread(take: Callable[[], object], seconds: float) -> dict[str, Any]:
    """In one of its own: what is taken cannot always be given back."""
    figures: dict[str, Any] = {}

    def run() -> None:
        try:
            take()
        except OSError as error:
            figures["not_measured"] = str(error)
        else:
            figures.update(_lateness(seconds))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return figures


def _lateness(seconds: float) -> dict[str, Any]:
    late_ms: list[float] = []
    due = time.monotonic()
    while len(late_ms) * _PERIOD_S < seconds:
        due = max(due, time.monotonic()) + _PERIOD_S
        time.sleep(max(0.0, due - time.monotonic()))
        late_ms.append((time.monotonic() - due) * 1000)
    ordered = sorted(late_ms)
    return {
        "p50": round(ordered[len(ordered) // 2], 3),
        "p99": round(ordered[int(0.99 * (len(ordered) - 1))], 3),
        "max": round(ordered[-1], 3),
        "count": len(ordered),
    }
