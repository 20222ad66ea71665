"""One agent a screen; real processes hold the locks."""

import os
import signal
import subprocess
import sys

import pytest
from waiting import wait_until

from utterd.client.errors import UtterdError
from utterd.client.hotkeys.instance import AlreadyRunning, end_agents, only_agent, running_agents

HOLD = """
import sys
from utterd.client.hotkeys.instance import only_agent
with only_agent(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def hold(home):
    """Has another process be the agent of a screen."""
    holders: list[subprocess.Popen[bytes]] = []

    def hold(screen: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-c", HOLD, screen]
        holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        holders.append(holder)
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        return holder

    yield hold
    for holder in holders:
        holder.kill()
        holder.communicate()


def test_a_second_one_of_a_screen_is_told_of_the_first(hold):
    first = hold(":0")
    with pytest.raises(AlreadyRunning, match=f"served already, by process {first.pid}$"), only_agent(":0"):
        pass


def test_another_screen_has_its_own(hold):
    first = hold(":0")
    with only_agent("localhost:10.0"):
        assert sorted(running_agents()) == sorted([first.pid, os.getpid()])


def test_one_that_crashed_is_none(hold):
    first = hold(":0")
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert running_agents() == []
    with only_agent(":0"):
        assert running_agents() == [os.getpid()]
    assert running_agents() == []


def test_all_can_be_ended(hold):
    agents = [hold(":0"), hold("wayland-1")]
    assert sorted(end_agents()) == sorted(agent.pid for agent in agents)
    wait_until(lambda: not running_agents(), what="them to end")
    assert [agent.wait() for agent in agents] == [-signal.SIGTERM] * 2
    assert end_agents() == []


def test_a_screens_name_is_no_path(home):
    with only_agent("../../etc/x"):
        assert [lock.name for lock in (home / "run").iterdir()] == ["hotkeys..-..-etc-x.lock"]


def test_a_folder_that_cannot_be_used_is_a_sentence(home):
    (home / "run").write_text("a file")
    with pytest.raises(UtterdError, match="cannot use the folder"), only_agent(":0"):
        pass
    assert running_agents() == []
