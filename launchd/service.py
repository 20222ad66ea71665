"""utterd as a LaunchAgent. The verbs are those of `ServiceManager`."""

import contextlib
import os
import plistlib
from pathlib import Path

from utterd.config.paths import PathError, make_private
from utterd.config.service import (
    NoServiceManager,
    NotInstalled,
    ServiceManager,
    ServiceSpec,
    ServiceState,
    ServiceStatus,
    ServiceTrouble,
    write_whole,
)
from utterd.launchd.agent import LABEL, agent_file, agent_plist, read_agent, socket_of
from utterd.launchd.job import NOBODY_AT_THE_SCREEN, Job
from utterd.launchd.launchctl import Code, JobState, Launchctl
from utterd.launchd.traps import check_code_is_readable, is_quarantined

_NO_LOG_FOLDER = 78
"""EX_CONFIG: launchd could not open the log before it started the daemon."""


def manager() -> ServiceManager:
    """For the user whom this process runs as."""
    home = Path(os.environ.get("HOME", "~")).expanduser()
    launchctl = Launchctl(os.getuid())
    return LaunchdService(home, launchctl, Job(launchctl, LABEL, agent_file(home)))


class LaunchdService:
    """See `ServiceManager`."""

    def __init__(self, home: Path, launchctl: Launchctl, job: Job) -> None:
        self._home = home
        self._file = agent_file(home)
        self._launchctl = launchctl
        self._job = job

    def check(self, spec: ServiceSpec) -> None:
        check_code_is_readable(spec.code, self._home)
        answer = self._launchctl.print_domain()
        if answer.code == Code.NO_DOMAIN:
            raise NoServiceManager(NOBODY_AT_THE_SCREEN)

    def install(self, spec: ServiceSpec) -> None:
        self.check(spec)
        _make_folders(spec.log_file, spec.socket)
        changed = write_whole(self._file, plistlib.dumps(agent_plist(spec)))
        if changed:  # launchd reads it only when it loads it
            self._job.unload()
        self._launchctl.enable(LABEL)
        self.start()

    def uninstall(self) -> list[Path]:
        socket = self.installed_socket()
        with contextlib.suppress(NoServiceManager):  # then nothing runs either
            self._job.unload()
        removed = [path for path in (self._file, socket) if path is not None and path.exists()]
        for path in removed:
            path.unlink()
        return removed

    def start(self) -> None:
        self._check_installed()
        job = self._job.find()
        if job is None:
            self._job.load()
        elif job.pid is None:
            self._job.kick()

    def stop(self) -> None:
        self._check_installed()
        self._job.unload()

    def restart(self) -> None:
        self._check_installed()
        if self._job.find() is None:
            self._job.load()
        else:
            self._job.kick(anew=True)

    def status(self, spec: ServiceSpec | None = None) -> ServiceStatus:
        if not self._file.exists():
            return ServiceStatus(manager="launchd", state=ServiceState.ABSENT)
        job = self._job.find()
        return ServiceStatus(
            manager="launchd",
            state=_state(job),
            is_enabled=not self._launchctl.is_disabled(LABEL),
            pid=job.pid if job else None,
            last_end=self._last_end(job),
            socket=self.installed_socket(),
            files=(self._file,),
            is_current=spec is None or read_agent(self._file) == agent_plist(spec),
        )

    def installed_socket(self) -> Path | None:
        agent = read_agent(self._file)
        return socket_of(agent) if agent else None

    def _check_installed(self) -> None:
        agent = read_agent(self._file)
        if agent is None:
            raise NotInstalled
        _make_folders(Path(agent.get("StandardErrorPath", "/dev/null")), socket_of(agent))

    def _last_end(self, job: JobState | None) -> str:
        if is_quarantined(self._file):
            return f"{self._file} counts as downloaded (quarantine); `utterd service install` writes it anew"
        if job is None or not job.last_exit:
            return ""
        if job.last_exit == _NO_LOG_FOLDER:
            return "launchd found no folder for its log; `utterd service restart` makes one"
        return f"it ended with code {job.last_exit}"


def _state(job: JobState | None) -> ServiceState:
    if job is None:
        return ServiceState.STOPPED
    if job.pid is not None:
        return ServiceState.RUNNING
    if job.last_exit:
        return ServiceState.FAILED
    return ServiceState.STARTING if job.state == "spawn scheduled" else ServiceState.WAITING


def _make_folders(log_file: Path, socket: Path | None) -> None:
    """launchd makes none. It opens the log before it starts the daemon, which else dies without a word."""
    try:
        if log_file != Path("/dev/null"):
            make_private(log_file.parent)
        if socket is not None:
            socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except PathError as error:
        raise ServiceTrouble(str(error)) from error
    except OSError as error:
        raise ServiceTrouble(f"cannot make the folder {error.filename}: {error.strerror}") from error
