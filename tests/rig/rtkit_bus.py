"""A D-Bus system bus of the test's own, with a real polkitd and a real rtkit-daemon on it. Needs root.

    with SystemBus(allow="nobody") as bus:
        make_thread_realtime(..., bus=bus.address)

Nothing of the machine's own is touched: the bus has another address, and polkitd sees its rules in a mount namespace of
its own. The programs come from the Debian packages dbus, polkitd and rtkit.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from waiting import wait_until

DBUS_DAEMON = "/usr/bin/dbus-daemon"
POLKITD = "/usr/lib/polkit-1/polkitd"
RTKIT_DAEMON = "/usr/libexec/rtkit-daemon"

RULE = """
polkit.addRule(function(action, subject) {{
    if (action.id.indexOf("org.freedesktop.RealtimeKit1.") == 0 && subject.user == "{user}") return polkit.Result.YES;
}});
"""


def missing() -> str:
    """Why there can be no such bus here; empty if there can."""
    if not sys.platform.startswith("linux"):
        return "rtkit is a Linux service"
    if os.getuid() != 0:
        return "only root can start polkitd and rtkit-daemon"
    absent = [program for program in (DBUS_DAEMON, POLKITD, RTKIT_DAEMON) if not Path(program).exists()]
    if absent:
        return f"not installed: {', '.join(absent)} (tests/rig/install.sh)"
    if (
        shutil.which("unshare") is None
        or subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode
    ):
        return "this root may not make mount namespaces"
    return ""


class SystemBus:
    """The bus, and what runs on it."""

    def __init__(self, *, allow: str = "", with_polkit: bool = True, with_rtkit: bool = True) -> None:
        """Args:
        allow: the user whom polkit lets have real time, as it lets everybody who is logged in at the machine.
        """
        self._folder = Path(tempfile.mkdtemp(prefix="utterd-bus-", dir="/tmp"))
        self._folder.chmod(0o755)  # other users connect to the socket in it
        self.address = f"unix:path={self._folder}/bus"
        self._allow = allow
        self._with_polkit, self._with_rtkit = with_polkit, with_rtkit
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._stack.callback(shutil.rmtree, self._folder, ignore_errors=True)
        with self._stack as stack:
            self._run(DBUS_DAEMON, f"--config-file={self._write_config()}", "--nofork", "--nopidfile")
            wait_until(self._is_listening, what="the bus")
            if self._with_polkit:
                rules = self._write_rules()
                bind = f'mount --bind "{rules}" /etc/polkit-1/rules.d && exec {POLKITD} --no-debug'
                self._wait_for("org.freedesktop.PolicyKit1", self._run("unshare", "--mount", "sh", "-c", bind))
            if self._with_rtkit:
                # Its limit of three threads counts those of the machine's own rtkit-daemon, too.
                self._wait_for("org.freedesktop.RealtimeKit1", self._run(RTKIT_DAEMON, "--no-limit-resources"))
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _is_listening(self) -> bool:
        """Its socket is there a little earlier than anybody is behind it."""
        with socket.socket(socket.AF_UNIX) as trial:
            return trial.connect_ex(f"{self._folder}/bus") == 0

    def _write_config(self) -> Path:
        """The system's own policy, without its services: nothing is started but what this test starts."""
        path = self._folder / "bus.conf"
        path.write_text(
            "<busconfig><type>system</type>"
            f"<listen>{self.address}</listen><auth>EXTERNAL</auth>"
            '<policy context="default"><allow user="*"/><allow own="*"/><allow send_type="method_call"/>'
            '<allow send_type="signal"/><allow send_requested_reply="true"/><allow receive_type="method_call"/>'
            '<allow receive_type="method_return"/><allow receive_type="error"/><allow receive_type="signal"/></policy>'
            "</busconfig>"
        )
        return path

    def _write_rules(self) -> Path:
        rules = self._folder / "rules"
        rules.mkdir()
        if self._allow:
            (rules / "10-allow.rules").write_text(RULE.format(user=self._allow))
        for path in (rules, *rules.iterdir()):
            path.chmod(0o755)  # polkitd reads them as a user of its own
        return rules

    def _run(self, *command: str) -> "subprocess.Popen[bytes]":
        log = self._stack.enter_context((self._folder / f"{Path(command[0]).name}.log").open("wb"))
        process = subprocess.Popen(
            command, env={**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": self.address}, stdout=log, stderr=log
        )
        self._stack.callback(_end, process)
        return process

    def _wait_for(self, name: str, process: "subprocess.Popen[bytes]") -> None:
        from jeepney import DBusAddress, new_method_call
        from jeepney.io.blocking import open_dbus_connection

        bus = DBusAddress("/org/freedesktop/DBus", bus_name="org.freedesktop.DBus", interface="org.freedesktop.DBus")
        with open_dbus_connection(bus=self.address) as connection:

            def has_owner() -> bool:
                if process.poll() is not None:
                    logs = "".join(path.read_text("utf-8", "replace") for path in self._folder.glob("*.log"))
                    raise RuntimeError(f"{name} did not come up: {logs}")
                reply = connection.send_and_get_reply(new_method_call(bus, "NameHasOwner", "s", (name,)), timeout=5)
                return bool(reply.body[0])

            wait_until(has_owner, what=name)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(10)
        return
    process.kill()
    process.wait()
