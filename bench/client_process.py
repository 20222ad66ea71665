"""The thin client as a process: `utterd speak --no-wait hi` started → ended, with a daemon that listens already.

Beside it: the same Python with nothing to do (`-c pass`), which no client can be quicker than. The script is the one
beside this Python. Without cached bytecode (PYTHONDONTWRITEBYTECODE in an editable install) each start compiles the
client anew.
"""

import statistics
import subprocess
import sys
import sysconfig
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.running_daemon import RunningDaemon

_TARGET_MS = 60.0


def measure(count: int = 30) -> dict[str, Any]:
    """Milliseconds, by the wall clock; the two take turns, so that both meet the same machine."""
    script = Path(sysconfig.get_path("scripts")) / "utterd"
    speak_ms: list[float] = []
    python_ms: list[float] = []
    with RunningDaemon("--device", "null") as daemon, daemon.client() as client:
        daemon.wait_ready()
        for number in range(-2, count):
            client.stop(all=True)
            speak = _run_ms([str(script), "speak", "--no-wait", "hi"], daemon.environ)
            client.stop(all=True)
            python = _run_ms([sys.executable, "-c", "pass"], daemon.environ)
            if number >= 0:  # the first two warm the files up
                speak_ms.append(speak)
                python_ms.append(python)
    return {
        "speak_ms": _spread(speak_ms),
        "python_alone_ms": _spread(python_ms),
        "reached": statistics.median(speak_ms) <= _TARGET_MS,
    }


def _run_ms(command: list[str], environ: Mapping[str, str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, env=environ, stdout=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - begun) * 1000


def _spread(values: list[float]) -> dict[str, float]:
    return {
        "median": round(statistics.median(values), 1),
        "min": round(min(values), 1),
        "max": round(max(values), 1),
        "count": len(values),
    }
