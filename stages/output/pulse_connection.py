"""PulseConnection: a client of the sound server, driven by the thread that writes.

libpulse's main loop turns only while somebody waits here: no thread of its own, no lock, no callback into Python, and
nothing wakes up while nobody speaks. What the server said meanwhile is read first thing at the next call.
"""

import ctypes
import time
from collections.abc import Callable
from typing import Any

from utterd.stages.output.pulse_library import (
    NO_AUTOSPAWN,
    OPERATION_RUNNING,
    ContextState,
    PulseError,
    SinkCallback,
)

_NAME = b"utterd"
_LONGEST_TURN_S = 0.2
NS_PER_S = 1_000_000_000


class PulseTimeout(PulseError):
    """The server did not answer in time: it hangs, or is stopped."""


class PulseConnection:
    """One thread uses it; `interrupt` may be called from any, until `close` begins."""

    def __init__(
        self,
        library: Any,
        clock_ns: Callable[[], int] = time.monotonic_ns,
        wall_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        """Connects to nothing yet; `close` is to be called in the end all the same."""
        self.library = library
        self.clock_ns = clock_ns
        self.wall_ns = wall_ns
        """What the server dates its answers by."""
        self._is_interrupted = False
        self._loop = library.pa_mainloop_new()
        self.context = library.pa_context_new(library.pa_mainloop_get_api(self._loop), _NAME)

    def connect(self, timeout_s: float) -> None:
        """To the server that the environment or the system names; none is started.

        Raises:
            PulseError: there is none.
            PulseTimeout: it does not answer.
        """
        if self.library.pa_context_connect(self.context, None, NO_AUTOSPAWN, None) < 0:
            raise self.error()
        self.wait(lambda: self.library.pa_context_get_state(self.context) == ContextState.READY, timeout_s)

    def wait(self, condition: Callable[[], bool], timeout_s: float | None = None) -> None:
        """Turn the loop until `condition` holds; for ever without a time-out.

        Raises:
            PulseError: the connection ends, or `interrupt` was called.
            PulseTimeout: it did not hold in time.
        """
        give_up_at_ns = None if timeout_s is None else self.clock_ns() + round(timeout_s * NS_PER_S)
        self.settle()
        while not condition():
            self._check()
            left_s = _LONGEST_TURN_S
            if give_up_at_ns is not None and (left_s := (give_up_at_ns - self.clock_ns()) / NS_PER_S) <= 0:
                raise PulseTimeout("the sound server does not answer")
            self._turn(min(left_s, _LONGEST_TURN_S))

    def finish(self, operation: int | None, timeout_s: float) -> None:
        """Wait for the answer to a question. Raises as `wait`."""
        if not operation:
            raise self.error()
        try:
            self.wait(lambda: not self.is_running(operation), timeout_s)
        finally:
            self.library.pa_operation_unref(operation)

    def is_running(self, operation: int) -> bool:
        """Whether the answer is still to come."""
        return bool(self.library.pa_operation_get_state(operation) == OPERATION_RUNNING)

    def settle(self) -> None:
        """Send what is to be sent and read what has come; does not wait."""
        while self._turn(0) > 0:
            pass

    def pause(self, duration_s: float) -> None:
        """Let so much time pass, or less."""
        self._turn(duration_s)

    def sinks(self, timeout_s: float) -> list[tuple[str, str]]:
        """(name, description) of each loudspeaker the server has."""
        found: list[tuple[str, str]] = []

        def add(_context: Any, info: Any, end: int, _userdata: Any) -> None:
            if not end:
                sink = info.contents
                found.append((_text(sink.name), _text(sink.description)))

        callback = SinkCallback(add)
        self.finish(self.library.pa_context_get_sink_info_list(self.context, callback, None), timeout_s)
        return found

    def error(self) -> PulseError:
        """What went wrong last, as the server has it."""
        code = self.library.pa_context_errno(self.context)
        return PulseError(_text(self.library.pa_strerror(code)).lower(), code)

    def interrupt(self) -> None:
        """Make whoever waits here give up. Any thread."""
        self._is_interrupted = True
        self.library.pa_mainloop_wakeup(self._loop)

    def close(self) -> None:
        """Once; nothing else may be called afterwards."""
        self.library.pa_context_disconnect(self.context)
        self.library.pa_context_unref(self.context)
        self.library.pa_mainloop_free(self._loop)

    def _check(self) -> None:
        if self._is_interrupted:
            raise PulseError("it took no sound for too long")
        if self.library.pa_context_get_state(self.context) in (ContextState.FAILED, ContextState.TERMINATED):
            raise self.error()

    def _turn(self, timeout_s: float) -> int:
        """Wait at most so long for something to happen, and do what it asks for; how much that was."""
        if self.library.pa_mainloop_prepare(self._loop, round(timeout_s * 1e6)) < 0:
            raise PulseError("the connection to the sound server broke")
        if self.library.pa_mainloop_poll(self._loop) < 0:
            raise PulseError("the connection to the sound server broke")
        return int(self.library.pa_mainloop_dispatch(self._loop))


def _text(value: bytes | ctypes.c_char_p | None) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""
