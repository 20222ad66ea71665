"""systemctl of the user's own systemd, and what it means when that cannot be reached."""

import os
import subprocess
from collections.abc import Mapping

from utterd.config.service import NoServiceManager, ServiceTrouble

PATIENCE_S = 90.0
"""Longer than the units let a start or a stop take."""


class Systemctl:
    """`systemctl --user`."""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        self._environ = dict(os.environ if environ is None else environ)
        # Its words are looked at, and end up in our sentences.
        self._environ |= {"LC_ALL": "C", "SYSTEMD_PAGER": "", "SYSTEMD_COLORS": "0", "SYSTEMD_LOG_LEVEL": "notice"}

    def do(self, *arguments: str) -> None:
        """Carry out one command.

        Raises:
            NoServiceManager: there is no systemctl.
            ServiceTrouble: it failed; the message has systemctl's own words.
        """
        done = self._run(*arguments)
        if done.returncode != 0:
            raise ServiceTrouble(f"systemctl {arguments[0]} failed: {_last_line(done.stderr)}")

    def try_to(self, *arguments: str) -> None:
        """Carry out one command that need not succeed."""
        self._run(*arguments)

    def check(self) -> None:
        """Raise NoServiceManager if the user's systemd cannot be reached."""
        done = self._run("show", "--property=Version")
        if done.returncode != 0:
            raise NoServiceManager(f"{self._why_unreachable()} ({_last_line(done.stderr)})")

    def show(self, unit: str, *names: str) -> dict[str, str]:
        """Properties of a unit, in systemd's words; they exist for units that do not."""
        done = self._run("show", unit, f"--property={','.join(names)}")
        if done.returncode != 0:
            raise ServiceTrouble(f"systemctl show failed: {_last_line(done.stderr)}")
        pairs = (line.partition("=") for line in done.stdout.splitlines())
        return {name: value for name, _, value in pairs}

    def _run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        command = ["systemctl", "--user", "--no-pager", "--no-ask-password", *arguments]
        try:
            return subprocess.run(
                command, env=self._environ, capture_output=True, text=True, errors="replace", timeout=PATIENCE_S
            )
        except FileNotFoundError:
            raise NoServiceManager(
                "this system has no systemd to run services; add `utterd run` to what your session starts"
            ) from None
        except OSError as error:
            raise ServiceTrouble(f"cannot run systemctl: {error.strerror}") from error
        except subprocess.TimeoutExpired:
            raise ServiceTrouble(f"systemctl {arguments[0]} did not come back within {PATIENCE_S:.0f} s") from None

    def _why_unreachable(self) -> str:
        if not self._environ.get("XDG_RUNTIME_DIR") and not self._environ.get("DBUS_SESSION_BUS_ADDRESS"):
            return (
                "no systemd of your own can be reached from this shell, which has no XDG_RUNTIME_DIR: "
                "log in as yourself, not by su or sudo, and try again"
            )
        return "no systemd runs for this user, as in many containers; add `utterd run` to what your session starts"


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1].strip() if lines else "it gave no reason"
