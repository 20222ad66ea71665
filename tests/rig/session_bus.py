"""A D-Bus session bus of the test's own: dbus-daemon judges every byte, as it does on a desktop."""

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import pytest


class SessionBus:
    """Runs from the beginning to the end of a `with` block."""

    def __init__(self, services: Sequence[str] = ()) -> None:
        """Args:
        services: contents of .service files: programs that the bus starts when they are called for.
        """
        self._services = services
        self.address = ""

    def __enter__(self) -> Self:
        if shutil.which("dbus-daemon") is None:
            pytest.skip("dbus-daemon is not installed; run tests/rig/install.sh")
        self._folder = Path(tempfile.mkdtemp(prefix="utterd-bus-", dir="/tmp"))
        (self._folder / "services").mkdir()
        for index, service in enumerate(self._services):
            (self._folder / "services" / f"{index}.service").write_text(service)
        configuration = self._folder / "session.conf"
        configuration.write_text(_configuration(self._folder))
        command = ["dbus-daemon", f"--config-file={configuration}", "--nofork", "--nopidfile", "--print-address=1"]
        self._daemon = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self._daemon.stdout is not None
        self.address = self._daemon.stdout.readline().strip()
        return self

    def kill(self) -> None:
        """End it as a crash would: nobody is told anything any more."""
        self._daemon.kill()
        self._daemon.wait()

    def __exit__(self, *_: object) -> None:
        self._daemon.terminate()
        self._daemon.communicate()
        shutil.rmtree(self._folder, ignore_errors=True)


def _configuration(folder: Path) -> str:
    """As the system's own for sessions, but with no services beside those given."""
    return f"""<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={folder}/bus</listen>
  <auth>EXTERNAL</auth>
  <servicedir>{folder}/services</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""
