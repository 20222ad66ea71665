"""TroubledDevice: a loudspeaker that keeps what it plays and fails on order."""

import time
from collections.abc import Callable

import numpy as np

from utterd.stages.output.device import DeviceLost, DeviceState, DeviceUnusable, End
from utterd.stages.output.null import NullDevice
from utterd.stages.pcm import PcmInt16


class TroubledDevice(NullDevice):
    """As NullDevice; what it has taken is in `written`, what was asked of it in `calls`."""

    def __init__(
        self, *, clock_ns: Callable[[], int] = time.monotonic_ns, sleep_s: Callable[[float], None] = time.sleep
    ) -> None:
        super().__init__(clock_ns=clock_ns, sleep_s=sleep_s)
        self.written: list[PcmInt16] = []
        self.calls: list[str] = []
        """All verbs but `write`."""
        self.fails_at_frame: int | None = None
        """The write that would go beyond this many frames finds the device gone, once."""
        self.refusals = 0
        """So often it cannot be opened or recovered."""

    @property
    def sound(self) -> PcmInt16:
        """All frames it has taken."""
        return np.concatenate([np.zeros(0, np.int16), *self.written])

    def open(self, sample_rate_hz: int = 24_000) -> None:
        self.calls.append("open")
        self._refuse()
        super().open(sample_rate_hz)

    def write(self, block: PcmInt16) -> None:
        if self.fails_at_frame is not None and len(self.sound) + len(block) > self.fails_at_frame:
            self.fails_at_frame = None
            self._state = DeviceState.LOST
            raise DeviceLost("the headphones were pulled out")
        super().write(block)
        self.written.append(block.copy())

    def take_back(self, end: End) -> int:
        self.calls.append("take_back")
        return super().take_back(end)

    def drain(self) -> None:
        self.calls.append("drain")
        super().drain()

    def recover(self) -> None:
        self.calls.append("recover")
        self._refuse()
        super().recover()

    def close(self) -> None:
        self.calls.append("close")
        super().close()

    def _refuse(self) -> None:
        if self.refusals:
            self.refusals -= 1
            raise DeviceUnusable("there is no output device")
