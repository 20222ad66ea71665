"""The agent that serves Carbon's hotkeys, as a LaunchAgent: started at login, in the session with a screen."""

import os
import plistlib
from pathlib import Path
from typing import Any, Final

from utterd.client.errors import UtterdError
from utterd.client.hotkeys.commands import find_program
from utterd.config.paths import PathError, Paths, find_paths, make_private
from utterd.config.service import ServiceTrouble, write_whole
from utterd.launchd.agent import SYSTEM_PATH
from utterd.launchd.job import Job
from utterd.launchd.launchctl import Launchctl

LABEL: Final = "utterd.hotkeys"

THROTTLE_S: Final = 30
"""Between two starts of an agent that fails, as while another program has its keys."""


class AgentTrouble(UtterdError):
    """launchd does not take the agent; the message says why."""


def agent_plist(program: Path, log_file: Path, environment: dict[str, str]) -> dict[str, Any]:
    """What launchd is told. (launchd.plist(5))

    Args:
        environment: what leads the agent to the places its user's clients look in.
    """
    return {
        "Label": LABEL,
        "ProgramArguments": [str(program), "hotkeys", "run"],
        "EnvironmentVariables": {"PATH": SYSTEM_PATH, "LANG": "en_US.UTF-8", **environment},
        "WorkingDirectory": "/",
        "ProcessType": "Interactive",  # a key is waited for: never slowed down
        "LimitLoadToSessionType": "Aqua",  # hotkeys and selections belong to the session with windows
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": THROTTLE_S,
        "StandardErrorPath": str(log_file),  # what it says is no spoken text
        "Umask": 0o077,
    }


def agent_file() -> Path:
    """Where launchd looks for a user's own agents; its name has to be the label."""
    return Path(os.environ.get("HOME", "~")).expanduser() / "Library" / "LaunchAgents" / f"{LABEL}.plist"


def install(job: Job | None = None, launchctl: Launchctl | None = None) -> list[str]:
    """Have the agent run from now on; what was done, a sentence each.

    Args:
        job, launchctl: stand-ins in tests.

    Raises:
        AgentTrouble: see there.
    """
    control = launchctl or Launchctl(os.getuid())
    job = job or Job(control, LABEL, agent_file())
    try:
        paths = find_paths()
        make_private(paths.log)  # launchd makes no folders, and starts nothing without its log
        plist = agent_plist(find_program(), paths.log / "hotkeys.log", _environment(paths))
        changed = write_whole(agent_file(), plistlib.dumps(plist))
        if changed:  # launchd reads it only when it loads it
            job.unload()
        control.enable(LABEL)
        if job.find() is None:
            job.load()
    except (ServiceTrouble, PathError) as trouble:
        raise AgentTrouble(f"the hotkeys' agent: {trouble}") from trouble
    return [f"wrote {agent_file()}", "the keys work from now on, and after each login"]


def uninstall(job: Job | None = None) -> list[str]:
    """End it and remove its file; what was done, and nothing if there was nothing.

    Raises:
        AgentTrouble: it does not end.
    """
    file = agent_file()
    if not file.exists():
        return []
    try:
        (job or Job(Launchctl(os.getuid()), LABEL, file)).unload()
        file.unlink()
    except (ServiceTrouble, OSError) as trouble:
        raise AgentTrouble(f"the hotkeys' agent: {trouble}") from trouble
    return [f"removed {file}"]


def _environment(paths: Paths) -> dict[str, str]:
    home = os.environ.get("UTTERD_HOME")
    places = {"UTTERD_HOME": str(Path(home).expanduser().absolute())} if home else {}
    return {**places, "UTTERD_SOCKET": str(paths.socket)}
