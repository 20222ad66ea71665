"""libflite with our shim before it (flite.c): compiled here when needed, called through ctypes, answers in numpy."""

import ctypes
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from training.teachers.flite_phones import SpokenWord
from training.teachers.teacher import TeacherRefused, TeacherUnavailable

SPEAKERS: Final = ("slt", "rms", "awb")
WAVE_RATE_HZ: Final = 16_000

_SOURCE: Final = Path(__file__).with_name("flite.c")
_LIBRARIES: Final = [f"-lflite_cmu_us_{speaker}" for speaker in SPEAKERS] + [
    "-lflite_usenglish",
    "-lflite_cmulex",
    "-lflite",
    "-lm",
]
_FAILURES: Final = {1: "flite ran out of memory", 2: "flite failed"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reading:
    """What flite made of some phones."""

    segments: list[str]
    """The phones that it said, and "pau" for silence."""
    durations: npt.NDArray[np.int64]
    """Of each segment, in 5 ms frames; their sum is the number of frames."""
    parameters: npt.NDArray[np.float32]
    """F0 in Hz (0 where unvoiced) and 25 mel-cepstra, without the postfilter. Shape (frames, 26)."""
    strengths: npt.NDArray[np.float32]
    """Of five bands. Shape (frames, 5)."""
    wave: npt.NDArray[np.int16]
    """Of one frame less; sample 80 t belongs to frame t. Empty if it was not wanted."""


class _Word(ctypes.Structure):
    """`struct spoken_word`."""

    _fields_ = (("name", ctypes.c_char_p), ("phones", ctypes.c_char_p), ("mark", ctypes.c_char_p))


class _Reading(ctypes.Structure):
    """`struct reading`."""

    _fields_ = (
        ("utterance", ctypes.c_void_p),
        ("segments", ctypes.c_int),
        ("names", ctypes.POINTER(ctypes.c_char_p)),
        ("durations_frames", ctypes.POINTER(ctypes.c_int)),
        ("frames", ctypes.c_int),
        ("channels", ctypes.c_int),
        ("parameters", ctypes.POINTER(ctypes.c_float)),
        ("strengths", ctypes.POINTER(ctypes.c_float)),
        ("samples", ctypes.c_int),
        ("wave", ctypes.POINTER(ctypes.c_short)),
    )


class FliteLibrary:
    """flite's three CLUSTERGEN voices. For one thread at a time; other processes may have their own."""

    def __init__(self, build_folder: Path) -> None:
        """Raises TeacherUnavailable."""
        self._library = _load(_build(build_folder))
        self._voices = {speaker: self._library.reading_voice(speaker.encode()) for speaker in SPEAKERS}

    def read(self, speaker: str, words: list[SpokenWord], *, wants_wave: bool) -> Reading:
        """Raises TeacherRefused."""
        reading = _Reading()
        array = (_Word * len(words))(*(_as_c(index, word) for index, word in enumerate(words)))
        voice = self._voices[speaker]
        status = self._library.reading_say(ctypes.byref(reading), voice, array, len(words), int(wants_wave))
        if status:
            raise TeacherRefused(_FAILURES[status])
        try:
            return _copy(reading)
        finally:
            self._library.reading_free(ctypes.byref(reading))


def _as_c(index: int, word: SpokenWord) -> _Word:
    # flite takes a token with the very phones of the token before for a part of it, and would not say "no" twice.
    # A space before every other word's, which it skips when reading them, makes neighbours differ.
    phones = " " * (index % 2) + " ".join(word.phones)
    return _Word(word.name.encode(), phones.encode(), word.mark.encode())


def _copy(reading: _Reading) -> Reading:
    as_array = np.ctypeslib.as_array
    frames, segments = reading.frames, reading.segments
    has_wave = bool(reading.samples)
    return Reading(
        segments=[reading.names[index].decode() for index in range(segments)],
        durations=as_array(reading.durations_frames, (segments,)).astype(np.int64),
        parameters=as_array(reading.parameters, (frames, reading.channels)).copy(),
        strengths=as_array(reading.strengths, (frames, 5)).copy(),
        wave=as_array(reading.wave, (reading.samples,)).copy() if has_wave else np.empty(0, np.int16),
    )


def _load(path: Path) -> ctypes.CDLL:
    try:
        library = ctypes.CDLL(str(path))
    except OSError as error:
        raise TeacherUnavailable(f"flite's libraries do not load; install the package flite1-dev ({error})") from error
    library.reading_voice.restype = ctypes.c_void_p
    library.reading_voice.argtypes = (ctypes.c_char_p,)
    reading = ctypes.POINTER(_Reading)
    library.reading_say.argtypes = (reading, ctypes.c_void_p, ctypes.POINTER(_Word), ctypes.c_int, ctypes.c_int)
    library.reading_free.argtypes = (reading,)
    library.reading_free.restype = None
    return library


def _build(folder: Path) -> Path:
    target = folder / "flite.so"
    if target.exists() and target.stat().st_mtime >= _SOURCE.stat().st_mtime:
        return target
    compiler = shutil.which("cc")
    if compiler is None:
        raise TeacherUnavailable("no C compiler (cc) was found; install the package gcc")
    folder.mkdir(parents=True, exist_ok=True)
    # Compiled beside and renamed: another process may be loading it, or compiling it too.
    with tempfile.TemporaryDirectory(dir=folder) as workshop:
        fresh = Path(workshop) / target.name
        _compile(compiler, fresh)
        os.replace(fresh, target)
    return target


def _compile(compiler: str, target: Path) -> None:
    command = [compiler, "-O2", "-shared", "-fPIC", "-o", str(target), str(_SOURCE), *_LIBRARIES]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        complaint = next((line for line in done.stderr.splitlines() if "error" in line or "cannot find" in line), "")
        raise TeacherUnavailable(
            f"flite's headers and libraries are missing; install the package flite1-dev ({complaint})"
        )
