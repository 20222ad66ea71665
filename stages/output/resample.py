"""Fit: makes our mono blocks fit a device that wants another rate or more channels.

Only raw sound cards are that choosy (`hw:` on Linux); sound servers and CoreAudio convert by themselves. The resampler
keeps some 40 ms before it gives anything (soxr's HQ, measured; its quicker settings dull the voice), so such a device
starts that much later.
"""

import numpy as np
import numpy.typing as npt
import soxr

from utterd.stages.pcm import PcmInt16


class Fit:
    """A stream of blocks, converted one by one without a seam. One thread."""

    def __init__(self, *, source_rate_hz: int, device_rate_hz: int, device_channels: int) -> None:
        self.source_rate_hz = source_rate_hz
        self.device_rate_hz = device_rate_hz
        self.device_channels = device_channels
        self._resampler = None if device_rate_hz == source_rate_hz else self._new_resampler()

    def convert(self, block: PcmInt16) -> PcmInt16:
        """What the device gets for `block`: interleaved, possibly nothing yet."""
        if self._resampler is not None:
            block = _to_int16(self._resampler.resample_chunk(block.astype(np.float32)))
        return self._spread(block)

    def flush(self) -> PcmInt16:
        """The rest of everything converted so far; afterwards as new."""
        if self._resampler is None:
            return np.zeros(0, dtype=np.int16)
        rest = _to_int16(self._resampler.resample_chunk(np.zeros(0, dtype=np.float32), last=True))
        self.clear()
        return self._spread(rest)

    def clear(self) -> None:
        """Forget what is kept back."""
        if self._resampler is not None:
            self._resampler = self._new_resampler()

    @property
    def kept_frames(self) -> int:
        """Taken in and not given out yet, in frames of the source."""
        return 0 if self._resampler is None else self.to_source(round(self._resampler.delay()))

    def to_source(self, device_frames: int) -> int:
        """As many frames of ours last as long; rounded up."""
        return -(-device_frames * self.source_rate_hz // self.device_rate_hz)

    def _new_resampler(self) -> soxr.ResampleStream:
        # In float: soxr dithers what it makes int16, even silence, and our blocks have been dithered already.
        return soxr.ResampleStream(self.source_rate_hz, self.device_rate_hz, 1, dtype="float32", quality="HQ")

    def _spread(self, mono: PcmInt16) -> PcmInt16:
        return mono if self.device_channels == 1 else np.repeat(mono, self.device_channels)


def _to_int16(samples: npt.NDArray[np.float32]) -> PcmInt16:
    """Of samples in the range of int16; the resampler's ringing may lead out of it."""
    return np.rint(np.clip(samples, -32_768, 32_767)).astype(np.int16)
