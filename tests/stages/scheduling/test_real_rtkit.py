"""The real rtkit-daemon and polkitd, on a system bus of the test's own: what an ordinary user is granted, and told."""

import os
import pwd
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from rig import rtkit_bus
from rig.scheduled import NOBODY, ask_scheduling

from utterd.client.cli.scheduling_advice import advice

pytest.importorskip("jeepney", reason="the package jeepney, which Linux installs get, is not installed")

pytestmark = pytest.mark.skipif(bool(rtkit_bus.missing()), reason=rtkit_bus.missing())

RESET_ON_FORK = 0x40000000


@pytest.fixture(scope="module")
def welcome() -> Iterator[rtkit_bus.SystemBus]:
    """A bus whose polkit takes the user for someone who is logged in at the machine."""
    with rtkit_bus.SystemBus(allow=pwd.getpwuid(NOBODY).pw_name) as bus:
        yield bus


def advised(answer: dict[str, Any]) -> str:
    """What `utterd doctor` would say of it."""
    stage = {"name": "output", "scheduling": answer}
    return "\n".join(f"{what}: {command}" for what, command in advice([stage], platform="linux"))


def test_an_ordinary_user_gets_real_time_from_rtkit(welcome: rtkit_bus.SystemBus) -> None:
    if ask_scheduling("raise_audio_thread")["policy"] == os.SCHED_OTHER:
        pytest.skip("not even root may have real time here")
    answer = ask_scheduling("raise_audio_thread", user=NOBODY, bus=welcome.address)
    assert answer["policy"] == os.SCHED_RR | RESET_ON_FORK
    assert answer["priority"] == 4
    assert answer["granted"].startswith("SCHED_RR priority 4")
    assert answer["refused"] == ["SCHED_RR priority 4: Operation not permitted"]
    assert answer["main"] == answer["child"] == os.SCHED_OTHER
    assert advised(answer) == ""


def test_an_ordinary_user_gets_a_better_nice_value_from_rtkit_where_real_time_is_not_to_be_had(
    welcome: rtkit_bus.SystemBus,
) -> None:
    """A process that has not limited its real time gets none from rtkit; the nice value it gets all the same."""
    program = (
        "import os, sys, threading\n"
        "from utterd.stages.scheduling.rtkit import make_thread_high_priority, make_thread_realtime\n"
        "import jeepney.io.blocking\n"
        f"os.setgroups([]); os.setresgid({NOBODY}, {NOBODY}, {NOBODY}); os.setresuid({NOBODY}, {NOBODY}, {NOBODY})\n"
        "thread = threading.get_native_id()\n"
        "try:\n"
        f"    make_thread_realtime(thread, 4, bus={welcome.address!r})\n"
        "except OSError as error:\n"
        "    print(error)\n"
        f"make_thread_high_priority(thread, -11, bus={welcome.address!r})\n"
        "print(os.getpriority(os.PRIO_PROCESS, thread))\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert run.stdout.splitlines() == ["AccessDenied: Operation not permitted", "-11"]


def test_whom_polkit_does_not_take_for_logged_in_gets_short_turns_and_hears_why() -> None:
    with rtkit_bus.SystemBus() as bus:
        answer = ask_scheduling("raise_audio_thread", user=NOBODY, bus=bus.address)
    assert (answer["policy"], answer["nice"]) == (os.SCHED_OTHER, 0)
    refused = "\n".join(answer["refused"])
    assert "SCHED_RR priority 4 from rtkit: AccessDenied" in refused
    assert "nice -11 from rtkit: AccessDenied" in refused
    assert "you are not logged in at this machine" in advised(answer)


def test_without_polkit_rtkit_refuses_everybody() -> None:
    with rtkit_bus.SystemBus(with_polkit=False) as bus:
        answer = ask_scheduling("raise_audio_thread", user=NOBODY, bus=bus.address)
    assert answer["policy"] == os.SCHED_OTHER
    assert "polkit" in advised(answer)


def test_without_rtkit_it_is_to_be_installed() -> None:
    with rtkit_bus.SystemBus(with_polkit=False, with_rtkit=False) as bus:
        answer = ask_scheduling("raise_audio_thread", user=NOBODY, bus=bus.address)
    assert "install rtkit" in advised(answer)


def test_without_a_bus_there_is_nobody_to_ask() -> None:
    answer = ask_scheduling("raise_audio_thread", user=NOBODY)
    assert "no system bus" in advised(answer)
