"""Long listening: hours of text through `null` at real time, with the machine's other core kept busy.

Counted: underruns, memory of the four processes (private and shared counted once for each process, as RSS does), its
growth from the end of the first tenth to the end, and processor time.
"""

import os
import subprocess
import sys
import time
from typing import Any

import psutil

from bench.texts import document
from tests.running_daemon import RunningDaemon

_TARGET_BYTES = 450 * 1024 * 1024
_CHARACTERS_PER_MINUTE = 900
_SAMPLE_S = 10.0


def measure(minutes: float = 2.0, *, busy: bool = True) -> dict[str, Any]:
    """Play for about so many minutes; a figure a process."""
    hog = subprocess.Popen([sys.executable, "-c", "while True: pass"]) if busy else None
    try:
        with RunningDaemon("--device", "null") as daemon:
            daemon.wait_ready()
            return _soak(daemon, minutes)
    finally:
        if hog is not None:
            hog.kill()
            hog.wait()


def _soak(daemon: RunningDaemon, minutes: float) -> dict[str, Any]:
    begun = time.monotonic()
    totals: list[int] = []
    underruns = played_ms = 0.0
    number = 0
    with daemon.client() as client:
        while time.monotonic() - begun < minutes * 60:
            utterance = client.speak(document(_CHARACTERS_PER_MINUTE, seed=number))
            number += 1
            while True:
                try:
                    finished = utterance.wait(timeout=_SAMPLE_S)
                    break
                except TimeoutError:
                    totals.append(sum(process.memory_info().rss for process in _processes(daemon).values()))
            underruns += finished.underruns
            played_ms += finished.audio_ms
    processes = _processes(daemon)
    first, last = totals[len(totals) // 10], totals[-1]
    return {
        "minutes": round((time.monotonic() - begun) / 60, 1),
        "audio_minutes": round(played_ms / 60_000, 1),
        "underruns": int(underruns),
        "restarts": sum(stage["restarts"] for stage in daemon.status()["stages"]),
        "rss_mb": {name: round(p.memory_info().rss / 2**20) for name, p in processes.items()},
        "rss_total_mb": round(last / 2**20),
        "rss_growth_mb": round((last - first) / 2**20, 1),
        "cpu_percent_of_a_core": {
            name: round(100 * sum(p.cpu_times()[:2]) / (time.monotonic() - begun), 2) for name, p in processes.items()
        },
        "cores": os.cpu_count(),
        "reached": underruns == 0 and max(totals) <= _TARGET_BYTES,
    }


def _processes(daemon: RunningDaemon) -> dict[str, psutil.Process]:
    """As they are now: a stage may have been restarted."""
    assert daemon.process is not None
    pids = {"daemon": daemon.process.pid, **daemon.pids()}
    return {name: psutil.Process(pid) for name, pid in pids.items()}
