"""FakePulse: libpulse and a sound server that is up to no good, in the same process.

Its sink fetches a block whenever it has played the last one, by a FakeClock that moves while somebody waits. What has
been fetched is in `heard`.
"""

import threading
from types import SimpleNamespace
from typing import Any

import numpy as np
from rig.clock import FakeClock

from utterd.stages.output.pulse_library import (
    DONT_MOVE,
    ERR_NO_ENTITY,
    SEEK_RELATIVE,
    BufferAttributes,
    ContextState,
    SampleSpec,
    SinkInfo,
    StreamState,
)
from utterd.stages.pcm import PcmInt16

RATE_HZ = 24_000
_NS_PER_FRAME = 1e9 / RATE_HZ
_TEXTS = {1: b"Access denied", 6: b"Connection refused", 11: b"Connection terminated", 12: b"Entity killed"}
_TEXTS[ERR_NO_ENTITY] = b"No such entity"
REFUSED, TERMINATED, KILLED = 6, 11, 12


class FakePulse:
    """Stands in for the library: one connection and one stream at a time. Pointers are numbers."""

    def __init__(self, *sinks: str, clock: FakeClock | None = None) -> None:
        self.clock = clock or FakeClock()
        self.sinks = {name: f"The sink {name}" for name in sinks}
        """Name → description. The first one is the default."""
        self.block_frames = 120
        self.rewinds = False
        """The sink brings back what it has fetched when that is written over."""
        self.is_up = True
        self.is_frozen = False
        """Answers nothing, and does not hang up."""
        self.sleeps = False
        """The sink fetches nothing; a wait is real until `pa_mainloop_wakeup`."""
        self.heard: list[int] = []
        self.queue = np.zeros(0, np.int16)
        self.open_handles = 0
        """Main loops, contexts, streams and operations that were not let go of."""
        self.is_corked = True
        self.may_move = True
        self.answers_late = False
        """The answers lie there until this is over."""
        self._woken = threading.Event()
        self._error = 0
        self._context_state = 0
        self._stream_state = 0
        self._sink = b""
        self._timeout_s = 0.0
        self._read = self._written = 0
        self._room = 0
        self._fetched_at_ns = 0
        self._underflow = -1
        self._has_run_dry = True
        self._operations: dict[int, int] = {}
        self._info: Any = None
        self._next_operation = 100

    def kill(self) -> None:
        """As a server that crashes."""
        self.is_up = False
        self._context_state, self._stream_state, self._error = ContextState.FAILED, StreamState.FAILED, TERMINATED

    def remove_sink(self, name: str) -> None:
        del self.sinks[name]
        if not self.sinks:
            self._stream_state, self._error = StreamState.FAILED, KILLED

    # The main loop

    def pa_mainloop_new(self) -> int:
        self.open_handles += 1
        return 1

    def pa_mainloop_free(self, loop: int) -> None:
        self.open_handles -= 1

    def pa_mainloop_get_api(self, loop: int) -> int:
        return 2

    def pa_mainloop_prepare(self, loop: int, timeout_us: int) -> int:
        self._timeout_s = timeout_us / 1e6
        return 0

    def pa_mainloop_poll(self, loop: int) -> int:
        if self.sleeps and self._timeout_s:
            self._woken.wait(self._timeout_s)
        elif not self._answers():
            self.clock.advance_s(min(self._timeout_s, 0.001))
        self._fetch()
        return 0

    def pa_mainloop_dispatch(self, loop: int) -> int:
        answers = self._answers()
        for operation in answers:
            self._operations[operation] = 1
        if self._context_state in range(1, ContextState.READY) and not self.is_frozen:
            self._context_state = ContextState.READY if self.is_up else ContextState.FAILED
            self._error = 0 if self.is_up else REFUSED
            return 1
        if self._stream_state == 1 and not self.is_frozen:
            found = self._sink.decode() in self.sinks if self._sink else bool(self.sinks)
            self._stream_state = StreamState.READY if found else StreamState.FAILED
            self._error = 0 if found else ERR_NO_ENTITY
            return 1
        return len(answers)

    def pa_mainloop_wakeup(self, loop: int) -> None:
        self._woken.set()

    def _answers(self) -> list[int]:
        return (
            []
            if self.is_frozen or self.answers_late
            else [each for each, state in self._operations.items() if state == 0]
        )

    # The context

    def pa_context_new(self, api: int, name: bytes) -> int:
        self.open_handles += 1
        self._context_state = 0
        return 3

    def pa_context_connect(self, context: int, server: Any, flags: int, api: Any) -> int:
        self._context_state = 1
        return 0

    def pa_context_disconnect(self, context: int) -> None:
        self._context_state = 0

    def pa_context_unref(self, context: int) -> None:
        self.open_handles -= 1

    def pa_context_get_state(self, context: int) -> int:
        return self._context_state

    def pa_context_errno(self, context: int) -> int:
        return self._error

    def pa_strerror(self, code: int) -> bytes:
        return _TEXTS.get(code, b"OK")

    def pa_context_get_sink_info_list(self, context: int, callback: Any, userdata: Any) -> int:
        for index, (name, description) in enumerate(self.sinks.items()):
            callback(None, SinkInfo(name.encode(), index, description.encode()), 0, None)
        callback(None, SinkInfo(), 1, None)
        return self._operation()

    def _operation(self) -> int:
        self.open_handles += 1
        self._next_operation += 1
        self._fetch()
        self._info = self._timing()
        self._operations[self._next_operation] = 0
        return self._next_operation

    def pa_operation_get_state(self, operation: int) -> int:
        return self._operations[operation]

    def pa_operation_unref(self, operation: int) -> None:
        self.open_handles -= 1
        del self._operations[operation]

    # The stream

    def pa_stream_new(self, context: int, name: bytes, spec: SampleSpec, channels: Any) -> int:
        assert (spec.rate, spec.channels) == (RATE_HZ, 1)
        self.open_handles += 1
        self._stream_state = 0
        self._read = self._written = 0
        self._has_run_dry, self._underflow, self.is_corked = True, -1, True
        self.queue = np.zeros(0, np.int16)
        return 4

    def pa_stream_connect_playback(
        self, stream: int, sink: bytes | None, attributes: BufferAttributes, flags: int, volume: Any, sync: Any
    ) -> int:
        self._sink = sink or b""
        self._room = attributes.tlength // 2
        assert attributes.prebuf == 2, "it is to play from the first frame on, and to stand still when it runs dry"
        self.may_move = not flags & DONT_MOVE
        self._stream_state = 1
        self._fetched_at_ns = self.clock.clock_ns()
        return 0

    def pa_stream_disconnect(self, stream: int) -> int:
        self._stream_state = 0
        return 0

    def pa_stream_unref(self, stream: int) -> None:
        self.open_handles -= 1

    def pa_stream_get_state(self, stream: int) -> int:
        return self._stream_state

    def pa_stream_get_device_name(self, stream: int) -> bytes:
        return self._sink or next(iter(self.sinks), "").encode()

    def pa_stream_writable_size(self, stream: int) -> int:
        return 2 * max(0, self._room - len(self.queue))

    def pa_stream_write(self, stream: int, data: bytes, length: int, free: Any, offset: int, seek: int) -> int:
        assert seek == SEEK_RELATIVE
        assert len(data) == length
        place = self._written + offset // 2
        if self.rewinds and place < self._read:
            del self.heard[len(self.heard) - (self._read - place) :]
            self._read, self.queue = place, self.queue[:0]
        samples: PcmInt16 = np.frombuffer(data, np.int16)
        late = max(0, self._read - place)
        self.queue = np.concatenate([self.queue[: max(0, place - self._read)], samples[late:]])
        self._written = place + len(samples)
        return 0

    def pa_stream_update_timing_info(self, stream: int, callback: Any, userdata: Any) -> int:
        return self._operation()

    def pa_stream_get_timing_info(self, stream: int) -> Any:
        """As the server answered the last question; it answers at once, and is heard when it is."""
        return SimpleNamespace(contents=self._info)

    def _timing(self) -> Any:
        said_us = self.clock.clock_ns() // 1000
        left_s = max(0.0, self.block_frames / RATE_HZ - (self.clock.clock_ns() - self._fetched_at_ns) / 1e9)
        return SimpleNamespace(
            timestamp_s=said_us // 1_000_000,
            timestamp_us=said_us % 1_000_000,
            read_index=2 * self._read,
            sink_usec=round(left_s * 1e6),
            playing=int(not self._has_run_dry),
        )

    def pa_stream_get_underflow_index(self, stream: int) -> int:
        return self._underflow

    def pa_stream_cork(self, stream: int, is_corked: int, callback: Any, userdata: Any) -> int:
        self.is_corked = bool(is_corked)
        return self._operation()

    def pa_stream_flush(self, stream: int, callback: Any, userdata: Any) -> int:
        self.queue = np.zeros(0, np.int16)
        self._written = self._read
        return self._operation()

    def pa_stream_drain(self, stream: int, callback: Any, userdata: Any) -> int:
        while len(self.queue) and not self.is_frozen and not self.sleeps:
            self.clock.advance_s(0.001)
            self._fetch()
        return self._operation()

    def _fetch(self) -> None:
        """What the sink has taken by now."""
        while self.clock.clock_ns() - self._fetched_at_ns >= self.block_frames * _NS_PER_FRAME:
            self._fetched_at_ns += round(self.block_frames * _NS_PER_FRAME)
            if self.sleeps or self.is_frozen or self.is_corked or self._stream_state != StreamState.READY:
                continue
            block, self.queue = self.queue[: self.block_frames], self.queue[self.block_frames :]
            self.heard += block.tolist()
            self._read += len(block)
            if len(block) < self.block_frames and not self._has_run_dry:
                self._underflow = 2 * self._read
            self._has_run_dry = len(block) < self.block_frames
