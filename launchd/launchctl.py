"""launchctl: its commands, what its exit codes mean, and the little that can be read of what it prints."""

import re
import subprocess
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from utterd.config.service import NoServiceManager, ServiceTrouble

PATIENCE_S = 30.0
"""launchctl answers at once; what takes long goes on behind its back."""


class Code(IntEnum):
    """Exit codes met with bootstrap, bootout, print, kickstart and enable; `launchctl error CODE` explains any."""

    OK = 0
    NO_SUCH_PROCESS = 3
    """bootout of a job that is not loaded."""
    IO_ERROR = 5
    """bootstrap of a job that is loaded already, or whose predecessor still ends; or passing trouble."""
    NOW_IN_PROGRESS = 36
    ALREADY_IN_PROGRESS = 37
    NOT_FOUND = 113
    """print, kickstart or kill of a job that is not loaded."""
    DISABLED = 119
    NO_DOMAIN = 125
    """Nobody is logged in at the screen, as over ssh."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a command came to."""

    command: str
    code: int
    output: str
    """Both streams."""

    @property
    def sentence(self) -> str:
        """For people."""
        lines = self.output.strip().splitlines()
        return f"launchctl {self.command} failed with code {self.code}: {lines[-1] if lines else 'it gave no reason'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobState:
    """What `print` tells of a loaded job. Its text is "NOT API in any sense at all": what is not found is None."""

    state: str | None
    pid: int | None
    last_exit: int | None


class Launchctl:
    """The commands, for one user's session with windows."""

    def __init__(self, uid: int, program: str = "launchctl") -> None:
        self.domain = f"gui/{uid}"
        self._program = program

    def bootstrap(self, plist: Path) -> Answer:
        """Load a job."""
        return self._run("bootstrap", self.domain, str(plist))

    def bootout(self, label: str) -> Answer:
        """Unload a job. It goes on ending after this has come back."""
        return self._run("bootout", f"{self.domain}/{label}")

    def enable(self, label: str) -> Answer:
        """Undo a `disable`, which outlives reboots."""
        return self._run("enable", f"{self.domain}/{label}")

    def kickstart(self, label: str, *, anew: bool = False) -> Answer:
        """Start a loaded job now. With `anew`, one that runs is ended first; its property list is not read again."""
        return self._run("kickstart", *(["-k"] if anew else []), f"{self.domain}/{label}")

    def print_job(self, label: str) -> Answer:
        return self._run("print", f"{self.domain}/{label}")

    def print_domain(self) -> Answer:
        return self._run("print", self.domain)

    def is_disabled(self, label: str) -> bool:
        """`"label" => disabled` on new systems, `=> true` on old ones."""
        output = self._run("print-disabled", self.domain).output
        return re.search(rf'"{re.escape(label)}"\s*=>\s*(disabled|true)', output) is not None

    def _run(self, command: str, *arguments: str) -> Answer:
        try:
            done = subprocess.run(
                [self._program, command, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                timeout=PATIENCE_S,
            )
        except FileNotFoundError:
            raise NoServiceManager("launchctl was not found, though this is macOS; is /bin on your PATH?") from None
        except OSError as error:
            raise ServiceTrouble(f"cannot run launchctl: {error.strerror}") from error
        except subprocess.TimeoutExpired:
            raise ServiceTrouble(f"launchctl {command} did not come back within {PATIENCE_S:.0f} s") from None
        return Answer(command=command, code=done.returncode, output=done.stdout)


def read_job(output: str) -> JobState:
    """From what `print` says of a job."""
    state = _find(r"^\s*state = (.+)$", output)
    pid = _find(r"^\s*pid = (\d+)$", output)
    last_exit = _find(r"^\s*last exit code = (-?\d+)", output)
    return JobState(
        state=state, pid=int(pid) if pid else None, last_exit=int(last_exit) if last_exit is not None else None
    )


def _find(pattern: str, text: str) -> str | None:
    found = re.search(pattern, text, re.MULTILINE)
    return found[1].strip() if found else None
