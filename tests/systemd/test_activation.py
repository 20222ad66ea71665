"""The socket that systemd hands over, and the messages to it: with its variables faked, and with its own tool."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest
from rig.hops import short_folder
from rig.unix_sockets import listens
from waiting import wait_until

from utterd.systemd import activation
from utterd.systemd.activation import notify, take_listening_socket


@pytest.fixture
def handed_over(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The first descriptor is a listening Unix socket."""
    with short_folder() as folder, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "s"))
        listener.listen()
        descriptor = os.dup(listener.fileno())
        os.set_inheritable(descriptor, True)  # as it comes from systemd
        monkeypatch.setattr(activation, "_FIRST_DESCRIPTOR", descriptor)
        yield descriptor
        with contextlib.suppress(OSError):  # where it was taken, the test has closed it
            os.close(descriptor)


def environment(count: int | str = 1, pid: int | str | None = None) -> dict[str, str]:
    return {"LISTEN_FDS": str(count), "LISTEN_PID": str(os.getpid() if pid is None else pid), "LISTEN_FDNAMES": "x"}


def test_a_listening_socket_is_taken(handed_over: int) -> None:
    taken = take_listening_socket(environment())
    assert taken is not None
    with taken:
        assert taken.fileno() == handed_over
        assert taken.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
        assert not os.get_inheritable(handed_over)


def test_children_do_not_see_the_variables(handed_over: int) -> None:
    env = {**environment(), "HOME": "/nowhere"}
    taken = take_listening_socket(env)
    assert taken is not None
    taken.close()
    assert env == {"HOME": "/nowhere"}


@pytest.mark.parametrize(
    "env",
    [
        {},
        environment(pid=os.getppid()),
        environment(pid="x"),
        {"LISTEN_PID": str(os.getpid())},
        environment(count=0),
        environment(count=""),
        environment(count="-1"),
        environment(count="²"),
    ],
)
def test_without_a_socket_for_this_very_process_there_is_none(handed_over: int, env: dict[str, str]) -> None:
    assert take_listening_socket(env) is None


def test_what_is_no_unix_stream_socket_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        monkeypatch.setattr(activation, "_FIRST_DESCRIPTOR", other.fileno())
        assert take_listening_socket(environment()) is None
        assert other.fileno() >= 0
        os.fstat(other.fileno())  # still open: it is not ours to close


def test_a_descriptor_that_is_no_socket_or_closed_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    monkeypatch.setattr(activation, "_FIRST_DESCRIPTOR", reading)
    assert take_listening_socket(environment()) is None
    os.close(reading)
    os.close(writing)
    assert take_listening_socket(environment()) is None


SCRIPT = """
from utterd.systemd.activation import take_listening_socket
listener = take_listening_socket()
connection, _ = listener.accept()
connection.sendall(b"handed over" if listener.getsockname().endswith("/sock") else b"which?")
"""


def test_systemd_itself_hands_over_its_socket() -> None:
    tool = shutil.which("systemd-socket-activate")
    if tool is None:
        pytest.skip("systemd-socket-activate is not installed")
    with short_folder() as folder:
        path = folder / "sock"
        command = [
            tool,
            f"--listen={path}",
            *(f"--setenv={name}" for name in ("PATH", "PYTHONPATH") if name in os.environ),
        ]
        with subprocess.Popen([*command, sys.executable, "-c", SCRIPT], stderr=subprocess.PIPE) as process:
            try:
                wait_until(lambda: listens(path), what="systemd-socket-activate to listen")
                with socket.socket(socket.AF_UNIX) as client:
                    client.settimeout(30)
                    client.connect(str(path))
                    assert client.recv(100) == b"handed over"
                assert process.wait(30) == 0
            finally:
                process.kill()
                process.communicate()


# Messages to it


def test_nobody_is_told_where_there_is_nobody_to_tell() -> None:
    assert not notify("READY=1", {})
    assert not notify("READY=1", {"NOTIFY_SOCKET": "vsock:2:1"})
    assert not notify("READY=1", {"NOTIFY_SOCKET": "/nowhere/at/all"})


def test_a_service_manager_at_a_path_is_told() -> None:
    with short_folder() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.settimeout(30)
        manager.bind(str(folder / "notify"))
        assert notify("STOPPING=1", {"NOTIFY_SOCKET": str(folder / "notify")})
        assert manager.recv(100) == b"STOPPING=1"


@pytest.mark.skipif(sys.platform != "linux", reason="abstract sockets are Linux's")
def test_a_service_manager_at_an_abstract_address_is_told() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.settimeout(30)
        name = f"utterd-test-{os.getpid()}"
        manager.bind("\0" + name)
        assert notify("READY=1", {"NOTIFY_SOCKET": "@" + name})
        assert manager.recv(100) == b"READY=1"


def test_the_scripts_own_environment_is_what_is_read_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LISTEN_FDS", "1")
    monkeypatch.setenv("LISTEN_PID", "1")
    assert take_listening_socket() is None
    assert "LISTEN_FDS" not in os.environ
