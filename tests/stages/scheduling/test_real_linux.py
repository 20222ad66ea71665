"""What this machine's kernel really grants, to root and to a user without privileges: in processes of their own."""

import os
import signal
import subprocess
import sys
from typing import Any

import pytest
from rig.scheduled import NOBODY, ask_scheduling

pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks the Linux kernel"),
    pytest.mark.skipif(os.name == "posix" and os.getuid() != 0, reason="only root can become another user"),
]

RESET_ON_FORK = 0x40000000

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


@pytest.fixture(scope="module")
def as_root() -> dict[str, Any]:
    answer = ask_scheduling("raise_audio_thread")
    if answer["policy"] == os.SCHED_OTHER:
        pytest.skip(f"this root may not have real time: {answer['refused']}")
    return answer


def test_root_gets_real_time_for_the_one_thread(as_root: dict[str, Any]) -> None:
    assert as_root["policy"] == os.SCHED_RR | RESET_ON_FORK
    assert as_root["priority"] == 4
    assert as_root["granted"].startswith("SCHED_RR priority 4")
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
    answer = ask_scheduling("raise_audio_thread", user=NOBODY)
    assert answer["policy"] == os.SCHED_OTHER
    assert answer["nice"] == 0
    assert answer["granted"].startswith("SCHED_OTHER nice 0")
    refused = "\n".join(answer["refused"])
    assert "SCHED_RR priority 4: Operation not permitted" in refused
    assert "SCHED_RR priority 4 from rtkit: " in refused
    assert "nice -11: Permission denied" in refused
    has_slice = "slice 1000 us" in answer["granted"]
    assert has_slice != ("a time slice of 1000 us" in refused)


@pytest.mark.parametrize("user", [0, NOBODY])
def test_g2p_steps_back_as_anyone(user: int) -> None:
    answer = ask_scheduling("lower_g2p_thread", user=user)
    assert (answer["policy"], answer["nice"]) == (os.SCHED_OTHER, 2)
    assert answer["granted"].startswith("SCHED_OTHER nice 2")


@pytest.mark.parametrize("user", [0, NOBODY])
def test_inference_has_no_priority(user: int) -> None:
    answer = ask_scheduling("raise_inference_thread", user=user)
    assert (answer["policy"], answer["nice"]) == (os.SCHED_OTHER, 0)


@pytest.mark.parametrize(("verb", "nice"), [("raise_inference_thread", 0), ("lower_g2p_thread", 2)])
@pytest.mark.parametrize("user", [0, NOBODY])
def test_a_daemon_started_in_real_time_keeps_it_from_the_model_and_from_g2p(
    as_root: dict[str, Any], verb: str, nice: int, user: int
) -> None:
    answer = ask_scheduling(verb, user=user, prefix=("chrt", "--rr", "50"))
    assert (answer["policy"], answer["nice"]) == (os.SCHED_OTHER, nice)


@pytest.mark.parametrize("user", [0, NOBODY])
def test_g2p_steps_back_from_where_the_daemon_is(user: int) -> None:
    assert ask_scheduling("lower_g2p_thread", user=user, prefix=("nice", "-n", "5"))["nice"] == 7
