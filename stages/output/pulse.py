"""PulseDevice: the loudspeaker through PulseAudio, or PipeWire's server for PulseAudio's clients.

PortAudio knows neither on Linux: it goes through an ALSA plugin that hides where the server stands, and a stop has to
guess. Here the server is asked, and what it holds can be written over (see `pulse_stream`).

- A user who chooses another loudspeaker moves the stream; so does the server when one is unplugged and another is left.
- The last one is unplugged, or the server dies: the stream ends, and the next call finds out.
- A suspended sink and a stopped server take nothing and say nothing: `interrupt` frees the write.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from utterd.stages.chunks import SAMPLE_RATE_HZ
from utterd.stages.output.device import DeviceLost, DeviceState, DeviceUnusable, End, Verb, next_state
from utterd.stages.output.device_names import find_named
from utterd.stages.output.pulse_connection import PulseConnection, PulseTimeout
from utterd.stages.output.pulse_library import ERR_NO_ENTITY, PulseError, load_pulse
from utterd.stages.output.pulse_stream import PulseStream
from utterd.stages.pcm import PcmInt16

_OPEN_S = 1.5
"""Longest wait for each answer while opening: a sound card that wakes up takes some 0.5 s. Less than the daemon's
patience with a block (`output_limit_s`)."""


class ServerSilent(DeviceUnusable):
    """There is a server, and it does not answer. PortAudio would wait for it for ever."""


class PulseDevice:
    """See `AudioDevice` for the verbs."""

    def __init__(
        self,
        wanted: str | None = None,
        *,
        load: Callable[[], Any] = load_pulse,
        clock_ns: Callable[[], int] = time.monotonic_ns,
        wall_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        """Args:
        wanted: a sink's name or a part of it or of its description; the one the user has chosen if None.
        """
        self._wanted = wanted
        self._load = load
        self._clocks = clock_ns, wall_ns
        self._state = DeviceState.CLOSED
        self._sample_rate_hz = SAMPLE_RATE_HZ
        self._sink: str | None = None
        self._connection: PulseConnection | None = None
        self._stream: PulseStream | None = None
        self._lock = threading.Lock()
        """Held while the connection is taken away, and while `interrupt` touches it from another thread."""

    def __repr__(self) -> str:
        return f"<PulseDevice {self.name} {self._state.name}>"

    @property
    def name(self) -> str:
        sink = self._sink or self._wanted
        return "pulse" if sink is None else f"pulse:{sink}"

    @property
    def state(self) -> DeviceState:
        return self._state

    @property
    def keeps_written(self) -> bool:
        return False

    @property
    def queued_frames(self) -> int:
        return self._ask(lambda stream: stream.queued_frames)

    @property
    def latency_frames(self) -> int:
        return self._ask(lambda stream: stream.latency_frames)

    @property
    def underflows(self) -> int:
        return self._ask(lambda stream: stream.underflows)

    @property
    def write_started_at_ns(self) -> int | None:
        stream = self._stream
        return stream.write_started_at_ns if stream is not None else None

    def check_usable(self) -> None:
        """See whether a server answers and has the sink that is wanted, without playing.

        Raises:
            ServerSilent: one is there and does not answer.
            DeviceUnusable: no.
        """
        try:
            self._choose(self._connect())
        except PulseError as error:
            raise DeviceUnusable(str(error)) from error
        finally:
            self._let_go()

    def open(self, sample_rate_hz: int = SAMPLE_RATE_HZ) -> None:
        after = next_state("open", self._state)
        self._sample_rate_hz = sample_rate_hz
        self._open_stream()
        self._state = after

    def start(self) -> None:
        if self._become("start") is DeviceState.STOPPED:
            with self._lost_on_error() as stream:
                stream.cork(False)

    def write(self, block: PcmInt16) -> None:
        self._become("write")
        with self._lost_on_error() as stream:
            stream.write(block)
            self._sink = stream.sink

    def take_back(self, end: End) -> int:
        if self._become("take_back") is not DeviceState.STARTED:
            return 0
        with self._lost_on_error() as stream:
            return stream.take_back(end)

    def drain(self) -> None:
        if self._become("drain") is DeviceState.STARTED:
            with self._lost_on_error() as stream:
                stream.drain()

    def stop(self) -> None:
        if self._become("stop") is DeviceState.STARTED:
            with self._lost_on_error() as stream:
                stream.cork(True)
                stream.flush()

    def recover(self) -> None:
        after = next_state("recover", self._state)
        self._state = DeviceState.LOST
        self._let_go()
        self._open_stream()
        try:
            with self._lost_on_error() as stream:
                stream.cork(False)
        except DeviceLost as error:
            raise DeviceUnusable(str(error)) from error
        self._state = after

    def close(self) -> None:
        self._become("close")
        self._let_go()

    def interrupt(self) -> None:
        with self._lock:
            if self._connection is not None and self.write_started_at_ns is not None:
                self._connection.interrupt()

    def _become(self, verb: Verb) -> DeviceState:
        """Enter the state after `verb`; the one before."""
        before, self._state = self._state, next_state(verb, self._state)
        return before

    def _open_stream(self) -> None:
        try:
            connection = self._connect()
            sink = self._choose(connection)
            self._stream = PulseStream(connection, sink, self._sample_rate_hz, _OPEN_S)
        except PulseTimeout as error:
            self._let_go()
            raise ServerSilent(f"cannot open the output device {self.name}: {error}") from error
        except PulseError as error:
            self._let_go()
            if error.code == ERR_NO_ENTITY:
                raise DeviceUnusable(
                    "no loudspeaker was found: the sound server has none; use the device wav:PATH to speak into a file"
                ) from error
            raise DeviceUnusable(f"cannot open the output device {self.name}: {error}") from error
        except DeviceUnusable:
            self._let_go()
            raise
        self._sink = self._stream.sink

    def _connect(self) -> PulseConnection:
        """To the server; it is ours from then on."""
        self._connection = connection = PulseConnection(self._load(), *self._clocks)
        try:
            connection.connect(_OPEN_S)
        except PulseTimeout as error:
            raise ServerSilent(f"{error}; is it stopped?") from error
        except PulseError as error:
            raise DeviceUnusable(
                f"no sound server (PipeWire, PulseAudio) answers: {error}; "
                "start one, or use the device wav:PATH to speak into a file"
            ) from error
        return connection

    def _choose(self, connection: PulseConnection) -> str | None:
        if self._wanted is None:
            return None
        sinks = connection.sinks(_OPEN_S)
        names, descriptions = [name for name, _ in sinks], [description for _, description in sinks]
        return names[find_named(self._wanted, names, descriptions)]

    def _ask(self, question: Callable[[PulseStream], int]) -> int:
        """A number of a stream that plays; 0 where nothing can be said."""
        if self._stream is None or self._state is not DeviceState.STARTED:
            return 0
        return question(self._stream)

    def _let_go(self) -> None:
        with self._lock:
            stream, self._stream = self._stream, None
            connection, self._connection = self._connection, None
        if stream is not None:
            stream.close()
        if connection is not None:
            connection.close()

    @contextmanager
    def _lost_on_error(self) -> Iterator[PulseStream]:
        assert self._stream is not None, "a state other than CLOSED and LOST has a stream"
        try:
            yield self._stream
        except PulseError as error:
            self._state = DeviceState.LOST
            raise DeviceLost(f"the output device {self.name} went away: {error}") from error
