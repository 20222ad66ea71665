"""A real daemon in a folder of its own, for tests and benchmarks."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from utterd.client import Client

START_LIMIT_S = 60.0


class RunningDaemon:
    """`python -m utterd.daemon`, ended and cleaned up at the end of a `with` block."""

    def __init__(self, *arguments: str, environ: Mapping[str, str] | None = None) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="u", dir="/tmp"))  # short: Unix sockets allow 100 bytes
        self.environ = {**os.environ, "UTTERD_HOME": str(self.home), **(environ or {})}
        self._arguments = arguments
        self.process: subprocess.Popen[bytes] | None = None
        self.log_file = self.home / "stderr.log"

    @property
    def socket(self) -> Path:
        return self.home / "run" / "utterd.sock"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if error is not None:
            sys.stderr.write(self.log())
        shutil.rmtree(self.home, ignore_errors=True)

    def start(self) -> None:
        """Start it and return when it listens; its stages may still be loading."""
        ready, told = os.pipe()
        with self.log_file.open("ab") as log:
            command = [sys.executable, "-m", "utterd.daemon", *self._arguments, "--ready-fd", str(told)]
            self.process = subprocess.Popen(command, env=self.environ, pass_fds=[told], stderr=log)
        os.close(told)
        with os.fdopen(ready) as line:
            answer = line.readline().strip()
        if answer != "ready":
            raise RuntimeError(f"the daemon did not start: {answer or self.log()}")

    def stop(self, number: int = signal.SIGTERM) -> int:
        """End it; its exit status."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    def client(self) -> Client:
        return Client(self.socket)

    def status(self) -> dict[str, Any]:
        with self.client() as client:
            return client.status()

    def stage(self, name: str) -> dict[str, Any]:
        return next(stage for stage in self.status()["stages"] if stage["name"] == name)

    def wait_ready(self) -> None:
        """Return when all three stages can work."""
        deadline = time.monotonic() + START_LIMIT_S
        with self.client() as client:
            while True:
                stages = client.status()["stages"]
                if all(stage["state"] == "ready" for stage in stages):
                    return
                if time.monotonic() > deadline:
                    raise TimeoutError(f"not ready: {stages}\n{self.log()}")
                time.sleep(0.02)

    def pids(self) -> dict[str, int]:
        """Of the stages."""
        return {stage["name"]: stage["pid"] for stage in self.status()["stages"]}

    def log(self) -> str:
        files = [self.log_file, self.home / "log" / "utterd.log"]
        return "\n".join(file.read_text("utf-8", "replace") for file in files if file.exists())
