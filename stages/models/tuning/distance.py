"""How far apart two readings of one text are: in sound, in timing and in pitch.

Samples are never compared: the source noise is drawn anew for every run, and changing so little as the optimisation
level moves every sample of the same model (FIELD.md 5.7).
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from utterd.stages.models.tuning.spectrum import Spectrum

DURATION_MS: Final = 25.0
"""One unit of Kokoro's durations."""
_SPECTRA_PER_DURATION: Final = 2

_HEARD_DB: Final = 40.0
"""Below the loudest: frames all of whose bands are softer are pauses, which differ by their noise floor alone."""
_RANGE_DB: Final = 80.0
"""Below the loudest band: what is softer still is not heard beside it."""
_VOICED_HZ: Final = 10.0
"""F0 above it is voiced to the model itself (Kokoro 0.9.4, istftnet.py: SineGen's voiced_threshold)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reading:
    """What a model made of a text, once."""

    log_mel: Spectrum
    """Shape (frames, 80), 12.5 ms a frame."""
    durations: npt.NDArray[np.int64]
    """Of each token, pads included, in units of 25 ms: shape (tokens + 2,); half as many in all as there are frames."""
    f0: npt.NDArray[np.float32]
    """In Hz, shape (frames,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """Between two readings of one text."""

    log_mel_db: float
    """Root mean square over the bands, mean over the frames that are heard."""
    duration_ms: float
    """Root mean square over the tokens, so that one token gone astray is not lost among many that did not."""
    f0_semitones: float
    """Root mean square over the frames that are voiced in both; 0 if none are."""
    voicing_percent: float
    """Of the frames: voiced in one of them alone."""

    @classmethod
    def mean(cls, distances: Sequence[Self]) -> Self:
        """Of several, which must not be none."""
        values = np.mean([astuple(distance) for distance in distances], axis=0)
        return cls(**dict(zip(cls.__slots__, map(float, values), strict=True)))


def distance(one: Reading, other: Reading) -> Distance:
    """From `one` to `other`, token by token: what lies between is stretched to the first's durations.

    Raises:
        ValueError: they are not of the same text.
    """
    if len(one.durations) != len(other.durations):
        raise ValueError(f"readings of {len(one.durations)} and of {len(other.durations)} tokens")
    places = _places(one.durations, other.durations)
    own_f0, f0 = one.f0, other.f0[places]
    own_voiced, voiced = own_f0 > _VOICED_HZ, f0 > _VOICED_HZ
    both = own_voiced & voiced
    return Distance(
        log_mel_db=_log_mel_db(one.log_mel, other.log_mel[places]),
        duration_ms=_rms((one.durations - other.durations) * DURATION_MS),
        f0_semitones=_rms(12 * np.log2(own_f0[both] / f0[both])),
        voicing_percent=100 * float(np.mean(own_voiced != voiced)),
    )


def _places(durations: npt.NDArray[np.int64], others: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """For every frame of the first, the frame of the other at the same place of the same token."""
    ends, other_ends = (np.cumsum([0, *each]) * _SPECTRA_PER_DURATION for each in (durations, others))
    centres = np.interp(np.arange(ends[-1]) + 0.5, ends, other_ends)
    places: npt.NDArray[np.int64] = np.clip(np.floor(centres), 0, max(0, other_ends[-1] - 1)).astype(np.int64)
    return places


def _log_mel_db(one: Spectrum, other: Spectrum) -> float:
    top = one.max()
    is_heard = one.max(axis=1) > top - _HEARD_DB
    difference = np.maximum(one, top - _RANGE_DB)[is_heard] - np.maximum(other, top - _RANGE_DB)[is_heard]
    return float(np.mean(np.sqrt(np.mean(difference**2, axis=1))))


def _rms(values: npt.NDArray[np.floating]) -> float:
    return float(np.sqrt(np.mean(np.square(values, dtype=np.float64)))) if len(values) else 0.0
