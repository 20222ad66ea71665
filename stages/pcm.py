"""What is done to PCM on its way to the loudspeaker: convert, fade, change the gain, find where the sound begins.

Mono throughout, so a frame is one sample. Nothing here keeps state but `Dither`, and nothing changes its argument.
"""

import numpy as np
import numpy.typing as npt

from utterd.stages.chunks import SAMPLE_RATE_HZ

PcmFloat = npt.NDArray[np.float32]
"""Mono, shape (frames,), nominally in [-1, 1]."""

PcmInt16 = npt.NDArray[np.int16]
"""Mono, shape (frames,)."""

FULL_SCALE = 32_767
"""int16 of a float sample of 1.0. Not 32,768: +1.0 would not fit, and -1.0 and +1.0 should be equally loud."""

AUDIBLE = 10 ** (-50 / 20)
"""A sample beyond this (-50 dBFS, 0.00316) can be heard.

Speech peaks near -3 dBFS. 47 dB below that is at the edge of a quiet room's own noise, yet still under the breath that
opens an "h" or an "f"; dither (-90 dBFS) and the noise floor of a vocoder (about -60 dBFS and lower) are not mistaken
for sound.
"""


FADE_FRAMES = SAMPLE_RATE_HZ * 5 // 1000
"""5 ms: too short to be heard as a fade, long enough not to click."""


def to_frames(duration_ms: float) -> int:
    """How many frames last so long, at the rate between stages; rounded to the nearest."""
    return round(duration_ms * SAMPLE_RATE_HZ / 1000)


def to_milliseconds(frames: int) -> float:
    """How long so many frames last, at the rate between stages."""
    return frames * 1000 / SAMPLE_RATE_HZ


class Dither:
    """Triangular noise of ±1 LSB: turns the rounding error of int16 into a steady hiss nobody hears.

    Seeded, so that the same speech always gives the same file. Belongs to one thread.
    """

    def __init__(self, seed: int = 0) -> None:
        self._random = np.random.default_rng(seed)

    def noise(self, length_frames: int) -> PcmFloat:
        """In LSBs, within (-1, 1): the difference of two uniform numbers."""
        uniform = self._random.random((2, length_frames), dtype=np.float32)
        noise: PcmFloat = uniform[0] - uniform[1]
        return noise


def to_int16(samples: PcmFloat, dither: Dither) -> PcmInt16:
    """Round to int16. What is beyond full scale is clipped, exact zeros stay exact zeros.

    Clipping comes before the integer: the other way round 1.0001 would wrap to the opposite rail, the loudest click
    there is. For the same reason a NaN (a broken model) becomes silence. Silence is not dithered, so that pauses cost
    nothing to compress or to compare.
    """
    limit = np.float32((FULL_SCALE - 1) / FULL_SCALE)  # one LSB of room for the dither
    scaled = np.nan_to_num(np.clip(samples, -limit, limit), nan=0.0) * np.float32(FULL_SCALE)
    dithered = np.where(scaled == 0, scaled, scaled + dither.noise(len(scaled)))
    return np.rint(dithered).astype(np.int16)


def fade_in(samples: PcmFloat, length_frames: int) -> PcmFloat:
    """Raise the first `length_frames` from silence by a raised cosine; all of `samples` if they are fewer."""
    rise = _raised_cosine(min(length_frames, len(samples)))
    return np.concatenate([samples[: len(rise)] * rise, samples[len(rise) :]])


def fade_out(samples: PcmFloat, length_frames: int) -> PcmFloat:
    """Lower the last `length_frames` to silence by a raised cosine; all of `samples` if they are fewer.

    With `fade_in` over the same frames the gains add up to 1: two takes of the same sound join without a dip.
    """
    fall = _raised_cosine(min(length_frames, len(samples)))[::-1]
    untouched = len(samples) - len(fall)
    return np.concatenate([samples[:untouched], samples[untouched:] * fall])


def ramp_gain(samples: PcmFloat, start: float, end: float) -> PcmFloat:
    """Move the linear gain evenly from `start` (the block before) to `end` (reached at the last frame).

    Blocks joined this way have no step in loudness; `start == end` is plain gain.
    """
    gain = np.linspace(start, end, len(samples) + 1, dtype=np.float32)[1:]
    ramped: PcmFloat = samples * gain
    return ramped


def first_audible_frame(samples: PcmFloat, threshold: float = AUDIBLE) -> int | None:
    """Index of the first frame beyond `threshold` (linear, as `samples`), or None if all is silence."""
    audible = np.abs(samples) > threshold
    return int(np.argmax(audible)) if audible.any() else None


def _raised_cosine(length_frames: int) -> PcmFloat:
    """From 0 to 1, shape (length_frames,); sampled between its ends, so that reversed it is its own complement."""
    phase = (np.arange(length_frames, dtype=np.float32) + np.float32(0.5)) / np.float32(max(length_frames, 1))
    rise: PcmFloat = np.float32(0.5) - np.float32(0.5) * np.cos(np.float32(np.pi) * phase)
    return rise
