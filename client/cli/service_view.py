"""`utterd service status`: how the service stands, for people and as JSON."""

import json
from typing import Any

from utterd.client.cli.exits import Exit
from utterd.client.cli.service_rival import find_daemon
from utterd.client.cli.service_steps import the_manager
from utterd.client.connection import Client
from utterd.client.errors import UtterdError
from utterd.client.service import describe_service
from utterd.config.paths import Paths, find_paths
from utterd.config.service import ServiceState, ServiceStatus

ANSWER_TIMEOUT_S = 5.0

_AWAKE = (ServiceState.RUNNING, ServiceState.STARTING, ServiceState.WAITING)


def show_status(*, as_json: bool) -> int:
    paths = find_paths()
    status = the_manager().status(describe_service(paths))
    described = _described(status, paths)
    print(json.dumps(described) if as_json else _text(status, described))
    return Exit.OK if status.state in _AWAKE else Exit.NO_DAEMON


def _described(status: ServiceStatus, paths: Paths) -> dict[str, Any]:
    """The document that --json prints."""
    found = find_daemon(paths)
    return {
        "manager": status.manager,
        "state": status.state.value,
        "enabled": status.is_enabled,
        "pid": status.pid,
        "last_end": status.last_end or None,
        "current": status.is_current,
        "socket": str(status.socket or paths.socket),
        "log_file": str(paths.log_file),
        "files": [str(path) for path in status.files],
        "daemon": _ask_daemon(status, paths),
        "other_daemon_pid": found.pid if found is not None and not found.is_services else None,
    }


def _ask_daemon(status: ServiceStatus, paths: Paths) -> dict[str, Any] | None:
    """Its own words; None where it does not run, as asking would start it, or does not answer."""
    if status.state is not ServiceState.RUNNING:
        return None
    try:
        with Client(status.socket or paths.socket, reply_timeout_s=ANSWER_TIMEOUT_S) as client:
            told = client.status()
    except UtterdError:
        return None
    return {"version": told.get("version"), "uptime_s": told.get("uptime_s")}


def _text(status: ServiceStatus, described: dict[str, Any]) -> str:
    rows = [("service", _service_line(status)), ("daemon", _daemon_line(status, described))]
    rows += [("socket", described["socket"]), ("log", described["log_file"])]
    rows += [("file", path) for path in described["files"]]
    rows += [("note", note) for note in _notes(status, described)]
    return "\n".join(f"{name:8} {words}" for name, words in rows)


def _service_line(status: ServiceStatus) -> str:
    if status.state is ServiceState.ABSENT:
        return f"{status.state}; `utterd service install` does that"
    login = "starts at login" if status.is_enabled else "does not start at login"
    return f"{status.state}, {login} ({status.manager})"


def _daemon_line(status: ServiceStatus, described: dict[str, Any]) -> str:
    if (daemon := described["daemon"]) is not None:
        return f"version {daemon['version']}, pid {status.pid}, up {daemon['uptime_s']:.0f} s"
    if status.state is ServiceState.RUNNING:
        return f"pid {status.pid}, does not answer"
    if status.state is ServiceState.WAITING:
        return "sleeps until somebody connects"
    return "does not run"


def _notes(status: ServiceStatus, described: dict[str, Any]) -> list[str]:
    notes = []
    if status.last_end and status.state is not ServiceState.RUNNING:
        notes.append(f"{status.last_end}; `utterd service logs` says more")
    if not status.is_current:
        notes.append("`utterd service install` would write other files; it renews them")
    if (pid := described["other_daemon_pid"]) is not None:
        notes.append(f"a daemon that is not the service runs (pid {pid})")
    return notes
