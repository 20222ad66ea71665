"""Loading and unloading a launchd job, which takes more than saying so.

    not loaded ──bootstrap──▶ loaded ──bootout──▶ ending ──(by itself)──▶ not loaded

`bootout` comes back while the job is still ending, and a `bootstrap` that comes too soon fails with code 5, like one of
a job that is loaded. So: wait for the end, as `print` shows it; then try for a while. A fresh job is never kicked:
`kickstart -k` would kill what is just starting.
"""

import time
from collections.abc import Callable
from pathlib import Path

from utterd.config.service import NoServiceManager, ServiceTrouble, SwitchedOff
from utterd.launchd.agent import EXIT_TIMEOUT_S
from utterd.launchd.launchctl import Answer, Code, JobState, Launchctl, read_job

BOOTSTRAP_PAUSES_S = (0.2, 0.5, 1.0, 2.0)
"""Between attempts; five in all."""

END_TIMEOUT_S = EXIT_TIMEOUT_S + 2.0
"""launchd kills the job after EXIT_TIMEOUT_S; after this it has not done so."""

END_POLL_S = 0.1

NOBODY_AT_THE_SCREEN = (
    "macOS runs agents only for a user who is logged in at the screen, not over ssh alone; log in there once, "
    "or use `utterd run`"
)

Sleep = Callable[[float], None]


class Job:
    """One job of the user's session. `sleep`: a stand-in for time.sleep, for tests."""

    def __init__(self, launchctl: Launchctl, label: str, plist: Path, *, sleep: Sleep = time.sleep) -> None:
        self._launchctl = launchctl
        self._label = label
        self._plist = plist
        self._sleep = sleep

    def find(self) -> JobState | None:
        """How it is; None if it is not loaded."""
        answer = self._launchctl.print_job(self._label)
        return read_job(answer.output) if answer.code == Code.OK else None

    def load(self) -> None:
        """Return when it is loaded, which starts it.

        Raises:
            SwitchedOff: the user does not want it.
            NoServiceManager: there is no session to run it in.
            ServiceTrouble: launchd would not.
        """
        answer = self._launchctl.bootstrap(self._plist)
        for pause_s in BOOTSTRAP_PAUSES_S:
            if self._is_loaded(answer):
                return
            if answer.code != Code.IO_ERROR:
                break
            self._sleep(pause_s)
            answer = self._launchctl.bootstrap(self._plist)
        if not self._is_loaded(answer):
            raise _trouble(answer)

    def unload(self) -> None:
        """Return when it has ended and is no longer loaded; at once if it is not.

        Raises:
            ServiceTrouble: it does not end.
        """
        answer = self._launchctl.bootout(self._label)
        if answer.code in (Code.NO_SUCH_PROCESS, Code.NOT_FOUND):
            return
        if answer.code not in (Code.OK, Code.NOW_IN_PROGRESS, Code.ALREADY_IN_PROGRESS):
            raise _trouble(answer)
        for _ in range(round(END_TIMEOUT_S / END_POLL_S)):
            if self.find() is None:
                return
            self._sleep(END_POLL_S)
        raise ServiceTrouble(f"launchd has not ended {self._label} within {END_TIMEOUT_S:.0f} s; try again")

    def kick(self, *, anew: bool = False) -> None:
        """Start a loaded job that does not run; with `anew`, end it first if it does."""
        answer = self._launchctl.kickstart(self._label, anew=anew)
        if answer.code not in (Code.OK, Code.ALREADY_IN_PROGRESS):
            raise _trouble(answer)

    def _is_loaded(self, answer: Answer) -> bool:
        """After a bootstrap. Code 5 may mean that it was loaded before, and so may 37; `print` knows."""
        if answer.code == Code.OK:
            return True
        if answer.code not in (Code.IO_ERROR, Code.ALREADY_IN_PROGRESS):
            return False
        job = self.find()
        return job is not None and job.state != "SIGTERMed"


def _trouble(answer: Answer) -> ServiceTrouble:
    if answer.code == Code.NO_DOMAIN:
        return NoServiceManager(NOBODY_AT_THE_SCREEN)
    if answer.code == Code.DISABLED:
        return SwitchedOff(
            "the service is switched off, in System Settings > General > Login Items or by `launchctl disable`; "
            "`utterd service install` switches it on"
        )
    if answer.code == Code.IO_ERROR:
        return ServiceTrouble(
            "launchd would not load the service (code 5: Input/output error); see Console for messages of launchd, or "
            "log out and in again"
        )
    return ServiceTrouble(answer.sentence)
