"""PortAudioStream: blocks of ours into one stream of PortAudio, and how much of them it still holds.

Raises PortAudio's own errors; knows nothing of states and recovery.
"""

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from utterd.stages.output.device import BUFFER_S, DeviceUnusable, End
from utterd.stages.output.portaudio_choice import Output
from utterd.stages.output.portaudio_library import INVALID_CHANNELS, INVALID_RATE, sentence_of, status_of
from utterd.stages.output.resample import Fit
from utterd.stages.output.reservoir import Reservoir
from utterd.stages.pcm import PcmInt16

BEHIND_BUFFER_S = 0.01
"""What is assumed to lie between PortAudio's buffer and the ear: nobody tells. (`stream.latency` may be 0.0 on macOS,
and is BUFFER_S on ALSA.) Measured: PulseAudio 1 ms, PipeWire 4 to 11 ms; a card adds its own period, Bluetooth far
more."""

DRAIN_PAD_S = 0.02
"""Silence behind the last sound, so that it is past the server's own block when it has left the buffer."""

_PIECE_S = 0.01


class PortAudioStream:
    """Only the writing thread uses it; `write_started_at_ns` may be read, and `abort` called, from another."""

    def __init__(self, raw: Any, fit: Fit, clock_ns: Callable[[], int] = time.monotonic_ns) -> None:
        """Args:
        raw: a sounddevice.RawOutputStream without a callback.
        """
        self.write_started_at_ns: int | None = None
        self.underflows = 0
        """As PortAudio tells them; through ALSA's plugins for sound servers it never does."""
        self._raw = raw
        self._fit = fit
        self._clock_ns = clock_ns
        self._capacity_frames = 0
        """Of the device: what was free when nothing was in it."""
        self._by_clock = Reservoir(sample_rate_hz=fit.source_rate_hz, capacity_frames=0, clock_ns=clock_ns)

    def start(self) -> None:
        self._raw.start()
        self._capacity_frames = max(self._capacity_frames, self._raw.write_available)

    def write(self, block: PcmInt16) -> None:
        self._push(self._fit.convert(block))
        self._by_clock.add(len(block))

    def write_end(self) -> None:
        """What the resampler keeps, and then silence: until it has left the buffer, all sound before it has too."""
        self._push(self._fit.flush())
        pad_frames = round(DRAIN_PAD_S * self._fit.device_rate_hz) + self._slack_frames
        self._push(np.zeros(pad_frames * self._fit.device_channels, np.int16))
        self._by_clock.add(self._fit.to_source(pad_frames))

    @property
    def has_played_end(self) -> bool:
        """After `write_end`: nothing but silence can be in the buffer."""
        return self._buffered_frames() <= self._slack_frames

    @property
    def patience_s(self) -> float:
        """A stream that has not played what it holds in this time does not play."""
        return 2 * self._capacity_frames / self._fit.device_rate_hz + 0.5

    @property
    def queued_frames(self) -> int:
        """In frames of ours; the lower one of two counts.

        The stream's own lags by up to a block of the server (15 ms on PulseAudio), and on PipeWire up to 16 ms stay in
        it that have been played long ago. The clock's knows no blocks; it begins a little early, and does not notice
        when the device stands still. Against what was really heard up to a stop: within 5 ms, rarely 7.
        """
        buffered = self._fit.kept_frames + self._fit.to_source(self._buffered_frames())
        return min(buffered, self._by_clock.queued_frames)

    @property
    def latency_frames(self) -> int:
        return self.queued_frames + round(BEHIND_BUFFER_S * self._fit.source_rate_hz)

    def take_back(self, end: End) -> int:
        """An estimate, made just before all is dropped."""
        queued_frames = self.queued_frames
        self._raw.abort(ignore_errors=False)
        self._forget()
        self.start()
        self.write(end(queued_frames))
        return queued_frames

    def stop(self) -> None:
        self._raw.stop(ignore_errors=False)
        self._forget()

    def abort(self) -> None:
        """Also frees a `write` that waits in another thread. Never raises."""
        self._raw.abort(ignore_errors=True)

    def close(self) -> None:
        """Never while another thread writes: that would end the process (SIGABRT). Never raises."""
        self._raw.abort(ignore_errors=True)
        self._raw.close(ignore_errors=True)

    @property
    def _slack_frames(self) -> int:
        """Half the buffer, in frames of the device: at least one period, so that a stream that waits for a full one
        before it plays at all is sure to begin; and more than PipeWire leaves standing."""
        return self._capacity_frames // 2

    def _buffered_frames(self) -> int:
        """In frames of the device, by its own count."""
        return max(0, self._capacity_frames - int(self._raw.write_available))

    def _forget(self) -> None:
        self._fit.clear()
        self._by_clock.clear()

    def _push(self, samples: PcmInt16) -> None:
        """Hand interleaved samples over, piece by piece, so that a stuck device shows soon."""
        piece = round(_PIECE_S * self._fit.device_rate_hz) * self._fit.device_channels
        try:
            for start in range(0, len(samples), piece):
                self.write_started_at_ns = self._clock_ns()
                self.underflows += bool(self._raw.write(samples[start : start + piece].tobytes()))
        finally:
            self.write_started_at_ns = None


def open_stream(
    sounddevice: Any, output: Output, sample_rate_hz: int, clock_ns: Callable[[], int] = time.monotonic_ns
) -> PortAudioStream:
    """A stream in our own format, or the next best the device takes.

    Raises:
        DeviceUnusable: it takes none, or is busy.
    """
    rates = dict.fromkeys((sample_rate_hz, output.default_rate_hz))
    for rate_hz, channels in [(rate, channels) for rate in rates for channels in (1, 2)]:
        try:
            raw = sounddevice.RawOutputStream(
                samplerate=rate_hz, channels=channels, dtype="int16", device=output.index, latency=BUFFER_S
            )
        except sounddevice.PortAudioError as error:
            if status_of(error) in (INVALID_RATE, INVALID_CHANNELS):
                continue
            raise DeviceUnusable(f"cannot open the output device {output.name!r}: {sentence_of(error)}") from error
        fit = Fit(source_rate_hz=sample_rate_hz, device_rate_hz=rate_hz, device_channels=channels)
        return PortAudioStream(raw, fit, clock_ns)
    raise DeviceUnusable(f"the output device {output.name!r} takes neither mono nor stereo sound of 16 bits")
