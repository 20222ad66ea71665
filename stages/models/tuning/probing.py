"""The other side of a probe: start it, wait for it no longer than it may take, and read how it ended.

Whatever becomes of a probe is an outcome, never an exception: one candidate's crash is a line in the result.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Final

from utterd.stages.models.tuning.candidate import Candidate
from utterd.stages.models.tuning.figures import Failed, Measured, Outcome
from utterd.stages.models.tuning.probe import MODULE, Request
from utterd.stages.models.tuning.readings import ReadingsDamaged, read_readings

LIMIT_S: Final = 600.0
"""For fp32, of which nothing is known beforehand: the slowest machine worth tuning speaks the texts in it."""
LEAST_LIMIT_S: Final = 60.0
"""For the others: compiling for another provider takes a while by itself."""
PATIENCE: Final = 3.0
"""Times as long as fp32: what is slower still is of no use, or hangs."""

COMMAND: Final = (sys.executable, "-P", "-m", MODULE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A process that is no more."""

    stdout: bytes
    stderr: bytes
    code: int | None
    """Negative for a signal; None if it took too long, and was killed."""


class Prober:
    """Tries candidates of one bundle, one after the other."""

    def __init__(
        self,
        bundle: Path,
        texts: Sequence[str],
        folder: Path,
        *,
        quick: bool,
        run: Callable[..., Outcome] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        Args:
            bundle: its folder.
            texts: names of what to speak.
            folder: for readings on their way.
            quick: fewer runs.
            run: `run_probe`, or a stand-in for it.
            clock: seconds.
        """
        self._bundle, self._texts, self._folder, self._quick = bundle, tuple(texts), folder, quick
        self._run = run or run_probe
        self._clock = clock
        self._limit_s = LIMIT_S

    def __call__(self, candidate: Candidate, *, is_whole: bool = False) -> Outcome:
        readings = self._folder / "readings.npz"
        request = Request(
            bundle=self._bundle,
            candidate=candidate,
            texts=self._texts,
            quick=self._quick,
            is_whole=is_whole,
            readings=readings,
        )
        began_s = self._clock()
        outcome = self._run(request, limit_s=self._limit_s)
        if self._limit_s == LIMIT_S:
            self._limit_s = max(LEAST_LIMIT_S, PATIENCE * (self._clock() - began_s))
        readings.unlink(missing_ok=True)
        return outcome


def run_probe(request: Request, *, limit_s: float = LIMIT_S, command: Sequence[str] = COMMAND) -> Outcome:
    """Try one candidate in a process of its own.

    Args:
        request: its file of readings is made, and left.
        limit_s: after which it is killed.
        command: what to start.
    """
    ended = _run(command, json.dumps(request.as_json()), limit_s)
    if ended.code is None:
        return Failed(reason=f"it gave no answer within {limit_s:.0f} s")
    if ended.code != 0:
        return Failed(reason=_how_it_died(ended))
    try:
        answer = json.loads(ended.stdout)
        if "failed" in answer:
            return Failed(reason=str(answer["failed"]))
        measured = Measured.from_json(answer["measured"])
        if set(measured.timings) != set(request.texts):
            raise ValueError(f"it spoke {', '.join(measured.timings) or 'nothing'}")
        return replace(measured, readings=read_readings(request.readings, request.texts))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return Failed(reason=f"its answer makes no sense ({error})")
    except ReadingsDamaged as error:
        return Failed(reason=str(error))


def _run(command: Sequence[str], line: str, limit_s: float) -> Ended:
    """Its output goes to files: a full pipe stops nobody."""
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,  # Ctrl-C is for us: we end it
        )
        try:
            code = _wait(process, line, limit_s)
        finally:
            _end(process)
        return Ended(stdout=_all_of(stdout), stderr=_all_of(stderr), code=code)


def _wait(process: "subprocess.Popen[bytes]", line: str, limit_s: float) -> int | None:
    assert process.stdin
    with suppress(BrokenPipeError):
        process.stdin.write(line.encode() + b"\n")
        process.stdin.flush()
    try:
        return process.wait(limit_s)
    except subprocess.TimeoutExpired:
        return None


def _end(process: "subprocess.Popen[bytes]") -> None:
    """And all that it started, if it has not ended by itself."""
    if process.poll() is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    with suppress(BrokenPipeError):
        assert process.stdin
        process.stdin.close()
    process.wait()


def _how_it_died(ended: Ended) -> str:
    assert ended.code is not None
    said = ended.stderr.decode("utf-8", "replace").strip().splitlines()
    last = f": {said[-1].strip()[:200]}" if said else ""
    if ended.code < 0:
        with suppress(ValueError):
            return f"it crashed with {signal.Signals(-ended.code).name}{last}"
    return f"it ended with code {ended.code}{last}"


def _all_of(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()
