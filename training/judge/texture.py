"""What can be measured of a voice's naturalness: breath in vowels, bite in plosives, air in fricatives, no clicks."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
import scipy.signal

from training.judge.levels import stepped_energies
from training.judge.periodicity import harmonics_to_noise_db
from training.judge.pitch import FRAME_SECONDS, track_f0
from training.judge.tokens import PLOSIVES, SHARP_FRICATIVES, VOWELS, spans, spans_of
from training.judge.voice import Utterance

_Samples = npt.NDArray[np.float64]

BANDS_HZ: Final = ((0, 1000), (1000, 2000), (2000, 4000), (4000, 8000), (8000, 12_000))
_LONG_VOWEL_S: Final = 0.08
_SHORTEST_SOUND_S: Final = 0.02
_BURST_S: Final = 0.005
_BURST_STEP_S: Final = 0.001
_BURST_FLOOR_HZ: Final = 1500.0
"""Bursts are looked for above: below, every pulse of a voiced closure and of the vowel after it is a rise."""
_SILENCE_DB: Final = -60.0
"""Against the loudest 5 ms of the utterance: nothing rises from further below."""
_ONSET_S: Final = 0.02
_AIR_HZ: Final = 8000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Texture:
    """Medians over a list of sentences; NaN where nothing can be told."""

    harmonics_0_1_khz_db: float
    """Harmonics to noise in vowels of 80 ms or more."""
    harmonics_1_2_khz_db: float
    harmonics_2_4_khz_db: float
    harmonics_4_8_khz_db: float
    harmonics_8_12_khz_db: float
    burst_rise_db: float
    """The steepest rise in a plosive from one 5 ms to the next, above 1.5 kHz."""
    fricative_air_db: float
    """Energy above 8 kHz in s, ʃ, z, f, θ, against all of theirs."""
    onset_db: float
    """The first 20 ms of the first sound, against the loudest 20 ms of its first 200 ms."""
    abrupt_onset_db: float
    """The same, the highest of all sentences."""
    largest_step: float
    """From one sample to the next, against the utterance's peak; the largest of all sentences."""
    start_step: float
    """The very first sample, against the peak: what clicks. The largest of all sentences."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Findings:
    """What is collected over sentences."""

    harmonics_db: list[list[float]] = field(default_factory=list)
    rises_db: list[float] = field(default_factory=list)
    airs_db: list[float] = field(default_factory=list)
    onsets_db: list[float] = field(default_factory=list)
    steps: list[float] = field(default_factory=list)
    start_steps: list[float] = field(default_factory=list)


def measure_texture(utterances: Iterable[Utterance], *, advance: Callable[[], object] = lambda: None) -> Texture:
    findings = _Findings()
    for utterance in utterances:
        _examine(utterance, findings)
        advance()
    harmonics = [_median(band) for band in zip(*findings.harmonics_db, strict=True)] or [np.nan] * len(BANDS_HZ)
    return Texture(
        harmonics_0_1_khz_db=harmonics[0],
        harmonics_1_2_khz_db=harmonics[1],
        harmonics_2_4_khz_db=harmonics[2],
        harmonics_4_8_khz_db=harmonics[3],
        harmonics_8_12_khz_db=harmonics[4],
        burst_rise_db=_median(findings.rises_db),
        fricative_air_db=_median(findings.airs_db),
        onset_db=_median(findings.onsets_db),
        abrupt_onset_db=max(findings.onsets_db, default=np.nan),
        largest_step=max(findings.steps),
        start_step=max(findings.start_steps),
    )


def _examine(utterance: Utterance, findings: _Findings) -> None:
    rate_hz = utterance.rate_hz
    findings.harmonics_db.extend(_harmonics_db(utterance))
    findings.rises_db.extend(burst_rises_db(utterance))
    if rate_hz > 2 * _AIR_HZ:
        fricatives = spans_of(utterance, SHARP_FRICATIVES, at_least_s=_SHORTEST_SOUND_S)
        findings.airs_db.extend(_air_db(utterance.audio[each.start : each.stop], rate_hz) for each in fricatives)
    findings.onsets_db.extend(_onset_db(utterance))
    peak = np.abs(utterance.audio).max()
    findings.steps.append(float(np.abs(np.diff(utterance.audio)).max() / peak))
    findings.start_steps.append(float(np.abs(utterance.audio[0]) / peak))


def _harmonics_db(utterance: Utterance) -> Iterator[list[float]]:
    """Of each long vowel, band by band."""
    rate_hz = utterance.rate_hz
    f0_hz = track_f0(utterance.audio, rate_hz)
    for vowel in spans_of(utterance, VOWELS, at_least_s=_LONG_VOWEL_S):
        first, last = (round(edge / rate_hz / FRAME_SECONDS) for edge in (vowel.start, vowel.stop))
        audio = utterance.audio[vowel.start : vowel.stop].astype(np.float64)
        yield harmonics_to_noise_db(audio, rate_hz, BANDS_HZ, f0_hz[first:last])


def burst_rises_db(utterance: Utterance) -> Iterator[float]:
    """The steepest rise within each plosive."""
    rate_hz = utterance.rate_hz
    sections = scipy.signal.butter(4, _BURST_FLOOR_HZ, "highpass", fs=rate_hz, output="sos")
    level = _level_db(np.asarray(scipy.signal.sosfilt(sections, utterance.audio)), rate_hz)
    later = round(_BURST_S / _BURST_STEP_S)
    for plosive in spans_of(utterance, PLOSIVES, at_least_s=_SHORTEST_SOUND_S):
        first, last = (round(edge / rate_hz / _BURST_STEP_S) for edge in (plosive.start, plosive.stop))
        inside = level[first:last]
        if len(inside) > later:
            yield float((inside[later:] - inside[:-later]).max())


def _level_db(audio: _Samples, rate_hz: int) -> _Samples:
    """Of 5 ms from every millisecond on, against the loudest, not below `_SILENCE_DB`."""
    power = stepped_energies(audio, rate_hz, window_s=_BURST_S, step_s=_BURST_STEP_S)
    return np.asarray(np.maximum(_db(power / power.max()), _SILENCE_DB))


def _air_db(fricative: npt.NDArray[np.floating], rate_hz: int) -> float:
    power = np.abs(np.fft.rfft(fricative * np.hanning(len(fricative)))) ** 2
    is_air = np.fft.rfftfreq(len(fricative), 1 / rate_hz) >= _AIR_HZ
    return float(_db(power[is_air].sum() / power.sum()))


def _onset_db(utterance: Utterance) -> Iterator[float]:
    """Of the utterance's first sound, if the voice tells where that is."""
    first = next((span for span in spans(utterance) if span.is_sound and span.stop > span.start), None)
    if first is None:
        return
    size = round(_ONSET_S * utterance.rate_hz)
    beginning = utterance.audio[first.start : first.start + 10 * size].astype(np.float64)
    powers = [float((beginning[at : at + size] ** 2).sum()) for at in range(0, len(beginning) - size + 1, size)]
    yield float(_db(powers[0] / max(powers)))


def _db(power: npt.ArrayLike) -> _Samples:
    return np.asarray(10 * np.log10(np.asarray(power) + 1e-12))


def _median(values: Sequence[float]) -> float:
    known = [value for value in values if np.isfinite(value)]
    return float(np.median(known)) if known else float("nan")
