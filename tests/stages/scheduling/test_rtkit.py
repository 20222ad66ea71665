"""rtkit is played by a service of the test's own, on a real bus: dbus-daemon judges every byte."""

import contextlib
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator

import pytest

from utterd.stages.scheduling.rtkit import make_thread_high_priority, make_thread_realtime

jeepney = pytest.importorskip("jeepney", reason="the optional package jeepney is not installed")

NAME = "org.freedesktop.RealtimeKit1"


class FakeRtkit:
    """Answers a call on a bus; refuses priorities above 20, as the real one does."""

    def __init__(self, address: str) -> None:
        from jeepney.io.blocking import open_dbus_connection

        self.calls: list[tuple[str, str, tuple[object, ...]]] = []
        self._connection = open_dbus_connection(bus=address)
        request = jeepney.message_bus.RequestName(NAME)
        self._connection.send_and_get_reply(request, timeout=5)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._thread.join(5)
        self._connection.close()

    def _serve(self) -> None:
        """One call."""
        message = self._connection.receive(timeout=5)
        while message.header.message_type is not jeepney.MessageType.method_call:
            message = self._connection.receive(timeout=5)  # signals of the bus itself
        fields = message.header.fields
        member, path = fields[jeepney.HeaderFields.member], fields[jeepney.HeaderFields.path]
        self.calls.append((member, path, message.body))
        if message.body[1] > 20:
            name = "org.freedesktop.DBus.Error.AccessDenied"
            reply = jeepney.new_error(message, name, "s", ("Operation not permitted",))
        else:
            reply = jeepney.new_method_return(message)
        self._connection.send(reply)


@pytest.fixture
def bus() -> Iterator[str]:
    if shutil.which("dbus-daemon") is None:
        pytest.skip("dbus-daemon is not installed")
    folder = tempfile.mkdtemp(prefix="utterd-bus-", dir="/tmp")
    command = ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1"]
    daemon = subprocess.Popen(
        [*command, f"--address=unix:path={folder}/bus"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert daemon.stdout is not None
    yield daemon.stdout.readline().strip()
    daemon.terminate()
    daemon.communicate()
    shutil.rmtree(folder)


def test_the_thread_and_the_priority_arrive_as_rtkit_wants_them(bus: str) -> None:
    with contextlib.closing(FakeRtkit(bus)) as rtkit:
        make_thread_realtime(4711, 10, bus=bus)
    assert rtkit.calls == [("MakeThreadRealtime", "/org/freedesktop/RealtimeKit1", (4711, 10))]


def test_the_nice_value_arrives_too(bus: str) -> None:
    with contextlib.closing(FakeRtkit(bus)) as rtkit:
        make_thread_high_priority(4711, -11, bus=bus)
    assert rtkit.calls == [("MakeThreadHighPriority", "/org/freedesktop/RealtimeKit1", (4711, -11))]


def test_a_refusal_is_an_os_error_with_rtkits_words(bus: str) -> None:
    with contextlib.closing(FakeRtkit(bus)), pytest.raises(OSError, match="AccessDenied: Operation not permitted"):
        make_thread_realtime(4711, 50, bus=bus)


def test_a_bus_without_rtkit_is_an_os_error(bus: str) -> None:
    with pytest.raises(OSError, match="ServiceUnknown"):
        make_thread_realtime(4711, 10, bus=bus)


@pytest.mark.parametrize("address", ["unix:path=/nonexistent/bus", "nonsense"])
def test_no_bus_at_all_is_an_os_error(address: str) -> None:
    with pytest.raises(OSError, match=r"No such file or directory|no system bus"):
        make_thread_realtime(4711, 10, bus=address)
