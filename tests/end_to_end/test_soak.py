"""A short soak: minutes of text while the other core is busy. `python -m bench soak --minutes 120` is the long one."""

import subprocess
import sys

import psutil
import pytest
from running_daemon import RunningDaemon

PARAGRAPH = (
    "The train left the station at a quarter past seven. Nobody on the platform waved, and the rain had not stopped. "
    "Inside, a child counted the houses until there were none; then she slept. "
)


@pytest.mark.slow
def test_no_underrun_and_no_growth_while_another_program_is_busy():
    hog = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        with RunningDaemon("--device", "null") as daemon, daemon.client() as client:
            daemon.wait_ready()
            processes = [psutil.Process(pid) for pid in (daemon.process.pid, *daemon.pids().values())]
            sizes = []
            for _ in range(3):
                finished = client.speak(PARAGRAPH, speed=2.0).wait(120)
                assert finished.underruns == 0
                sizes.append(sum(process.memory_info().rss for process in processes))
            for _ in range(5):
                client.speak(PARAGRAPH * 40, destination="client").wait(120)
            sizes.append(sum(process.memory_info().rss for process in processes))
    finally:
        hog.kill()
        hog.wait()
    assert sizes[-1] < 450 * 2**20
    assert sizes[-1] - sizes[0] < 60 * 2**20
