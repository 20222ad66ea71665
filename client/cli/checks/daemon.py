"""Does the daemon run, may nobody else reach it, and how are its parts?"""

import os
import stat
from collections.abc import Iterator, Mapping
from typing import Any

from utterd.client.cli.checks.finding import Finding, Verdict
from utterd.client.connection import Client
from utterd.client.errors import DaemonNotRunning, UtterdError
from utterd.config.paths import Paths

STATUS_TIMEOUT_S = 5.0

Status = Mapping[str, Any]


def check_run_folder(paths: Paths) -> Finding:
    """Nobody else may reach the socket. Where UTTERD_SOCKET moved it, the mode of the socket itself has to do."""
    folder = paths.socket.parent
    verdict = Verdict.BROKEN if folder == paths.run else Verdict.NOTE
    try:
        status = folder.lstat()
    except FileNotFoundError:
        return Finding(name="socket folder", verdict=Verdict.OK, detail=f"{folder} (made when the daemon starts)")
    except OSError as error:
        return Finding(name="socket folder", verdict=Verdict.BROKEN, detail=f"{folder}: {error.strerror}")
    if not stat.S_ISDIR(status.st_mode):
        detail, mend = f"{folder} is not a folder", f"rm {folder}"
    elif status.st_uid != os.getuid():
        detail, mend = f"{folder} belongs to uid {status.st_uid}", "export UTTERD_HOME=~/.utterd"
    elif status.st_mode & 0o077:
        detail, mend = f"others may enter {folder}", f"chmod 700 {folder}"
    else:
        return Finding(name="socket folder", verdict=Verdict.OK, detail=str(folder))
    return Finding(name="socket folder", verdict=verdict, detail=detail, mend=mend)


def ask_daemon(paths: Paths) -> tuple[Finding, Status | None]:
    """Whether it answers, and its status document."""
    try:
        with Client(paths.socket, reply_timeout_s=STATUS_TIMEOUT_S) as client:
            status = client.status()
    except DaemonNotRunning:
        detail = "not running; `utterd speak` starts it, `utterd service install` keeps it"
        return Finding(name="daemon", verdict=Verdict.NOTE, detail=detail, mend="utterd service install"), None
    except UtterdError as error:
        mend = f"see {paths.log_file}"
        return Finding(name="daemon", verdict=Verdict.BROKEN, detail=str(error), mend=mend), None
    detail = f"version {status.get('version')} answers at {paths.socket}"
    return Finding(name="daemon", verdict=Verdict.OK, detail=detail), status


def check_status(status: Status, paths: Paths) -> Iterator[Finding]:
    """What the status document says of stages and device."""
    for stage in status.get("stages", []):
        yield _check_stage(stage, paths)
    yield _check_device(status.get("device") or {})
    torn = (status.get("metrics") or {}).get("underruns")
    if torn:
        detail = f"the sound was torn {torn} times since the daemon started: something else takes the processor"
        yield Finding(name="underruns", verdict=Verdict.NOTE, detail=detail, mend="utterd status")


def _check_stage(stage: Status, paths: Paths) -> Finding:
    name, state, restarts = f"stage {stage.get('name')}", stage.get("state"), stage.get("restarts") or 0
    if state in ("hung", "given_up"):
        return Finding(
            name=name,
            verdict=Verdict.BROKEN,
            detail=f"{state}, after {restarts} restarts",
            mend=f"see {paths.log_file}",
        )
    if restarts:
        detail = f"{state}; it was restarted {restarts} times"
        return Finding(name=name, verdict=Verdict.NOTE, detail=detail, mend=f"see {paths.log_file}")
    return Finding(name=name, verdict=Verdict.OK, detail=f"{state}, process {stage.get('pid')}")


def _check_device(device: Status) -> Finding:
    name, state = device.get("name") or "none yet", device.get("state")
    if state == "lost":
        return Finding(
            name="device",
            verdict=Verdict.BROKEN,
            detail=f"{name} went away, and speech waits for it",
            mend="switch it on again, or: utterd run --device portaudio:OTHER",
        )
    if name == "null" or name.startswith("wav:"):
        detail = f"{name}: nothing is to be heard; that is what the settings ask for, or there is no loudspeaker"
        return Finding(name="device", verdict=Verdict.NOTE, detail=detail, mend="set output.device to auto")
    return Finding(name="device", verdict=Verdict.OK, detail=f"{name}, {state or 'not opened yet'}")
