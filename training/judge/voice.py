"""Who is judged: a `Voice` says a line, and the judge listens. Teachers and bundles look the same from here."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from training.lines import Line, read_line
from training.parameters import FRAMES_PER_SECOND
from training.teachers.teacher import Teacher
from utterd.config.bundles import SAMPLE_RATE_HZ, find_bundle, load_bundle
from utterd.stages.inference.onnx_session import Abort
from utterd.stages.inference.starter import StarterSynthesizer
from utterd.stages.inference.synthesizer import SynthesisRequest

Wave = npt.NDArray[np.float32]

SHORT_HASH: Final = 16
"""Hexadecimal digits."""
_PROBE: Final = "She showed the judge five very big thin yellow toys, which were away from the heating pipe."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Utterance:
    """A line, said."""

    line: Line
    audio: Wave
    """Mono, in [-1, 1], shape (samples,)."""
    rate_hz: int
    token_seconds: npt.NDArray[np.float64] | None = None
    """How long each of `line.tokens` lasts, both pads included; None if the voice does not tell."""

    @property
    def seconds(self) -> float:
        return len(self.audio) / self.rate_hz


class Voice(Protocol):
    """A speaking system. Deterministic: the same line is said the same way."""

    @property
    def name(self) -> str:
        """For people."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the voice may sound different: results are kept under it."""

    def say(self, line: Line) -> Utterance:
        """Raises whatever its system raises: a voice that cannot say a line of the judge fails the judge."""


class TeacherVoice:
    """One speaker of a teacher."""

    def __init__(self, teacher: Teacher, speaker: str) -> None:
        self.name = f"teacher {speaker}"
        self._teacher = teacher
        self._speaker = speaker

    @cached_property
    def fingerprint(self) -> str:
        return f"{self.name} {_hash_of_probe(self)}"

    def say(self, line: Line) -> Utterance:
        take = self._teacher.say(self._speaker, line, wants_wave=True)
        assert take.wave is not None
        seconds = take.durations / FRAMES_PER_SECOND
        return Utterance(line=line, audio=take.wave, rate_hz=take.wave_rate_hz, token_seconds=seconds)


class BundleVoice:
    """A voice of a bundle of the starter family, through the very code that the daemon speaks with."""

    def __init__(self, bundle: str | Path, voice: str, speed: float = 1.0) -> None:
        found = find_bundle(str(bundle))
        self.name = voice if speed == 1 else f"{voice} at {speed:g}"
        self._files = hash_files(found.folder)
        self._voice = voice
        self._speed = speed
        self._synthesizer = _synthesizer(found.folder)

    @cached_property
    def fingerprint(self) -> str:
        return f"{self._voice} {self._speed} {self._files} {_hash_of_probe(self)}"

    def say(self, line: Line) -> Utterance:
        request = SynthesisRequest(tokens=line.tokens[1:-1], voice=self._voice, speed=self._speed)
        speech = self._synthesizer.synthesize(request, Abort())
        audio = np.concatenate(list(speech.windows(0, speech.total_frames)))
        token_seconds = np.asarray(speech.token_frames) / SAMPLE_RATE_HZ
        return Utterance(line=line, audio=audio, rate_hz=SAMPLE_RATE_HZ, token_seconds=token_seconds)


class RespelledVoice:
    """A voice that is given other phonemes for the same text."""

    def __init__(self, voice: Voice, spelling: str, respell: Callable[[Line], Line]) -> None:
        self.name = f"{voice.name}, {spelling}"
        self.fingerprint = f"{voice.fingerprint} {spelling}"
        self._voice = voice
        self._respell = respell

    def say(self, line: Line) -> Utterance:
        return self._voice.say(self._respell(line))


def hash_files(folder: Path) -> str:
    """Of everything in a folder but Python's own leavings."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.relative_to(folder).as_posix().encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:SHORT_HASH]


@cache
def _synthesizer(folder: Path) -> StarterSynthesizer:
    return StarterSynthesizer(load_bundle(folder), threads=1)


def _hash_of_probe(voice: Voice) -> str:
    """Of what it says for one line: so its code is known as well, wherever that lies."""
    audio = voice.say(read_line(_PROBE)).audio
    return hashlib.sha256(audio.tobytes()).hexdigest()[:SHORT_HASH]
