"""A real `systemd --user` on a machine that systemd does not run: in mount and process namespaces of its own.

    with UserManager() as session:
        session.run("systemctl", "--user", "status")

It is root's, without a single capability: as powerless as anybody's, and able to read what the tests run from. /run is
private and empty, so that the machine itself never looks as if systemd ran it.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from waiting import wait_until

SYSTEMD = next((path for path in ("/usr/lib/systemd/systemd", "/lib/systemd/systemd") if os.path.exists(path)), "")

PROGRAMS = ("unshare", "nsenter", "setpriv", "systemctl")

SCRIPT = """\
set -eu
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/systemd/system /run/user/0
chmod 700 /run/user/0
umount -R /sys/fs/cgroup 2>/dev/null || true
mount -t cgroup2 cgroup2 /sys/fs/cgroup
group=/sys/fs/cgroup/$1
mkdir "$group"
echo $$ > "$group/cgroup.procs"
shift
"$@" &
wait $! || true
echo $$ > /sys/fs/cgroup/cgroup.procs
find "$group" -depth -type d -exec rmdir {} +
"""
"""systemd is not the namespace's process 1: as that it would take itself for the system's."""

WAIT_S = 60


def why_not() -> str:
    """What is missing here for a manager of our own; empty if nothing is."""
    if os.name != "posix" or not Path("/proc/self/ns/pid").exists():
        return "Linux alone has systemd"
    if os.getuid() != 0:
        return "only root may make the namespaces for a systemd of the test's own"
    missing = [name for name in PROGRAMS if shutil.which(name) is None] + ([] if SYSTEMD else ["systemd"])
    if missing:
        return f"not installed: {', '.join(missing)}; run tests/rig/install.sh"
    tried = subprocess.run(
        ["unshare", "--mount", "--pid", "--fork", "sh", "-c", "mount -t cgroup2 cgroup2 /mnt"], capture_output=True
    )
    return "" if tried.returncode == 0 else f"no namespaces here: {tried.stderr.decode().strip()}"


class UserManager:
    """From `__enter__` to `__exit__`. Its user has an empty home folder."""

    def __init__(self, *, capabilities: str = "-all") -> None:
        """`capabilities`: as setpriv's --bounding-set; `-all,+sys_nice` lets it give real time."""
        self.home = Path(tempfile.mkdtemp(prefix="utterd-um-", dir="/tmp"))
        self._capabilities = capabilities
        self._log = self.home / "systemd.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._init = 0

    def __enter__(self) -> Self:
        inner = ["env", "-i", *self._environment(), "SYSTEMD_LOG_TARGET=console", *self._powerless(), SYSTEMD, "--user"]
        outer = ["unshare", "--kill-child", "--mount", "--pid", "--fork", "--mount-proc", "--propagation", "private"]
        command = [*outer, "sh", "-c", SCRIPT, "rig", self.home.name, *inner]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            wait_until(self._find_init, what="the namespace", guard_s=WAIT_S)
            wait_until(self._is_up, what="systemd --user", guard_s=WAIT_S)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            print(self.log())
        self.run("systemctl", "--user", "exit", check=False)
        self._end()

    @property
    def runtime(self) -> Path:
        """Its XDG_RUNTIME_DIR, as seen from here."""
        return Path(f"/proc/{self._init}/root/run/user/0")

    def run(self, *command: str | Path, check: bool = True, **environment: str) -> "subprocess.CompletedProcess[str]":
        """One command of the session's user."""
        enter = ["nsenter", f"--target={self._init}", "--mount", "--pid", "--wd=/"]
        variables = [f"{name}={value}" for name, value in environment.items()]
        words = [*enter, "env", "-i", *self._environment(), *variables, *self._powerless(), *map(str, command)]
        done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=2 * WAIT_S)
        if check and done.returncode != 0:
            raise AssertionError(f"{' '.join(map(str, command))}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def show(self, unit: str, name: str) -> str:
        """One property of a unit."""
        return self.run("systemctl", "--user", "show", unit, f"--property={name}", "--value").stdout.strip()

    def processes(self, words: str) -> list[int]:
        """Of the session, whose command line has these words; by their numbers here."""
        namespace = os.readlink(f"/proc/{self._init}/ns/pid")
        return [pid for pid in _all_processes() if _namespace(pid) == namespace and words in _command_line(pid)]

    def log(self) -> str:
        """What systemd has said."""
        return self._log.read_text("utf-8", "replace")

    def _environment(self) -> list[str]:
        return [
            f"HOME={self.home}", "USER=root", "LANG=C.UTF-8", "PATH=/usr/local/bin:/usr/bin:/bin",
            "XDG_RUNTIME_DIR=/run/user/0",
        ]  # fmt: skip

    def _powerless(self) -> list[str]:
        return ["setpriv", f"--bounding-set={self._capabilities}", "--inh-caps=-all", "--ambient-caps=-all"]

    def _find_init(self) -> bool:
        """The shell that is process 1 in there."""
        assert self._process is not None
        if self._process.poll() is not None:
            raise RuntimeError(f"it ended: {self.log()}")
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        self._init = int(children[0]) if children else 0
        return bool(children)

    def _is_up(self) -> bool:
        done = self.run("systemctl", "--user", "is-system-running", check=False)
        return done.stdout.strip() in ("running", "degraded")

    def _end(self) -> None:
        assert self._process is not None
        try:
            self._process.wait(WAIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self.home, ignore_errors=True)


def _all_processes() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdecimal()]


def _namespace(pid: int) -> str:
    try:
        return os.readlink(f"/proc/{pid}/ns/pid")
    except OSError:
        return ""


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:
        return ""
