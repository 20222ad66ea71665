"""PortAudioDevice: the loudspeaker, through sounddevice; on macOS, and on Linux where no sound server answers.

Blocking writes from one thread into a raw stream, measured against the alternatives on Linux: left started with nothing
written between utterances, the first sound comes 1 ms (PulseAudio) or 4 to 11 ms (PipeWire) after its write; a callback
or a thread that feeds silence puts the whole buffer in front. Traps, and where they are met:

- On ALSA, stop() and close() cut what is buffered, whatever the documentation says: `drain` waits by itself.
- On ALSA, less than one period (12.5 ms) written to an empty buffer is not played until more comes: `drain` pads.
- A suspended sink, a sleeping or unplugged device on macOS: write() waits for ever. `interrupt` frees it.
- Devices are listed once, when PortAudio is initialised: `recover` and a failed `open` initialise again.
"""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from utterd.stages.chunks import SAMPLE_RATE_HZ
from utterd.stages.output.device import DeviceLost, DeviceState, DeviceUnusable, End, Verb, next_state
from utterd.stages.output.portaudio_choice import LINUX_PREFERENCE, Output, choose, list_outputs
from utterd.stages.output.portaudio_library import load_sounddevice, reinitialise, sentence_of
from utterd.stages.output.portaudio_stream import PortAudioStream, open_stream
from utterd.stages.pcm import PcmInt16

_POLL_S = 0.005

T = TypeVar("T")


class PortAudioDevice:
    """See `AudioDevice` for the verbs. One a process, since PortAudio is initialised for the process."""

    def __init__(
        self,
        wanted: str | None = None,
        *,
        load: Callable[[], Any] = load_sounddevice,
        platform: str = sys.platform,
        clock_ns: Callable[[], int] = time.monotonic_ns,
        sleep_s: Callable[[float], None] = time.sleep,
    ) -> None:
        """Args:
        wanted: a device's name or a part of it; the best one if None.
        """
        self._wanted = wanted
        self._load = load
        self._preference = LINUX_PREFERENCE if platform.startswith("linux") else ()
        self._clock_ns = clock_ns
        self._sleep_s = sleep_s
        self._state = DeviceState.CLOSED
        self._sample_rate_hz = SAMPLE_RATE_HZ
        self._sounddevice: Any = None
        self._output: Output | None = None
        self._stream: PortAudioStream | None = None
        self._lock = threading.Lock()
        """Held while the stream is taken away, and while `interrupt` touches it from another thread."""

    def __repr__(self) -> str:
        return f"<PortAudioDevice {self.name} {self._state.name}>"

    @property
    def name(self) -> str:
        name = self._output.name if self._output else self._wanted
        return "portaudio" if name is None else f"portaudio:{name}"

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
        """Look for the device without opening it.

        Raises:
            DeviceUnusable: it is not there.
        """
        self._look_twice(self._choose)

    def open(self, sample_rate_hz: int = SAMPLE_RATE_HZ) -> None:
        after = next_state("open", self._state)
        self._sample_rate_hz = sample_rate_hz
        self._look_twice(self._open_stream)
        self._state = after

    def start(self) -> None:
        if self._become("start") is DeviceState.STOPPED:
            with self._lost_on_error() as stream:
                stream.start()

    def write(self, block: PcmInt16) -> None:
        self._become("write")
        with self._lost_on_error() as stream:
            stream.write(block)

    def take_back(self, end: End) -> int:
        if self._become("take_back") is not DeviceState.STARTED:
            return 0
        with self._lost_on_error() as stream:
            return stream.take_back(end)

    def drain(self) -> None:
        if self._become("drain") is DeviceState.STARTED:
            with self._lost_on_error() as stream:
                stream.write_end()
                self._wait_for_end(stream)

    def stop(self) -> None:
        if self._become("stop") is DeviceState.STARTED:
            with self._lost_on_error() as stream:
                stream.stop()

    def recover(self) -> None:
        after = next_state("recover", self._state)
        self._state = DeviceState.LOST
        self._drop_stream()
        reinitialise(self._sounddevice)
        self._open_stream()
        try:
            with self._lost_on_error() as stream:
                stream.start()
        except DeviceLost as error:
            raise DeviceUnusable(str(error)) from error
        self._state = after

    def close(self) -> None:
        self._become("close")
        self._drop_stream()

    def interrupt(self) -> None:
        with self._lock:
            if self._stream is not None and self._stream.write_started_at_ns is not None:
                self._stream.abort()

    def _become(self, verb: Verb) -> DeviceState:
        """Enter the state after `verb`; the one before."""
        before, self._state = self._state, next_state(verb, self._state)
        return before

    def _look_twice(self, attempt: Callable[[], T]) -> T:
        """Try with the devices PortAudio knows of, and if that fails with those the system has now."""
        if self._sounddevice is None:
            self._sounddevice = self._load()
        try:
            return attempt()
        except DeviceUnusable:
            reinitialise(self._sounddevice)
            return attempt()

    def _choose(self) -> Output:
        try:
            default_index = self._sounddevice.query_devices(kind="output")["index"]
        except self._sounddevice.PortAudioError:
            default_index = None
        return choose(
            list_outputs(self._sounddevice.query_devices()),
            wanted=self._wanted,
            preference=self._preference,
            default_index=default_index,
        )

    def _open_stream(self) -> None:
        output = self._choose()
        self._stream = open_stream(self._sounddevice, output, self._sample_rate_hz, self._clock_ns)
        self._output = output

    def _wait_for_end(self, stream: PortAudioStream) -> None:
        give_up_at_ns = self._clock_ns() + round(stream.patience_s * 1e9)
        while not stream.has_played_end:
            if self._clock_ns() > give_up_at_ns:
                self._state = DeviceState.LOST
                raise DeviceLost(f"the output device {self.name} has stopped playing")
            self._sleep_s(_POLL_S)

    def _ask(self, question: Callable[[PortAudioStream], int]) -> int:
        """A number of a stream that plays; 0 where nothing can be said."""
        if self._stream is None or self._state is not DeviceState.STARTED:
            return 0
        try:
            return question(self._stream)
        except self._sounddevice.PortAudioError:
            return 0  # the next write will find out, and say so

    def _drop_stream(self) -> None:
        with self._lock:
            stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()

    @contextmanager
    def _lost_on_error(self) -> Iterator[PortAudioStream]:
        assert self._stream is not None, "a state other than CLOSED and LOST has a stream"
        try:
            yield self._stream
        except self._sounddevice.PortAudioError as error:
            self._state = DeviceState.LOST
            raise DeviceLost(f"the output device {self.name} went away: {sentence_of(error)}") from error
