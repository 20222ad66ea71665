"""A private speech-dispatcher: its own home, socket and log, and the system's configuration unless told otherwise.

    with SpeechDispatcher(module=path_of_sd_utterd, env=pulse_server.env) as speechd, speechd.client() as client: ...

It finds its modules as a user's does: in the user's own module folder, which `install` of
client/bridges/speech_dispatcher/setup.py fills, and in the system's.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from rig.ssip import SsipClient

PROGRAMS = ("speech-dispatcher", "spd-say")

START_LIMIT_S = 20.0


def missing_programs() -> list[str]:
    """Those of PROGRAMS that are not installed."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


class SpeechDispatcher:
    """`speech-dispatcher`, in the foreground, ended and cleaned up at the end of a `with` block."""

    def __init__(
        self, *, module: Path | None = None, conf: str | None = None, env: Mapping[str, str] | None = None
    ) -> None:
        """Args:
        module: an executable that becomes the user's module of its name (`sd_NAME`).
        conf: the user's speechd.conf; where there is none, the system's is read.
        env: added to the environment of the server, and so of its modules.
        """
        self.home = Path(tempfile.mkdtemp(prefix="s", dir="/tmp"))  # short: a socket path is in it
        self._conf = self.home / ".config" / "speech-dispatcher" / "speechd.conf"
        self._environ = {**os.environ, **(env or {})}
        for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "SPEECHD_ADDRESS"):
            self._environ.pop(variable, None)
        run = self.home / "run"
        run.mkdir(mode=0o700)
        self._environ |= {"HOME": str(self.home), "XDG_RUNTIME_DIR": str(run)}
        self._process: subprocess.Popen[bytes] | None = None
        (self.home / ".local" / "share").mkdir(parents=True)
        if module is not None:
            folder = self.home / ".local" / "libexec" / "speech-dispatcher-modules"
            folder.mkdir(parents=True)
            (folder / module.name).symlink_to(module)
        if conf is not None:
            self._conf.parent.mkdir(parents=True)
            self._conf.write_text(conf)

    @property
    def socket(self) -> Path:
        return self.home / "run" / "speech-dispatcher" / "speechd.sock"

    @property
    def environ(self) -> dict[str, str]:
        """What leads a client such as spd-say to this server."""
        return {**self._environ, "SPEECHD_ADDRESS": f"unix_socket:{self.socket}"}

    @property
    def log(self) -> str:
        """Of the server and its modules. At level 5 it holds what was spoken."""
        return (self.home / "log").read_text("utf-8", "replace")

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self, *, log_level: int = 3) -> Self:
        """Start it; returns when it takes clients."""
        command = ["speech-dispatcher", "--run-single", "--timeout", "0", "--log-level", str(log_level)]
        with (self.home / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--log-dir", "stdout"], env=self._environ, stdout=log, stderr=log, cwd="/"
            )
        give_up_at = time.monotonic() + START_LIMIT_S
        while not SsipClient.accepts(self.socket):
            if self._process.poll() is not None or time.monotonic() > give_up_at:
                raise RuntimeError("speech-dispatcher did not start: " + self.log[-2000:])
            time.sleep(0.005)
        return self

    def stop(self) -> None:
        assert self._process is not None
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def client(self) -> SsipClient:
        return SsipClient(self.socket)

    def say(self, *arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run `spd-say` with these arguments; its result. `text` is its standard input."""
        return subprocess.run(
            ["spd-say", *arguments], env=self.environ, capture_output=True, text=True, input=text, timeout=60
        )

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()
        if error is not None:
            print(self.log[-4000:])
        shutil.rmtree(self.home, ignore_errors=True)


def module_script(folder: Path) -> Path:
    """`sd_utterd` of this checkout, as an executable in `folder`: also where no command has been installed."""
    script = folder / "sd_utterd"
    imported = "utterd.client.bridges.speech_dispatcher.main"
    script.write_text(f"#!{sys.executable}\nimport sys\nfrom {imported} import main\nsys.exit(main())\n")
    script.chmod(0o755)
    return script
