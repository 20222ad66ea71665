"""The property list of utterd's LaunchAgent. (launchd.plist(5))"""

import plistlib
from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError

from utterd.config.service import ServiceSpec
from utterd.launchd.activation import SOCKET_NAME

LABEL = "utterd.daemon"

SYSTEM_PATH = "/usr/local/bin:/opt/homebrew/bin:/usr/bin:/bin:/usr/sbin:/sbin"

THROTTLE_S = 2
"""Between two starts of a daemon that fails; launchd's own ten seconds are long, for somebody who listens."""

EXIT_TIMEOUT_S = 10
"""From SIGTERM to SIGKILL; the daemon needs less than one."""


def agent_plist(spec: ServiceSpec) -> dict[str, Any]:
    """What launchd is told."""
    return {
        "Label": LABEL,
        "ProgramArguments": list(spec.command),
        "EnvironmentVariables": {"PATH": SYSTEM_PATH, "LANG": "en_US.UTF-8", **spec.environment},
        "WorkingDirectory": "/",
        # Any other type has its disk access slowed down, or runs on the slow cores (PLATFORM.md A1, B2).
        "ProcessType": "Interactive",
        "LegacyTimers": True,  # timers that are exact
        # Audio and selections belong to the session with windows.
        "LimitLoadToSessionType": "Aqua",
        # Implies RunAtLoad. A daemon that ends well stays down, until it is asked for; one that fails comes again.
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": THROTTLE_S,
        "ExitTimeOut": EXIT_TIMEOUT_S,
        "Sockets": {
            SOCKET_NAME: {"SockType": "stream", "SockPathName": str(spec.socket), "SockPathMode": 0o600},
        },
        # What Python says before the daemon runs, such as that it may not read its own files.
        "StandardErrorPath": str(spec.log_file),
        # What is spoken stays private: no files for others, no memory on disk.
        "Umask": 0o077,
        "HardResourceLimits": {"Core": 0},
        "SoftResourceLimits": {"Core": 0},
    }


def agent_file(home: Path) -> Path:
    """Where launchd looks for a user's own agents; its name has to be the label."""
    return home / "Library" / "LaunchAgents" / f"{LABEL}.plist"


def read_agent(path: Path) -> dict[str, Any] | None:
    """The property list at `path`; None if there is none that can be read."""
    try:
        with path.open("rb") as file:
            read = plistlib.load(file)
    except (OSError, ValueError, ExpatError):
        return None
    return read if isinstance(read, dict) else None


def socket_of(agent: dict[str, Any]) -> Path | None:
    """Where an installed agent listens."""
    try:
        return Path(agent["Sockets"][SOCKET_NAME]["SockPathName"])
    except (KeyError, TypeError):
        return None
