"""A Wayland desktop of the test's own: sway without a screen, its keys, its mouse, its selection.

sway runs as no superuser. Where the tests are root's, it gets a user namespace in which root has another number: to
the kernel it is still the same user, so that what it starts may talk to a daemon of ours.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest
from rig.wl_pointer import WaylandPointer
from waiting import wait_until

PROGRAMS = ("sway", "swaymsg", "wl-copy", "wl-paste", "wtype")
WIDTH, HEIGHT = 1280, 800

CONFIG = f"""output HEADLESS-1 resolution {WIDTH}x{HEIGHT}
xwayland disable
"""


class Sway:
    """Runs from the beginning to the end of a `with` block; skips the test where it cannot."""

    def __init__(self, *, config: str = "", environ: dict[str, str] | None = None) -> None:
        """Args:
        config: lines for its configuration.
        environ: more variables, for sway and what it starts.
        """
        if missing := [name for name in PROGRAMS if shutil.which(name) is None]:
            pytest.skip(f"not installed: {', '.join(missing)}; run tests/rig/install.sh")
        self.folder = Path(tempfile.mkdtemp(prefix="utterd-sway-", dir="/tmp"))
        self.folder.chmod(0o700)
        self.config = self.folder / "config"
        self.config.write_text(CONFIG + config)
        self._log = self.folder / "log"
        self._environ = environ or {}
        self._started: list[subprocess.Popen[bytes]] = []

    @property
    def socket(self) -> Path:
        return next(iter(self.folder.glob("wayland-[0-9]")))

    @property
    def environ(self) -> dict[str, str]:
        """What leads a program to this desktop, and to no other."""
        variables = {**os.environ, **self._environ}
        variables.pop("DISPLAY", None)
        return {
            **variables,
            "XDG_RUNTIME_DIR": str(self.folder),
            "WAYLAND_DISPLAY": self.socket.name,
            "SWAYSOCK": str(self.folder / "ipc"),
            "XDG_CURRENT_DESKTOP": "sway",
            "DBUS_SESSION_BUS_ADDRESS": "disabled:",
        }

    def run(self, *command: str, given: str | None = None) -> str:
        """Run a program of this desktop to its end; what it printed."""
        done = subprocess.run(
            command, env=self.environ, input=given, capture_output=True, text=True, timeout=60, check=True
        )
        return done.stdout

    def start(self, *command: str) -> "subprocess.Popen[bytes]":
        """Start a program that lives as long as the desktop does."""
        process = subprocess.Popen(
            command, env=self.environ, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._started.append(process)
        return process

    def select(self, text: str) -> None:
        """Have a program own this as the primary selection."""
        subprocess.run(["wl-copy", "--primary", "--", text], env=self.environ, timeout=60, check=True)
        wait_until(lambda: self.selected() == text, what="the selection to be there")

    def selected(self) -> str:
        done = subprocess.run(
            ["wl-paste", "--primary", "--no-newline"], env=self.environ, capture_output=True, text=True, timeout=60
        )
        return done.stdout

    def press(self, *modifiers: str, key: str) -> None:
        """Press keys together, as a person at the keyboard: `press("ctrl", "alt", key="s")`."""
        down = [word for name in modifiers for word in ("-M", name)]
        up = [word for name in reversed(modifiers) for word in ("-m", name)]
        self.run("wtype", *down, "-k", key, *up)

    def click(self, x: int, y: int, *, times: int = 1) -> None:
        with WaylandPointer(self.socket, WIDTH, HEIGHT) as pointer:
            pointer.click(x, y, times=times)

    def windows(self) -> str:
        """JSON of what is on the screen."""
        return self.run("swaymsg", "--raw", "--type", "get_tree")

    def __enter__(self) -> Self:
        as_another = ["unshare", "--user", "--map-user=1000", "--map-group=1000"] if os.geteuid() == 0 else []
        environ = {
            **os.environ,
            **self._environ,
            "XDG_RUNTIME_DIR": str(self.folder),
            "SWAYSOCK": str(self.folder / "ipc"),
            "WLR_BACKENDS": "headless",
            "WLR_HEADLESS_OUTPUTS": "1",
            "WLR_LIBINPUT_NO_DEVICES": "1",
            "WLR_RENDERER": "pixman",
            "LIBSEAT_BACKEND": "noop",
            "DBUS_SESSION_BUS_ADDRESS": "disabled:",
        }
        for name in ("DISPLAY", "WAYLAND_DISPLAY"):
            environ.pop(name, None)
        with self._log.open("wb") as log:
            self._process = subprocess.Popen([*as_another, "sway", "-c", str(self.config)], env=environ, stderr=log)
        wait_until(self._is_up_or_dead, what="sway to be up")
        if self._process.poll() is not None:
            reason = self._log.read_text("utf-8", "replace").strip().splitlines()[-1:]
            self._remove()
            pytest.skip(f"sway does not run here: {reason}")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for process in self._started:
            process.kill()
            process.wait()
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(20)
        self._remove()

    def _is_up_or_dead(self) -> bool:
        if self._process.poll() is not None:
            return True
        is_there = (self.folder / "ipc").exists() and any(self.folder.glob("wayland-[0-9]"))
        return (
            is_there
            and subprocess.run(
                ["swaymsg", "--quiet", "--type", "get_version"], env=self.environ, capture_output=True
            ).returncode
            == 0
        )

    def _remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
