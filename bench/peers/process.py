"""The measuring side of an engine's process."""

import dataclasses
import json
import os
import select
import subprocess
import sys
import tempfile
from types import TracebackType
from typing import Any, Self

from bench.peers.prompts import Prompt
from bench.peers.spec import STREAM, EngineSpec, Loaded, Spoken

_LIMIT_S = 900.0
"""For one answer: a guard against an engine that hangs."""


class EngineFailed(Exception):
    """An engine that would not load or speak; the message is the last thing it said."""


class EngineProcess:
    """`python -m bench.peers.worker`, ended at the end of a `with` block or by `stop`."""

    def __init__(self, spec: EngineSpec) -> None:
        """Start it and wait until it is loaded. Raises EngineFailed."""
        self.spec = spec
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  # closed by stop
        answers, told = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.peers.worker", json.dumps(spec.as_json()), str(told)],
            env={**os.environ, "ORT_DISABLE_TELEMETRY": "1"},
            stdin=subprocess.PIPE,
            stdout=self._log,
            stderr=self._log,
            pass_fds=[told],
        )
        os.close(told)
        self._answers = os.fdopen(answers, "rb", buffering=0)
        try:
            self.loaded = Loaded(**self._answer())
        except EngineFailed:
            self.stop()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def speak(self, prompt: Prompt, how: str = STREAM, *, only_first: bool = False, rests: bool = False) -> Spoken:
        """Say it; `rests`: afterwards the process gives back what memory it freed.

        Raises:
            EngineFailed: it ended instead.
        """
        order = {"prompt": dataclasses.asdict(prompt), "how": how, "only_first": only_first, "rests": rests}
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise EngineFailed(self._last_words()) from None
        return Spoken(**self._answer())

    def stop(self) -> None:
        """At once, whatever it is doing."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._answers.close()
        self._log.close()

    def _answer(self) -> dict[str, Any]:
        line = b""
        while not line.endswith(b"\n"):
            if not select.select([self._answers], [], [], _LIMIT_S)[0]:
                raise EngineFailed(f"{self.spec.label} said nothing for {_LIMIT_S:.0f} s")
            part = self._answers.read(65536)
            if not part:
                raise EngineFailed(self._last_words())
            line += part
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _last_words(self) -> str:
        self._process.wait()
        self._log.seek(0)
        lines = [line for line in self._log.read().decode("utf-8", "replace").splitlines() if line.strip()]
        return lines[-1].strip() if lines else f"it ended with status {self._process.returncode}"
