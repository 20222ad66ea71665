"""A stage's process: started with its spec, watched through a socket pair, ended with certainty.

The socket pair is the life line. The child's end closes when the child dies, whatever the cause, and the daemon's event
loop sees that at once; the daemon's end closes when the daemon dies, and then the child exits by itself.
"""

import asyncio
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace

from utterd.stages.spec import StageSpec

_LONGEST_LINE_BYTES = 16 * 1024
"""Of a stage's log; what is longer comes in parts."""


class StageProcess:
    """One child. Belongs to the event loop."""

    def __init__(
        self, spec: StageSpec, on_exit: Callable[["StageProcess"], None], *, program: Sequence[str] | None = None
    ) -> None:
        """Start `python -m utterd.stages.STAGE`; never by fork, which ZeroMQ and ONNX Runtime do not survive.

        Args:
            program: another command to be started with `--worker SPEC`.

        Raises:
            OSError: the system has no room for another process.
        """
        self.stage = spec.stage
        self.spec = spec
        self._on_exit = on_exit
        self._life, childs_end = socket.socketpair()
        spec = replace(spec, life_descriptor=childs_end.fileno())
        try:
            self._popen = subprocess.Popen(
                [*(program or (sys.executable, "-m", f"utterd.stages.{spec.stage}")), "--worker", spec.to_json()],
                pass_fds=spec.descriptors,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )
        except OSError:
            self._life.close()
            raise
        finally:
            childs_end.close()
        self._logger = logging.getLogger(f"utterd.{self.stage}")
        self._unfinished_line = b""

    def __repr__(self) -> str:
        return f"<StageProcess {self.stage} pid={self.pid}>"

    @property
    def pid(self) -> int:
        return self._popen.pid

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to notice its end and to read its log."""
        self._life.setblocking(False)
        loop.add_reader(self._life, self._life_line_moved, loop)
        assert self._popen.stderr is not None
        stderr = self._popen.stderr.fileno()
        os.set_blocking(stderr, False)
        loop.add_reader(stderr, self._read_log, loop)

    def kill(self) -> None:
        """End it now. `on_exit` follows."""
        self._popen.kill()

    def wait(self, timeout_s: float) -> bool:
        """Whether it has ended within the time; blocks, so only for the end of the daemon."""
        try:
            self._popen.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def close(self, loop: asyncio.AbstractEventLoop) -> None:
        """Watch it no more. Only once it has ended."""
        assert self._popen.stderr is not None
        if self._life.fileno() >= 0:
            loop.remove_reader(self._life)
            self._life.close()
        if not self._popen.stderr.closed:
            loop.remove_reader(self._popen.stderr.fileno())
            self._popen.stderr.close()

    def _life_line_moved(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.remove_reader(self._life)
        self._life.close()
        # The end of file comes a moment before the process can be reaped; a child that merely closed it is ended.
        if not self.wait(0.5):
            self.kill()
            self._popen.wait()
        self._logger.info("stage exited pid=%d status=%d", self.pid, self._popen.returncode)
        self._on_exit(self)

    def _read_log(self, loop: asyncio.AbstractEventLoop) -> None:
        assert self._popen.stderr is not None
        stderr = self._popen.stderr
        try:
            data = os.read(stderr.fileno(), 65536)
        except BlockingIOError:
            return
        *lines, self._unfinished_line = (self._unfinished_line + data).split(b"\n")
        if self._unfinished_line and (not data or len(self._unfinished_line) > _LONGEST_LINE_BYTES):
            lines.append(self._unfinished_line)
            self._unfinished_line = b""
        for line in filter(None, lines):
            self._log(line.decode("utf-8", "replace"))
        if not data:
            loop.remove_reader(stderr.fileno())
            stderr.close()

    def _log(self, line: str) -> None:
        level, _, rest = line.partition(" ")
        number = logging.getLevelNamesMapping().get(level)
        self._logger.log(number or logging.INFO, "%s", rest if number else line)
