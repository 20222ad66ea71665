"""How the daemon's stages can be granted more of the system's scheduler: sentences, each with the command that mends.

Reads what the stages reported (`scheduling` in `utterd status --json`). No I/O but to look which package manager there
is. Silent where nothing can be had: macOS keeps every program but applications from its highest class.
"""

import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Advice = tuple[str, str]
"""(what is the matter, the command that mends it)."""

Find = Callable[[str], str | None]

_INSTALLERS = {
    "apt-get": "sudo apt-get install",
    "dnf": "sudo dnf install",
    "pacman": "sudo pacman -S",
    "zypper": "sudo zypper install",
}

_PRIORITY_LIMIT = 20
"""Room for what sound programs commonly ask for; ours asks for less."""

_RESTART = "utterd service restart"

RAISE_THE_LIMIT = (
    "sudo mkdir -p /etc/systemd/system/user@.service.d && "
    rf"printf '[Service]\nLimitRTPRIO={_PRIORITY_LIMIT}\n' | "
    "sudo tee /etc/systemd/system/user@.service.d/20-rtprio.conf && "
    f'echo "$USER - rtprio {_PRIORITY_LIMIT}" | sudo tee /etc/security/limits.d/20-rtprio.conf'
)
"""The first is for what the systemd user manager starts, the second for what a login shell does. Both from the next
login on."""


def advice(
    stages: Sequence[Mapping[str, Any]], *, platform: str = sys.platform, find: Find = shutil.which
) -> list[Advice]:
    """What to do, the most useful first; nothing if all is well, or nothing can be done.

    Args:
        stages: as in the status document. Stages that are not ready have nothing to say.
        find: the path of a program, if it is installed.
    """
    found: list[Advice] = []
    for stage in stages:
        scheduling = stage.get("scheduling")
        if isinstance(scheduling, Mapping) and scheduling.get("granted"):
            on_linux = platform.startswith("linux")
            found += _on_linux(stage, scheduling, find) if on_linux else _on_macos(stage, scheduling)
    return found


def _on_linux(stage: Mapping[str, Any], scheduling: Mapping[str, Any], find: Find) -> list[Advice]:
    found: list[Advice] = []
    if stage.get("name") == "output" and not _is_realtime(scheduling):
        found += _to_get_real_time(_refusals(scheduling), find)
    if any(refusal.startswith("performance cores: ") for refusal in _refusals(scheduling)):
        what = f"{stage.get('name')} may not run on this machine's performance cores: its process is confined to others"
        found.append((what, f"taskset --all-tasks --cpu-list --pid {stage.get('pid')}"))
    return found


def _is_realtime(scheduling: Mapping[str, Any]) -> bool:
    return str(scheduling["granted"]).startswith(("SCHED_RR", "SCHED_FIFO"))


def _to_get_real_time(refusals: list[str], find: Find) -> list[Advice]:
    """By rtkit, which asks for nothing but its installation; by a limit, where that cannot be."""
    from_rtkit = next((each for each in refusals if each.startswith("SCHED_RR") and " from rtkit: " in each), "")
    what, command = _to_get_rtkit(from_rtkit.partition(" from rtkit: ")[2], find)
    limit = "or without rtkit: allow yourself real-time priorities (from the next login on)"
    own_way = [] if command == RAISE_THE_LIMIT else [(limit, RAISE_THE_LIMIT)]
    return [(f"sound has no real-time priority, and may stutter on a busy machine: {what}", command), *own_way]


def _to_get_rtkit(reason: str, find: Find) -> Advice:
    install = next((command for name, command in _INSTALLERS.items() if find(name)), "install")
    match reason.partition(":")[0]:
        case "":
            return "rtkit was not asked", _RESTART
        case "ServiceUnknown" | "NameHasNoOwner":
            return "rtkit, which gives it to users, is not installed", f"{install} rtkit && {_RESTART}"
        case "the Python package jeepney is not installed":
            return "asking rtkit needs the Python package jeepney", f"{sys.executable} -m pip install jeepney"
        case "Failed" if "No such file" in reason:
            packages = "polkitd" if "apt-get" in install else "polkit"
            return "rtkit finds no polkit to ask who may have it", f"{install} {packages} && {_RESTART}"
        case "AccessDenied":
            return (
                "polkit says that you are not logged in at this machine (but over ssh, or not at all)",
                RAISE_THE_LIMIT,
            )
        case "No such file or directory" | "Connection refused" | "no system bus":
            return "there is no system bus (D-Bus) on which rtkit could be asked", RAISE_THE_LIMIT
    if reason.startswith("no answer"):
        return "rtkit does not answer", f"sudo systemctl restart rtkit-daemon && {_RESTART}"
    return f"rtkit refuses ({reason})", "journalctl --unit rtkit-daemon --lines 20"


def _on_macos(stage: Mapping[str, Any], scheduling: Mapping[str, Any]) -> list[Advice]:
    refused = [each for each in _refusals(scheduling) if each.startswith("QoS ")]
    return (
        [(f"{stage.get('name')} was refused its quality-of-service class ({refused[0]})", _RESTART)] if refused else []
    )


def _refusals(scheduling: Mapping[str, Any]) -> list[str]:
    refused = scheduling.get("refused")
    return [str(each) for each in refused] if isinstance(refused, list | tuple) else []
