"""What this machine's kernel really grants, to root and to a user without privileges: in processes of their own."""

import json
import os
import signal
import subprocess
import sys
from typing import Any

import pytest

pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks the Linux kernel"),
    pytest.mark.skipif(os.name == "posix" and os.getuid() != 0, reason="only root can become another user"),
]

RESET_ON_FORK = 0x40000000
NOBODY = 65534

PROGRAM = """
import json, os, resource, sys, threading
from utterd.stages import scheduling
from utterd.stages.scheduling import rtkit  # while the modules can still be read

try:
    import jeepney.io.blocking
except ImportError:
    pass
verb, user = sys.argv[1], int(sys.argv[2])
os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = "unix:path=/nonexistent/bus"
if user:
    resource.setrlimit(resource.RLIMIT_RTPRIO, (0, 0))
    resource.setrlimit(resource.RLIMIT_NICE, (0, 0))
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
answer = {}

def work():
    report = getattr(scheduling, verb)()
    thread = threading.get_native_id()
    answer.update(
        asked=report.asked, granted=report.granted, refused=report.refused, policy=os.sched_getscheduler(thread),
        priority=os.sched_getparam(thread).sched_priority, nice=os.getpriority(os.PRIO_PROCESS, thread),
    )
    child = threading.Thread(target=lambda: answer.update(child=os.sched_getscheduler(threading.get_native_id())))
    child.start()
    child.join()

thread = threading.Thread(target=work)
thread.start()
thread.join()
answer["main"] = os.sched_getscheduler(0)
answer["limit"] = resource.getrlimit(resource.RLIMIT_RTTIME)
print(json.dumps(answer))
"""

RUNAWAY = """
import resource, threading
from utterd.stages import scheduling

resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

def run():
    report = scheduling.raise_audio_thread()
    print(report.granted, flush=True)
    while True:
        pass

threading.Thread(target=run).start()
threading.Event().wait()
"""


def ask(verb: str, *, user: int = 0) -> dict[str, Any]:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, verb, str(user)], capture_output=True, text=True, timeout=30, check=True
    )
    answer: dict[str, Any] = json.loads(run.stdout)
    return answer


@pytest.fixture(scope="module")
def as_root() -> dict[str, Any]:
    answer = ask("raise_audio_thread")
    if answer["policy"] == os.SCHED_OTHER:
        pytest.skip(f"this root may not have real time: {answer['refused']}")
    return answer


def test_root_gets_real_time_for_the_one_thread(as_root: dict[str, Any]) -> None:
    assert as_root["policy"] == os.SCHED_RR | RESET_ON_FORK
    assert as_root["priority"] == 10
    assert as_root["granted"].startswith("SCHED_RR priority 10")
    assert as_root["refused"] == []
    assert as_root["main"] == os.SCHED_OTHER
    assert as_root["child"] == os.SCHED_OTHER


def test_real_time_is_limited_before_it_is_taken(as_root: dict[str, Any]) -> None:
    assert as_root["limit"] == [180_000, 200_000]


def test_a_thread_gone_wild_in_real_time_is_ended_not_endured(as_root: dict[str, Any]) -> None:
    run = subprocess.run([sys.executable, "-c", RUNAWAY], capture_output=True, text=True, timeout=30, check=False)
    assert run.stdout.startswith("SCHED_RR")
    assert -run.returncode in (signal.SIGXCPU, signal.SIGKILL)


def test_an_ordinary_user_gets_what_is_left_and_hears_why() -> None:
    answer = ask("raise_audio_thread", user=NOBODY)
    assert answer["policy"] == os.SCHED_OTHER
    assert answer["nice"] == 0
    assert answer["granted"].startswith("SCHED_OTHER nice 0")
    refused = "\n".join(answer["refused"])
    assert "SCHED_RR priority 10: Operation not permitted" in refused
    assert "SCHED_RR priority 10 from rtkit: " in refused
    assert "nice -11: Permission denied" in refused
    has_slice = "slice 1000 us" in answer["granted"]
    assert has_slice != ("a time slice of 1000 us" in refused)


@pytest.mark.parametrize("user", [0, NOBODY])
def test_g2p_steps_back_as_anyone(user: int) -> None:
    answer = ask("lower_g2p_thread", user=user)
    assert (answer["policy"], answer["nice"]) == (os.SCHED_OTHER, 2)
    assert answer["granted"].startswith("SCHED_OTHER nice 2")


@pytest.mark.parametrize("user", [0, NOBODY])
def test_inference_is_left_as_it_is(user: int) -> None:
    answer = ask("raise_inference_thread", user=user)
    assert (answer["policy"], answer["nice"]) == (os.SCHED_OTHER, 0)
