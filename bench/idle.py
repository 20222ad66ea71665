"""Idle: processor time of all four processes while nothing is spoken, as a share of one core."""

import time
from typing import Any

import psutil

from tests.running_daemon import RunningDaemon

_TARGET_PERCENT = 0.3


def measure(seconds: float = 60.0) -> dict[str, Any]:
    """After one utterance and a rest."""
    with RunningDaemon("--device", "null") as daemon:
        daemon.wait_ready()
        with daemon.client() as client:
            client.speak("One, two, three.").wait()
        assert daemon.process is not None
        pids = {"daemon": daemon.process.pid, **daemon.pids()}
        processes = {name: psutil.Process(pid) for name, pid in pids.items()}
        before = {name: busy_s(process) for name, process in processes.items()}
        begun = time.monotonic()
        time.sleep(seconds)
        passed = time.monotonic() - begun
        percent = {name: 100 * (busy_s(process) - before[name]) / passed for name, process in processes.items()}
    return {
        "seconds": round(passed),
        "percent_of_a_core": {name: round(value, 3) for name, value in percent.items()},
        "total_percent": round(sum(percent.values()), 3),
        "reached": sum(percent.values()) <= _TARGET_PERCENT,
    }


def busy_s(process: psutil.Process) -> float:
    """From the kernel's nanosecond accounting where it has one: clock ticks are too coarse for an idle process."""
    try:
        with open(f"/proc/{process.pid}/task/{process.pid}/schedstat") as file:
            del file
        return sum(_thread_s(process.pid, thread.id) for thread in process.threads())
    except OSError:
        times = process.cpu_times()
        return times.user + times.system


def _thread_s(pid: int, thread: int) -> float:
    with open(f"/proc/{pid}/task/{thread}/schedstat") as file:
        return int(file.read().split()[0]) / 1e9
