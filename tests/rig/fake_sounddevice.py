"""FakeSoundDevice: the part of the module sounddevice that the loudspeaker uses, with cards that refuse, die and sleep.

Its streams hold and play frames as PortAudio's do, by a FakeClock: a write that finds no room lets time pass. What was
played is in `played`.
"""

import threading
from typing import Any

import numpy as np
import numpy.typing as npt
from rig.clock import FakeClock

from utterd.stages.output.reservoir import Reservoir

INVALID_RATE, INVALID_CHANNELS, DEVICE_UNAVAILABLE, HOST_ERROR = -9997, -9998, -9985, -9999
_TEXTS = {
    INVALID_RATE: "Invalid sample rate",
    INVALID_CHANNELS: "Invalid number of channels",
    DEVICE_UNAVAILABLE: "Device unavailable",
    HOST_ERROR: "Unanticipated host error",
}


class FakePortAudioError(Exception):
    """As sounddevice.PortAudioError: a text and a code."""


def card(name: str, *, channels: int = 2, rate_hz: int = 48_000) -> dict[str, Any]:
    """An entry of `query_devices()`, but for its index."""
    return {"name": name, "max_output_channels": channels, "default_samplerate": float(rate_hz)}


class FakeSoundDevice:
    """Stands in for the module. Not thread safe but for a write that sleeps and the abort that wakes it."""

    PortAudioError = FakePortAudioError

    def __init__(self, *cards: dict[str, Any], clock: FakeClock | None = None) -> None:
        self.clock = clock or FakeClock()
        self.plugged: list[dict[str, Any]] = list(cards)
        """What the system has. PortAudio learns of it when it is initialised."""
        self.default_name = cards[0]["name"] if cards else None
        self.refused: dict[tuple[int, int], int] = {}
        """(rate, channels) → the error with which opening is refused."""
        self.sleeps = False
        """Cards take nothing, and say nothing: a suspended sink, a Mac whose headphones left."""
        self.streams: list[FakeStream] = []
        self.initialisations = 0
        self._initialize()

    @property
    def stream(self) -> "FakeStream":
        """The one opened last."""
        return self.streams[-1]

    def unplug(self) -> None:
        """Every card goes away; open streams notice at their next call."""
        self.plugged = []

    def query_devices(self, device: Any = None, kind: str | None = None) -> Any:
        if kind is None:
            return self._listed
        for entry in self._listed:
            if entry["name"] == self.default_name:
                return entry
        raise FakePortAudioError("Error querying device -1")

    def RawOutputStream(
        self, *, samplerate: int, channels: int, dtype: str, device: int, latency: float
    ) -> "FakeStream":
        if code := self.refused.get((samplerate, channels), 0):
            raise error(code)
        assert dtype == "int16"
        self.streams.append(FakeStream(self, samplerate, channels, latency, self._listed[device]["name"]))
        return self.stream

    def _initialize(self) -> None:
        self.initialisations += 1
        self._listed = [{**entry, "index": index} for index, entry in enumerate(self.plugged)]

    def _terminate(self) -> None:
        for stream in self.streams:
            assert stream.is_closed, "PortAudio was terminated under an open stream"


class FakeStream:
    """A raw output stream in blocking mode."""

    def __init__(self, owner: FakeSoundDevice, rate_hz: int, channels: int, latency_s: float, name: str) -> None:
        self.rate_hz, self.channels, self.latency_s, self.name = rate_hz, channels, latency_s, name
        self.calls: list[str] = []
        self.is_closed = False
        self.is_active = False
        self.blocks: list[npt.NDArray[np.int16]] = []
        self.is_stuck = False
        """Takes what it has room for, and plays nothing."""
        self._owner = owner
        self._woken = threading.Event()
        self._buffer = Reservoir(
            sample_rate_hz=rate_hz, capacity_frames=round(latency_s * rate_hz * 1.25), clock_ns=owner.clock.clock_ns
        )

    @property
    def written(self) -> npt.NDArray[np.int16]:
        """All samples so far, interleaved."""
        return np.concatenate([np.zeros(0, np.int16), *self.blocks])

    @property
    def write_available(self) -> int:
        self._check()
        return 0 if self.is_stuck else self._buffer.capacity_frames - self._buffer.queued_frames

    def start(self) -> None:
        self._call("start")
        self.is_active = True

    def write(self, data: bytes) -> bool:
        self._check()
        if self._owner.sleeps:
            self._woken.wait()
            raise error(HOST_ERROR)
        samples = np.frombuffer(data, np.int16)
        frames = len(samples) // self.channels
        wait_s = self._buffer.time_until_room_s(frames)
        if wait_s:
            self._owner.clock.sleep_s(wait_s)
        has_run_dry = bool(self.blocks) and self._buffer.queued_frames == 0
        self._buffer.add(frames)
        self.blocks.append(samples)
        return has_run_dry

    def stop(self, ignore_errors: bool = True) -> None:
        self._call("stop", ignore_errors=ignore_errors)
        self._silence()

    def abort(self, ignore_errors: bool = True) -> None:
        self._call("abort", ignore_errors=ignore_errors)
        self._silence()
        self._woken.set()

    def close(self, ignore_errors: bool = True) -> None:
        self.calls.append("close")
        assert not self.is_closed, "closed twice"
        self.is_closed = True

    def _silence(self) -> None:
        self.is_active = False
        self._buffer.clear()

    def _call(self, verb: str, *, ignore_errors: bool = False) -> None:
        self.calls.append(verb)
        if not ignore_errors:
            self._check()

    def _check(self) -> None:
        assert not self.is_closed, "used after it was closed"
        if not any(entry["name"] == self.name for entry in self._owner.plugged):
            raise error(HOST_ERROR)


def error(code: int) -> FakePortAudioError:
    return FakePortAudioError(_TEXTS[code], code)
