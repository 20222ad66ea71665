"""The device with what every sound needs on its way there: volume, dither, a faded end, and care when it goes away."""

import logging
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from utterd.stages.chunks import SAMPLE_RATE_HZ
from utterd.stages.output.device import BLOCK_FRAMES, AudioDevice, DeviceError, DeviceState
from utterd.stages.pcm import FADE_FRAMES, Dither, PcmInt16, fade_out, ramp_gain, to_int16

logger = logging.getLogger(__name__)

_RECOVERY_INTERVAL_NS = 500_000_000

_STUCK_NS = 1_000_000_000
"""A healthy device takes a block of 10 ms within the 50 ms of its buffer."""

_END_FRAMES = BLOCK_FRAMES
"""Silence behind a fade, written with it: PipeWire plays no less than its block, and would tear the fade in two."""

_HISTORY_FRAMES = SAMPLE_RATE_HZ // 5
"""200 ms: more than any device holds."""

Samples = npt.NDArray[np.float32]


class Loudspeaker:
    """Only the output stage's main thread uses it."""

    def __init__(
        self,
        device: AudioDevice,
        *,
        volume: float,
        keep_open_s: float,
        clock_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._device = device
        self._clock_ns = clock_ns
        self._volume = self._target_volume = volume
        self._keep_open_ns = int(keep_open_s * 1e9)
        self._dither = Dither()
        self._history: Samples = np.zeros(0, np.float32)
        """The last frames written: what an end fades out from."""
        self._speech_frames = 0
        """Written since the last end, up to what any device holds."""
        self._silence_frames = 0
        """Written behind the last of them."""
        self._used_at_ns = self._clock_ns()
        self._recover_at_ns = 0
        self._trouble = ""
        """What the device failed with; told once."""

    def __repr__(self) -> str:
        return f"<Loudspeaker {self._device!r} volume={self._target_volume}>"

    @property
    def name(self) -> str:
        return self._device.name

    @property
    def state(self) -> DeviceState:
        return self._device.state

    @property
    def queued_frames(self) -> int:
        """Written, and still in the device's buffer: it runs dry when they are gone."""
        return self._device.queued_frames if self._device.state is DeviceState.STARTED else 0

    @property
    def latency_frames(self) -> int:
        """A frame written now is heard at most so much later."""
        return self._device.latency_frames if self._device.state is DeviceState.STARTED else 0

    @property
    def underflows(self) -> int:
        """How often the device had run dry before more was written."""
        return self._device.underflows

    @property
    def mortal_frames(self) -> int:
        """Written frames that would never be heard if this process died now."""
        return 0 if self._device.keeps_written else self.latency_frames

    @property
    def needs_tail(self) -> bool:
        """It may hold the last frames back until silence is written behind them."""
        return not self._device.keeps_written

    def set_volume(self, gain: float) -> None:
        """Linear, 0 to 2; reached over the next block."""
        self._target_volume = gain

    def open(self) -> None:
        """Have the device ready for a write, from whatever state. Raises DeviceError."""
        if self._device.state is DeviceState.LOST:
            self._device.recover()
        if self._device.state is DeviceState.CLOSED:
            self._device.open()
        if self._device.state is DeviceState.STOPPED:
            self._device.start()
        self._used_at_ns = self._clock_ns()

    def write(self, samples: Samples, *, is_speech: bool = True) -> None:
        """Play mono float32; blocks until the device has room. Raises DeviceError, and then has taken nothing."""
        if not len(samples):
            return  # nothing in which the volume could change
        if self._volume != self._target_volume:
            samples = ramp_gain(samples, self._volume, self._target_volume)
        elif self._volume != 1.0:
            samples = samples * np.float32(self._volume)
        self._device.write(to_int16(samples, self._dither))
        self._volume = self._target_volume
        self._history = np.concatenate((self._history, samples))[-_HISTORY_FRAMES:]
        if is_speech:
            self._speech_frames = min(_HISTORY_FRAMES, self._speech_frames + len(samples))
        self._silence_frames = 0 if is_speech else self._silence_frames + len(samples)
        self._used_at_ns = self._clock_ns()

    def take_back(self, upcoming: Samples) -> int:
        """Fade out as soon as the device can, from where the sound has come to, and be silent. Raises DeviceError.

        Args:
            upcoming: what would have been written next, for a device that has little left to fade; it may be empty.

        Returns:
            Frames of speech that were written and will not be heard as they were; an end made before is no speech.
        """
        if self._device.state is not DeviceState.STARTED:
            return 0
        written, loud_upcoming = self._history, upcoming * np.float32(self._volume)
        silence = np.zeros(_END_FRAMES if self.needs_tail else 0, np.float32)

        def end(taken_back: int) -> PcmInt16:
            kept = len(written) - min(taken_back, len(written))
            # What was written carries the volume and the fades it was written with.
            fading = fade_out(np.concatenate((written[kept:], loud_upcoming))[:FADE_FRAMES], FADE_FRAMES)
            faded = np.concatenate((fading, silence)) if len(fading) else fading
            self._history = np.concatenate((written[:kept], faded))[-_HISTORY_FRAMES:]
            return to_int16(faded, self._dither)

        taken_back = self._device.take_back(end)
        speech_frames = min(max(0, taken_back - self._silence_frames), self._speech_frames)
        self._speech_frames = self._silence_frames = 0
        return speech_frames

    def free_stuck_write(self) -> None:
        """Make a write give up that the device has not taken for a second. From any thread; see `interrupt`."""
        started_at_ns = self._device.write_started_at_ns
        if started_at_ns is not None and self._clock_ns() - started_at_ns > _STUCK_NS:
            self._device.interrupt()

    def drain(self) -> None:
        """Return when everything written has been heard. Raises DeviceError."""
        if self._device.state is DeviceState.STARTED:
            self._device.drain()

    def note_loss(self, error: DeviceError) -> None:
        """The device failed: leave it alone until `recover_if_due`."""
        if str(error) != self._trouble:
            self._trouble = str(error)
            logger.warning("device failed device=%s state=%s reason=%s", self._device.name, self._device.state, error)
        self._recover_at_ns = self._clock_ns()

    def recover_if_due(self) -> bool:
        """Try to bring a device that is not STARTED to that state, now and then; whether it is."""
        now_ns = self._clock_ns()
        if now_ns < self._recover_at_ns:
            return False
        try:
            self.open()
        except DeviceError as error:
            self.note_loss(error)
            self._recover_at_ns = now_ns + _RECOVERY_INTERVAL_NS
            return False
        if self._trouble:
            self._trouble = ""
            logger.info("device recovered device=%s", self._device.name)
        return True

    def release_if_idle(self) -> None:
        """An open stream keeps a Mac awake and a sound card powered: let go after a while of silence."""
        if self._device.state is DeviceState.STARTED and self.idle_left_ns <= 0 and self.queued_frames == 0:
            self._device.close()

    @property
    def idle_left_ns(self) -> int:
        """Until `release_if_idle` will let go."""
        return self._used_at_ns + self._keep_open_ns - self._clock_ns()

    @property
    def recovery_left_ns(self) -> int:
        """Until `recover_if_due` will try again."""
        return self._recover_at_ns - self._clock_ns()

    def close(self) -> None:
        self._device.close()
