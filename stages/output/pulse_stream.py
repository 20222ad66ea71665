"""PulseStream: our frames in the sound server's queue, where what has not been fetched can be written over.

    written ──────────────────────────┐
    place ─────────────┐              │       The server's queue of 50 ms. The sink fetches from it, a block at a time
                       ▼              ▼       (10 ms or less), and what it has fetched will be heard. `take_back` asks
    heard │ in the sink │ in the queue │      where that ends, and writes over what follows.
          └─sink_usec───┘

The queue plays from its first frame on (prebuf 1) and stands still when it has run dry: the frame written then comes
right behind the last one, however late. Raises PulseError; knows nothing of states and recovery.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np

from utterd.stages.output.device import BLOCK_FRAMES, BUFFER_S, End
from utterd.stages.output.pulse_connection import NS_PER_S, PulseConnection
from utterd.stages.output.pulse_library import (
    DONT_MOVE,
    EARLY_REQUESTS,
    SAMPLE_S16LE,
    SEEK_RELATIVE,
    SERVER_DECIDES,
    START_CORKED,
    BufferAttributes,
    PulseError,
    SampleSpec,
    StreamState,
    TimingInfo,
)
from utterd.stages.pcm import PcmInt16

_FRAME_BYTES = 2

_MINREQ_S = 0.01
"""The sink fetches at most so much at a time, and so much is gone for good when it has been fetched."""

_ANSWER_S = 1.0
"""A server that takes longer to answer hangs. It takes 0.1 ms, and 35 ms on a machine with much to do."""

_SAFE_S = 0.004
"""With so much time until the sink fetches again an end can be written there; asking, fading and sending take 0.3 ms,
but somebody else may get the processor meanwhile. With less it goes behind the next block."""

_LEAST_ASKED = 8
"""Answers after which it is known how much the sink holds at most and at least."""

_LEAST_BLOCK_S = 0.001
"""A sink whose content varies by less does not tell when it fetches: PipeWire's."""

_MISSED_S = 0.001
"""A fade of 5 ms may be entered so late: it has lost a tenth of its level there. Another would be a louder step."""

_OLDEST_ANSWER_NS = NS_PER_S
"""One that seems older is dated by a clock that was set."""

_TRIES = 2
"""To write an end before the sink fetches what is to be replaced. Behind the first there is nothing left to fetch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Timing:
    """Where the server stood."""

    at_ns: int
    fetched: int
    """By the sink, in frames since the stream was made."""
    sink_s: float
    """What the sink holds: a frame fetched now is heard so much later."""


class PulseStream:
    """Only the writing thread uses it; `write_started_at_ns` may be read from another."""

    def __init__(self, connection: PulseConnection, sink: str | None, sample_rate_hz: int, timeout_s: float) -> None:
        """Made silent (corked).

        Args:
            sink: the server's name for the loudspeaker, to which it stays; None: the one the user has chosen, whichever
                that is by then.

        Raises:
            PulseError: the server refuses, or does not answer.
        """
        self.write_started_at_ns: int | None = None
        self.underflows = 0
        """Times the queue had run dry before more was written."""
        self._connection = connection
        self._library = connection.library
        self._rate_hz = sample_rate_hz
        self._written = 0
        """Where the next frame goes."""
        self._gap_at = -1
        """Index, in bytes, of the last of them."""
        self._question: int | None = None
        """An operation: where the server stands."""
        self._sink_s: deque[float] = deque(maxlen=64)
        spec = SampleSpec(SAMPLE_S16LE, sample_rate_hz, 1)
        self._stream = self._library.pa_stream_new(connection.context, b"speech", spec, None)
        if not self._stream:
            raise connection.error()
        self._timing = _Timing(at_ns=connection.clock_ns(), fetched=0, sink_s=_MINREQ_S)
        try:
            self._connect(sink, timeout_s)
        except PulseError:
            self.close()
            raise

    @property
    def sink(self) -> str:
        """The loudspeaker it plays through now: the server moves it when the user chooses another."""
        name = self._library.pa_stream_get_device_name(self._stream)
        return name.decode("utf-8", "replace") if name else ""

    @property
    def queued_frames(self) -> int:
        """Not fetched yet, by the last answer and the clock."""
        fetched = self._timing.fetched + self._passed_frames()
        return max(0, self._written - fetched)

    @property
    def latency_frames(self) -> int:
        """Until a frame written now is heard."""
        sink_frames = round(self._timing.sink_s * self._rate_hz)
        ahead = self._written - self._timing.fetched + sink_frames - self._passed_frames()
        return max(ahead, sink_frames, 1)

    def write(self, block: PcmInt16) -> None:
        """Blocks until there is room, piece by piece, so that a stuck server shows soon."""
        try:
            for start in range(0, len(block), BLOCK_FRAMES):
                self.write_started_at_ns = self._connection.clock_ns()
                self._push(block[start : start + BLOCK_FRAMES])
        finally:
            self.write_started_at_ns = None

    def take_back(self, end: End) -> int:
        """See `AudioDevice.take_back`."""
        last = self._written
        taken_back = 0
        for attempt in range(_TRIES):
            place = self._find_place(last, is_hasty=attempt > 0)
            taken_back = last - place
            block = end(taken_back)
            if not len(block):
                break
            self._put(block, place)
            if not self._came_too_late(place):
                break
        return taken_back

    def _find_place(self, last: int, *, is_hasty: bool) -> int:
        """The first frame that can be written over in time, at most `last`; in haste the first that can be at all."""
        timing = self._ask()
        guard_s = 0.0 if is_hasty or self._left_s(timing) >= _SAFE_S else self._block_s
        return min(timing.fetched + round(guard_s * self._rate_hz), last)

    def _left_s(self, timing: _Timing) -> float:
        """Until the sink fetches again: it does when it holds the least it ever does."""
        return timing.sink_s - min(self._sink_s, default=timing.sink_s)

    @property
    def _block_s(self) -> float:
        """How much the sink fetches at a time: what it holds goes down by so much in between."""
        span_s = max(self._sink_s, default=0.0) - min(self._sink_s, default=0.0)
        is_known = len(self._sink_s) >= _LEAST_ASKED and span_s >= _LEAST_BLOCK_S
        return min(1.1 * span_s, 2 * _MINREQ_S) if is_known else _MINREQ_S

    def _came_too_late(self, place: int) -> bool:
        """The sink had fetched what stood at `place` when that was written over, and does not bring it back.

        A sound card's sink does, as long as the card has not played it.
        """
        if self._question:
            question, self._question = self._question, None
            self._finish(question)
            self._note_timing()
        fetched = self._timing.fetched
        if fetched <= place + round(_MISSED_S * self._rate_hz):
            return False
        return self._ask().fetched >= fetched

    def drain(self) -> None:
        """Return when all has been heard."""
        drained = self._library.pa_stream_drain(self._stream, None, None)
        self._connection.finish(drained, self.queued_frames / self._rate_hz + _ANSWER_S)
        heard_at_ns = self._connection.clock_ns() + round(self._ask().sink_s * NS_PER_S)
        while (left_ns := heard_at_ns - self._connection.clock_ns()) > 0:
            self._connection.pause(left_ns / NS_PER_S)

    def cork(self, is_corked: bool) -> None:
        """Stand still, or go on."""
        self._finish(self._library.pa_stream_cork(self._stream, int(is_corked), None, None))

    def flush(self) -> None:
        """Drop what is queued."""
        self._finish(self._library.pa_stream_flush(self._stream, None, None))
        self._written = self._ask().fetched

    def close(self) -> None:
        """Once; nothing else may be called afterwards. Never raises."""
        if self._question:
            self._library.pa_operation_unref(self._question)
        self._library.pa_stream_disconnect(self._stream)
        self._library.pa_stream_unref(self._stream)

    def _connect(self, sink: str | None, timeout_s: float) -> None:
        attributes = BufferAttributes(
            maxlength=self._rate_hz * _FRAME_BYTES,
            tlength=round(BUFFER_S * self._rate_hz) * _FRAME_BYTES,
            prebuf=_FRAME_BYTES,
            minreq=round(_MINREQ_S * self._rate_hz) * _FRAME_BYTES,
            fragsize=SERVER_DECIDES,
        )
        flags = START_CORKED | EARLY_REQUESTS | (DONT_MOVE if sink is not None else 0)
        name = None if sink is None else sink.encode()
        if self._library.pa_stream_connect_playback(self._stream, name, attributes, flags, None, None) < 0:
            raise self._connection.error()
        self._connection.wait(self._is_ready, timeout_s)

    def _passed_frames(self) -> int:
        return (self._connection.clock_ns() - self._timing.at_ns) * self._rate_hz // NS_PER_S

    def _is_ready(self) -> bool:
        """Raises PulseError if it has ended: its sink is gone, and there is no other."""
        state = self._library.pa_stream_get_state(self._stream)
        if state in (StreamState.FAILED, StreamState.TERMINATED):
            raise self._connection.error()
        return bool(state == StreamState.READY)

    def _push(self, piece: PcmInt16) -> None:
        length = len(piece) * _FRAME_BYTES
        self._connection.wait(lambda: self._has_room(length))
        self._put(piece, self._written)

    def _put(self, piece: PcmInt16, place: int) -> None:
        """Write at `place`; what stood there and behind it is gone."""
        if not self.queued_frames:  # the clock of what is queued begins anew
            now_ns = self._connection.clock_ns()
            self._timing = _Timing(at_ns=now_ns, fetched=self._written, sink_s=self._timing.sink_s)
        self._read_answer()
        if not self._question:  # in front of the write: the answer says where the server stood when that came
            self._question = self._library.pa_stream_update_timing_info(self._stream, None, None)
        data = np.ascontiguousarray(piece, "<i2").tobytes()
        offset = (place - self._written) * _FRAME_BYTES
        if self._library.pa_stream_write(self._stream, data, len(data), None, offset, SEEK_RELATIVE) < 0:
            raise self._connection.error()
        self._written = place + len(piece)
        self._connection.settle()
        self._read_answer()
        self._note_gap()

    def _has_room(self, length: int) -> bool:
        self._read_answer()
        return self._is_ready() and bool(self._library.pa_stream_writable_size(self._stream) >= length)

    def _read_answer(self) -> None:
        if self._question and not self._connection.is_running(self._question):
            self._library.pa_operation_unref(self._question)
            self._question = None
            self._note_timing()

    def _note_gap(self) -> None:
        """The server tells where it ran dry; it is a gap when more has been written there."""
        index = self._library.pa_stream_get_underflow_index(self._stream)
        if index >= 0 and index != self._gap_at and index < self._written * _FRAME_BYTES:
            self._gap_at = index
            self.underflows += 1

    def _ask(self) -> _Timing:
        """Where the server stands now: a round trip."""
        self._finish(self._library.pa_stream_update_timing_info(self._stream, None, None))
        self._note_timing()
        return self._timing

    def _note_timing(self) -> None:
        pointer = self._library.pa_stream_get_timing_info(self._stream)
        if not pointer:
            return
        info = pointer.contents
        self._timing = _Timing(
            at_ns=self._connection.clock_ns() - self._age_ns(info),
            fetched=info.read_index // _FRAME_BYTES,
            sink_s=info.sink_usec / 1e6,
        )
        if info.playing:
            self._sink_s.append(self._timing.sink_s)

    def _age_ns(self, info: TimingInfo) -> int:
        """How long ago the server said so: the answer has lain here until somebody wrote."""
        said_ns = info.timestamp_s * NS_PER_S + info.timestamp_us * 1000
        age_ns = self._connection.wall_ns() - said_ns
        return age_ns if 0 <= age_ns < _OLDEST_ANSWER_NS else 0  # else the wall's clock was set

    def _finish(self, operation: int | None) -> None:
        self._is_ready()
        self._connection.finish(operation, _ANSWER_S)
