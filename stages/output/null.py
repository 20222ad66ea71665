"""NullDevice: a loudspeaker that makes no sound and takes as long over it as a real one."""

import time
from collections.abc import Callable

from utterd.stages.chunks import SAMPLE_RATE_HZ
from utterd.stages.output.device import BLOCK_FRAMES, BUFFER_S, DeviceState, End, Verb, next_state
from utterd.stages.output.reservoir import Reservoir
from utterd.stages.pcm import PcmInt16


class NullDevice:
    """Paced by the monotonic clock: a write returns at once while the buffer has room, then at the sample rate.

    See `AudioDevice` for the verbs; this one is never lost.
    """

    def __init__(
        self, *, clock_ns: Callable[[], int] = time.monotonic_ns, sleep_s: Callable[[float], None] = time.sleep
    ) -> None:
        self._clock_ns = clock_ns
        self._sleep_s = sleep_s
        self._state = DeviceState.CLOSED
        self._reservoir = Reservoir(sample_rate_hz=SAMPLE_RATE_HZ, capacity_frames=0, clock_ns=clock_ns)
        self._write_started_at_ns: int | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name} {self._state.name}>"

    @property
    def name(self) -> str:
        return "null"

    @property
    def state(self) -> DeviceState:
        return self._state

    @property
    def keeps_written(self) -> bool:
        return False

    @property
    def queued_frames(self) -> int:
        return self._reservoir.queued_frames

    @property
    def latency_frames(self) -> int:
        return self.queued_frames

    @property
    def underflows(self) -> int:
        """Nothing is torn where nothing sounds."""
        return 0

    @property
    def write_started_at_ns(self) -> int | None:
        return self._write_started_at_ns

    def open(self, sample_rate_hz: int = SAMPLE_RATE_HZ) -> None:
        self._become("open")
        self._reservoir = Reservoir(
            sample_rate_hz=sample_rate_hz, capacity_frames=round(BUFFER_S * sample_rate_hz), clock_ns=self._clock_ns
        )

    def start(self) -> None:
        self._become("start")

    def write(self, block: PcmInt16) -> None:
        self._become("write")
        self._write_started_at_ns = self._clock_ns()
        try:
            for start in range(0, len(block), BLOCK_FRAMES):
                self._wait_and_add(len(block[start : start + BLOCK_FRAMES]))
        finally:
            self._write_started_at_ns = None

    def take_back(self, end: End) -> int:
        if self._become("take_back") is not DeviceState.STARTED:
            return 0
        taken_back = self._take_back()
        self.write(end(taken_back))
        return taken_back

    def drain(self) -> None:
        self._become("drain")
        self._sleep_s(self._reservoir.time_until_room_s(self._reservoir.capacity_frames))

    def stop(self) -> None:
        self._become("stop")
        self._reservoir.clear()

    def recover(self) -> None:
        self._become("recover")
        self._reservoir.clear()

    def close(self) -> None:
        self._become("close")
        self._reservoir.clear()

    def interrupt(self) -> None:
        """Nothing to do: a write here always ends by itself."""

    def _take_back(self) -> int:
        queued_frames = self._reservoir.queued_frames
        self._reservoir.clear()
        return queued_frames

    def _become(self, verb: Verb) -> DeviceState:
        """Enter the state after `verb`, which is returned."""
        self._state = next_state(verb, self._state)
        return self._state

    def _wait_and_add(self, frames: int) -> None:
        wait_s = self._reservoir.time_until_room_s(frames)
        if wait_s > 0:
            self._sleep_s(wait_s)
        self._reservoir.add(frames)
