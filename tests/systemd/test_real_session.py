"""The service in a real `systemd --user`, with the real daemon: from `install` to nothing left."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rig.pulse import PulseServer, Recorder, missing_programs
from rig.user_manager import UserManager, why_not
from waiting import wait_until

from utterd.client.service import describe_service
from utterd.config.paths import find_paths
from utterd.systemd.units import service_unit

UTTERD = Path(sys.executable).with_name("utterd")

pytestmark = pytest.mark.slow

ATTEMPTS = {
    "the network": "import socket; socket.socket(socket.AF_INET)",
    "memory that is written and run": "import mmap; mmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | mmap.PROT_EXEC)",
    "a namespace": (
        "import ctypes, os; libc = ctypes.CDLL(None, use_errno=True)\n"
        "if libc.unshare(0x10000000): raise OSError(ctypes.get_errno(), 'unshare')"
    ),
    "a file that gives rights": (
        "import os; path = os.environ['HOME'] + '/x'; open(path, 'w').close(); os.chmod(path, 0o4755)"
    ),
    "another personality": (
        "import ctypes, os; libc = ctypes.CDLL(None, use_errno=True)\n"
        "if libc.personality(0x0040000) < 0: raise OSError(ctypes.get_errno(), 'personality')"
    ),
}
"""In Python: raises OSError, or is allowed."""


@pytest.fixture(scope="module", autouse=True)
def _possible() -> None:
    if reason := why_not():
        pytest.skip(reason)


@pytest.fixture(scope="module")
def empty_session() -> Iterator[UserManager]:
    """Without a service, for commands that stand alone."""
    with UserManager() as manager:
        yield manager


@pytest.fixture
def session() -> Iterator[UserManager]:
    with UserManager() as manager:
        set_device(manager, "null")
        yield manager


def set_device(session: UserManager, device: str) -> None:
    config = session.home / ".config" / "utterd"
    config.mkdir(mode=0o700, parents=True, exist_ok=True)
    (config / "config.toml").write_text(f'[output]\ndevice = "{device}"\n')


def utterd(session: UserManager, *arguments: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
    return session.run(UTTERD, *arguments, check=check)


def status(session: UserManager) -> dict[str, object]:
    told: dict[str, object] = json.loads(utterd(session, "service", "status", "--json", check=False).stdout)
    return told


def daemons(session: UserManager) -> list[int]:
    return session.processes("-m utterd.daemon")


def everything(session: UserManager) -> set[str]:
    """Every path with our name in it, and every unit of the user's own."""
    config = session.home / ".config" / "systemd"
    found = {str(path) for root in (session.home, session.runtime) for path in root.rglob("*utterd*")}
    return found | {str(path) for path in config.rglob("*")} | ({str(config)} if config.exists() else set())


def test_from_install_to_nothing_left(session: UserManager) -> None:
    before = everything(session)
    assert status(session)["state"] == "not installed"

    said = utterd(session, "service", "install").stdout
    assert "runs as a service of your session and starts at login" in said
    first = status(session)
    assert (first["state"], first["enabled"], first["current"]) == ("running", True, True)
    assert session.show("utterd.service", "UnitFileState") == "enabled"
    assert session.show("utterd.socket", "UnitFileState") == "enabled"

    utterd(session, "service", "install")
    assert status(session)["pid"] == first["pid"]  # what is right is left alone

    utterd(session, "speak", "One.")
    assert len(daemons(session)) == 1

    os.kill(daemons(session)[0], signal.SIGKILL)
    utterd(session, "speak", "Two.")
    assert session.show("utterd.service", "NRestarts") == "1"

    utterd(session, "service", "stop")
    assert status(session)["state"] == "stopped"
    assert daemons(session) == []
    assert utterd(session, "status", check=False).returncode == 3  # a question does not start it

    utterd(session, "speak", "--no-wait", "Three.")
    assert status(session)["state"] == "running"
    assert len(daemons(session)) == 1  # and none beside it

    utterd(session, "service", "uninstall")
    assert daemons(session) == []
    assert session.processes("-m utterd.stages") == []
    assert session.show("utterd.service", "LoadState") == "not-found"
    assert everything(session) == before
    assert (session.home / ".config" / "utterd" / "config.toml").exists()


def test_what_ended_well_stays_down_until_somebody_connects(session: UserManager) -> None:
    utterd(session, "service", "install")
    os.kill(daemons(session)[0], signal.SIGTERM)
    wait_until(lambda: not daemons(session), what="the daemon to end")
    assert status(session)["state"] == "waiting"
    assert session.show("utterd.service", "NRestarts") == "0"
    assert daemons(session) == []
    utterd(session, "speak", "--no-wait", "Yes.")
    assert status(session)["state"] == "running"


def test_an_idle_daemon_ends_and_the_next_client_loses_nothing(session: UserManager) -> None:
    with (session.home / ".config" / "utterd" / "config.toml").open("a") as config:
        config.write("[service]\nidle_exit_s = 0.4\n")
    utterd(session, "service", "install")
    for number in range(2):
        wait_until(lambda: not daemons(session), what="the idle daemon to end")
        assert status(session)["state"] == "waiting"
        utterd(session, "speak", str(number))
    assert session.show("utterd.service", "Result") == "success"


def test_a_daemon_that_hangs_is_started_anew_by_the_watchdog(session: UserManager) -> None:
    drop_in(session, "[Service]\nWatchdogSec=1\n")
    utterd(session, "service", "install")
    (hung,) = daemons(session)
    os.kill(hung, signal.SIGSTOP)
    wait_until(lambda: daemons(session) not in ([], [hung]), what="the watchdog to bite")
    assert session.show("utterd.service", "NRestarts") == "1"
    utterd(session, "speak", "Yes.")


def test_one_that_is_alive_is_left_alone_by_the_watchdog(session: UserManager) -> None:
    drop_in(session, "[Service]\nWatchdogSec=2\n")
    utterd(session, "service", "install")
    pids = daemons(session)
    for _ in range(3):  # a sign of life a second
        heard = session.show("utterd.service", "WatchdogTimestampMonotonic")
        wait_until(
            lambda heard=heard: session.show("utterd.service", "WatchdogTimestampMonotonic") != heard,
            what="a sign of life",
        )
    assert daemons(session) == pids


def test_settings_that_cannot_be_used_are_told_at_once_and_tried_again_by_the_next_client(
    session: UserManager,
) -> None:
    set_device(session, "nul")
    refused = utterd(session, "service", "install", check=False)
    assert refused.returncode == 5
    assert refused.stderr.startswith("utterd: the daemon could not be started: it ended with code 2;")
    assert "there is no output device 'nul'; did you mean 'null'?" in refused.stderr
    assert (status(session)["state"], status(session)["last_end"]) == ("failed", "it ended with code 2")
    assert "nul" in utterd(session, "service", "logs", "-n", "1").stdout

    set_device(session, "null")
    utterd(session, "speak", "Yes.")
    assert status(session)["state"] == "running"


def test_a_daemon_that_a_client_has_started_makes_way(session: UserManager) -> None:
    utterd(session, "speak", "Before.")
    (before,) = daemons(session)
    said = utterd(session, "service", "install").stdout
    assert said.startswith("ended the daemon that a client had started")
    assert before not in daemons(session)
    assert len(daemons(session)) == 1


def test_a_daemon_in_a_terminal_is_not_ended(session: UserManager) -> None:
    session.run("sh", "-c", f"'{UTTERD}' run >/dev/null 2>&1 &")
    wait_until(lambda: utterd(session, "status", check=False).returncode == 0, what="`utterd run` to listen")
    refused = utterd(session, "service", "install", check=False)
    assert refused.returncode == 4
    assert "`utterd run` (pid " in refused.stderr
    assert len(daemons(session)) == 1
    assert status(session)["state"] == "not installed"


def test_places_with_odd_names_are_found(session: UserManager) -> None:
    home = session.home / 'a "b" $HOME %h \\n é'
    home.mkdir()
    (home / "config").mkdir()
    (home / "config" / "config.toml").write_text('[output]\ndevice = "null"\n')
    session.run(UTTERD, "service", "install", UTTERD_HOME=str(home))
    session.run(UTTERD, "speak", "Yes.", UTTERD_HOME=str(home))
    assert (home / "log" / "utterd.log").exists()
    assert (home / "run" / "utterd.sock").is_socket()
    told = json.loads(session.run(UTTERD, "service", "status", "--json", UTTERD_HOME=str(home)).stdout)
    assert (told["socket"], told["current"]) == (str(home / "run" / "utterd.sock"), True)
    elsewhere = utterd(session, "service", "restart", check=False)
    assert elsewhere.returncode == 4
    assert "was installed for" in elsewhere.stderr


class TestHardening:
    def test_no_process_of_the_service_can_gain_rights_or_leave_its_filters(self, session: UserManager) -> None:
        utterd(session, "service", "install")
        utterd(session, "speak", "-l", "es", "Hola.")  # with eSpeak, which is loaded from a file of its own
        pids = session.processes("-m utterd.")
        assert len(pids) == 4
        for pid in pids:
            told = dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
            assert (told["NoNewPrivs"], told["Seccomp"], told["Umask"]) == ("1", "2", "0077")
            limits = Path(f"/proc/{pid}/limits").read_text()
            assert "Max core file size        0                    0" in limits

    @pytest.mark.parametrize("attempt", ATTEMPTS, ids=ATTEMPTS.keys())
    def test_what_the_daemon_does_not_need_is_refused(self, empty_session: UserManager, attempt: str) -> None:
        """By the very options of the unit, for another command; without them it would have been allowed."""
        command = [sys.executable, "-c", ATTEMPTS[attempt]]
        runner = ["systemd-run", "--user", "--pipe", "--wait", "--quiet"]
        empty_session.run(*runner, *command)
        refused = empty_session.run(*runner, *sandbox(), *command, check=False)
        assert refused.returncode == 1
        assert "Error" in refused.stderr

    def test_what_it_needs_is_allowed(self, empty_session: UserManager) -> None:
        needs = "import socket, os; socket.socket(socket.AF_UNIX); os.memfd_create('ring'); os.sched_getscheduler(0)"
        empty_session.run("systemd-run", "--user", "--pipe", "--wait", *sandbox(), sys.executable, "-c", needs)

    def test_sound_is_played_through_a_sound_server(self, session: UserManager) -> None:
        if missing := missing_programs():
            pytest.skip(f"not installed: {', '.join(missing)}; run tests/rig/install.sh")
        with PulseServer() as server:
            set_device(session, "auto")
            lines = "".join(f'Environment="{name}={value}"\n' for name, value in server.env.items())
            drop_in(session, f"[Service]\n{lines}")
            utterd(session, "service", "install")
            with Recorder(server) as recorder:
                utterd(session, "speak", "Heard.")
            assert abs(recorder.audio().astype(int)).max() > 1000

    def test_real_time_is_taken_where_the_system_gives_it(self) -> None:
        with UserManager(capabilities="-all,+sys_nice") as session:
            set_device(session, "null")
            utterd(session, "service", "install")
            utterd(session, "speak", "Yes.")
            stages = json.loads(utterd(session, "status", "--json").stdout)["stages"]
            output = next(stage for stage in stages if stage["name"] == "output")
            assert output["scheduling"]["granted"].startswith("SCHED_RR")


def sandbox() -> list[str]:
    """The unit's own lines, as systemd-run takes them."""
    unit = service_unit(describe_service(find_paths({"UTTERD_HOME": "/nowhere"})))
    hardening = unit.partition("UMask=")[2].partition("[Install]")[0]
    return [f"--property={line}" for line in f"UMask={hardening}".splitlines() if line and not line.startswith("#")]


def drop_in(session: UserManager, text: str) -> None:
    folder = session.home / ".config" / "systemd" / "user" / "utterd.service.d"
    folder.mkdir(parents=True)
    (folder / "test.conf").write_text(text)
