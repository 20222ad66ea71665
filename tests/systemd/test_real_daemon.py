"""The real daemon with what systemd hands it: a socket, by `systemd-socket-activate`, and an ear for its state."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from rig.hops import short_folder
from rig.unix_sockets import listens
from running_daemon import RunningDaemon
from waiting import wait_until

from utterd.client import Client

WAIT_S = 60


@contextmanager
def activated(home: Path, *arguments: str, **environ: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A daemon that the first client will start; until then its process is systemd-socket-activate."""
    tool = shutil.which("systemd-socket-activate")
    if tool is None:
        pytest.skip("systemd-socket-activate is not installed; run tests/rig/install.sh")
    path = home / "run" / "utterd.sock"
    path.parent.mkdir(mode=0o700, parents=True)
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "HOME") if name in os.environ}
    variables = {**kept, "UTTERD_HOME": str(home), "UTTERD_OUTPUT__DEVICE": "null", **environ}
    command = [tool, f"--listen={path}", *(f"--setenv={name}={value}" for name, value in variables.items())]
    daemon = [sys.executable, "-P", "-m", "utterd.daemon", "--log-to-file", *arguments]
    with subprocess.Popen([*command, *daemon], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            wait_until(lambda: listens(path), what="systemd-socket-activate to listen")
            yield process
        finally:
            process.kill()
            process.communicate()


@pytest.fixture
def home() -> Iterator[Path]:
    with short_folder() as folder:
        yield folder / "home"


class TestTheSocket:
    def test_the_first_client_starts_the_daemon_and_is_answered(self, home: Path) -> None:
        path = home / "run" / "utterd.sock"
        with activated(home) as process:
            with Client(path) as client:
                client.speak("Woken up.").wait()
                assert client.status()["device"]["name"] == "null"
            process.send_signal(signal.SIGTERM)
            assert process.wait(WAIT_S) == 0  # which leaves a service down
            assert path.is_socket()  # it is the service manager's

    def test_nobody_needing_it_for_the_time_set_it_ends_well(self, home: Path) -> None:
        with activated(home, UTTERD_SERVICE__IDLE_EXIT_S="0.2") as process:
            with Client(home / "run" / "utterd.sock") as client:
                client.speak("Spoken to its end, whatever the limit.").wait()
            assert process.wait(WAIT_S) == 0
        assert "shutting down reason=idle" in (home / "log" / "utterd.log").read_text()

    def test_a_client_that_stays_keeps_it(self, home: Path) -> None:
        with (
            activated(home, UTTERD_SERVICE__IDLE_EXIT_S="0.05") as process,
            Client(home / "run" / "utterd.sock") as client,
        ):
            while client.status()["uptime_s"] < 0.5:
                assert process.poll() is None


class TestTheLog:
    def test_all_that_a_terminal_would_have_shown_is_in_it(self, home: Path) -> None:
        with activated(home, UTTERD_OUTPUT__DEVICE="nul") as process:
            with socket.socket(socket.AF_UNIX) as caller:
                caller.connect(str(home / "run" / "utterd.sock"))
                assert process.wait(WAIT_S) == 2
            assert process.stderr is not None
            assert b"nul'" not in process.stderr.read()
        assert "there is no output device 'nul'" in (home / "log" / "utterd.log").read_text()

    def test_it_is_for_its_user_alone(self, home: Path) -> None:
        with activated(home), Client(home / "run" / "utterd.sock") as client:
            client.status()
            for path in (home / "log" / "utterd.log", home / "log"):
                assert path.stat().st_mode & 0o077 == 0


class TestTheEar:
    def test_it_is_told_of_the_start_of_life_and_of_the_end(self) -> None:
        with short_folder() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.settimeout(WAIT_S)
            manager.bind(str(folder / "notify"))
            environ = {"NOTIFY_SOCKET": str(folder / "notify"), "WATCHDOG_USEC": "100000"}
            with RunningDaemon("--device", "null", environ=environ) as daemon:
                assert manager.recv(100) == b"READY=1"
                assert [manager.recv(100) for _ in range(3)] == [b"WATCHDOG=1"] * 3
                daemon.stop()
                assert b"STOPPING=1" in iter(lambda: manager.recv(100), b"")
