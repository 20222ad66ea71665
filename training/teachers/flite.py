"""The teacher flite: says a line's own phonemes with three CLUSTERGEN voices and tells the parameters it used.

Built from flite 2.2 and its voices (Carnegie Mellon University, a BSD-like licence); nothing of it is shipped.
"""

from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from training.lines import Line
from training.parameters import CEPSTRUM, COLUMNS, LOG_F0, STRENGTHS, VOICING, Array, continuous_log_f0
from training.teachers.flite_library import SPEAKERS, WAVE_RATE_HZ, FliteLibrary, Reading
from training.teachers.flite_phones import Script, write_script
from training.teachers.flite_postfilter import postfilter
from training.teachers.teacher import Take, TeacherRefused, cut_silence
from utterd.stages.g2p.symbols import PUNCTUATION

_PAUSE: Final = "pau"
_WAVE_SAMPLES: Final = WAVE_RATE_HZ // 200
"""Of one frame."""
_MOST_CHANGED: Final = 0.05
"""Share of phones that flite may replace (it reads "the" its own way before vowels)."""


class FliteTeacher:
    """Speakers slt (a woman), rms (a man) and awb (a Scotsman), all with American phonemes."""

    speakers = SPEAKERS

    def __init__(self, build_folder: Path) -> None:
        """Compiles its library into `build_folder` unless it is there. Raises TeacherUnavailable."""
        self._library = FliteLibrary(build_folder)

    def say(self, speaker: str, line: Line, *, wants_wave: bool = False) -> Take:
        """Raises TeacherRefused."""
        script = write_script(line)
        reading = self._library.read(speaker, script.words, wants_wave=wants_wave)
        _check(script, reading)
        durations = _durations(line, script, reading)
        first, last = cut_silence(durations)
        return Take(
            tokens=np.array(line.tokens),
            durations=durations,
            parameters=_parameters(reading)[first:last],
            wave=_wave(reading, first, last) if wants_wave else None,
            wave_rate_hz=WAVE_RATE_HZ if wants_wave else 0,
        )


def _check(script: Script, reading: Reading) -> None:
    wanted = [phone.name for phone in script.phones]
    said = [name for name in reading.segments if name != _PAUSE]
    if len(said) != len(wanted):
        raise TeacherRefused(f"flite said {len(said)} phones instead of {len(wanted)}")
    changed = sum(one != other for one, other in zip(said, wanted, strict=True))
    if changed > _MOST_CHANGED * len(wanted):
        raise TeacherRefused(f"flite changed {changed} of {len(wanted)} phones")


def _durations(line: Line, script: Script, reading: Reading) -> npt.NDArray[np.int64]:
    """Of every token. A pause goes to the mark or space behind the last phone, silence at the ends to the pads."""
    durations = np.zeros(len(line.tokens), np.int64)
    phones = iter(script.phones)
    gap = 0  # the token that a pause would go to
    last = len(reading.segments) - 1
    for index, (name, frames) in enumerate(zip(reading.segments, reading.durations, strict=True)):
        if name == _PAUSE:
            durations[-1 if index == last else gap] += frames
            continue
        symbols = next(phones).symbols
        share = frames // len(symbols)
        durations[1 + symbols[0]] += share  # 1: the pad before the first symbol
        durations[1 + symbols[-1]] += frames - share
        gap = 1 + _next_gap(line.phonemes, symbols[-1])
    return durations


def _next_gap(phonemes: str, index: int) -> int:
    """The first mark or space behind `index`; behind the last symbol stands the pad."""
    return next(
        (at for at in range(index + 1, len(phonemes)) if phonemes[at] == " " or phonemes[at] in PUNCTUATION),
        len(phonemes),
    )


def _parameters(reading: Reading) -> Array:
    f0_hz = reading.parameters[:, 0]
    parameters = np.empty((len(f0_hz), COLUMNS), np.float32)
    parameters[:, LOG_F0] = continuous_log_f0(f0_hz)
    parameters[:, VOICING] = f0_hz > 0
    parameters[:, CEPSTRUM] = postfilter(reading.parameters[:, 1:].astype(np.float64))
    parameters[:, STRENGTHS] = np.clip(reading.strengths, 0, 1)
    return parameters


def _wave(reading: Reading, first: int, last: int) -> Array:
    wave = reading.wave[first * _WAVE_SAMPLES : last * _WAVE_SAMPLES].astype(np.float32) / 32768
    return np.pad(wave, (0, (last - first) * _WAVE_SAMPLES - len(wave)))
