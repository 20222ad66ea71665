"""Speak texts with one candidate, watch the clock, and keep what the guard compares."""

import os
import time
from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt
import psutil

from utterd.stages.chunks import SAMPLE_RATE_HZ
from utterd.stages.inference.onnx_session import Abort
from utterd.stages.inference.synthesizer import Speech
from utterd.stages.inference.unit import plan_stretch
from utterd.stages.models.tuning.distance import Reading
from utterd.stages.models.tuning.figures import Load, Measured, Run, Timing
from utterd.stages.models.tuning.spectrum import HOP, log_mel
from utterd.stages.models.tuning.texts import Text, repeats_of

DURATION_SAMPLES = 2 * HOP
"""25 ms, the unit of durations."""


class NotSpeech(Exception):
    """What came out is not finite, or not as long as its durations; the message says which."""


class Subject(Protocol):
    """A model under measurement, loaded."""

    lead_frames: int
    """As Synthesizer.lead_frames."""

    def synthesize(self, tokens: Sequence[int], abort: Abort) -> Speech:
        """With the voice that is measured, at speed 1."""

    def prosody(self, tokens: Sequence[int]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        """The text half alone: durations in units of 25 ms, shape (tokens + 2,), and F0 in Hz, two to a unit."""


def measure(subject: Subject, texts: Sequence[Text], *, quick: bool, load: Load) -> Measured:
    """Each text as often as its length asks for, the lengths in turns, so that a busy moment hits all alike.

    Raises:
        NotSpeech: what came out cannot be right, whatever it sounds like.
        ChunkFailed: a graph failed.
    """
    left = {text: repeats_of(text, quick=quick) for text in texts}
    runs: dict[str, list[Run]] = {text.name: [] for text in texts}
    sounds: dict[str, list[npt.NDArray[np.float32]]] = {text.name: [] for text in texts}
    while any(left.values()):
        for text in texts:
            if left[text]:
                left[text] -= 1
                run, samples = speak(subject, text.tokens)
                runs[text.name].append(run)
                sounds[text.name].append(samples)
    memory_mb = psutil.Process(os.getpid()).memory_info().rss / 1e6
    readings = {text.name: [_reading(subject, text, samples) for samples in sounds[text.name]] for text in texts}
    return Measured(
        timings={name: Timing.of(each) for name, each in runs.items()},
        load=load,
        memory_mb=memory_mb,
        readings=readings,
    )


def speak(subject: Subject, tokens: Sequence[int]) -> tuple[Run, npt.NDArray[np.float32]]:
    """Once, as the stage does it: from the first sound on. The silence before it is put back, unmeasured.

    Raises:
        NotSpeech: see `measure`.
    """
    wall_ms, processor_ms, windows = [], [], []
    began, processor_began = time.perf_counter(), time.process_time()
    speech = subject.synthesize(tokens, Abort())
    stretch = plan_stretch(speech.token_frames, speech.total_frames, 0, 0, lead=subject.lead_frames)
    for samples in speech.windows(stretch.start, speech.total_frames):
        wall_ms.append((time.perf_counter() - began) * 1000)
        processor_ms.append((time.process_time() - processor_began) * 1000)
        windows.append(samples)
    sound = np.concatenate([np.zeros(stretch.start, np.float32), *windows])
    _check(sound, speech)
    run = Run(
        wall_ms=tuple(wall_ms),
        processor_ms=tuple(processor_ms),
        window_ms=tuple(len(samples) * 1000 / SAMPLE_RATE_HZ for samples in windows),
    )
    return run, sound


def _check(sound: npt.NDArray[np.float32], speech: Speech) -> None:
    if not len(sound) or not np.isfinite(sound).all():
        raise NotSpeech("its samples are not numbers" if len(sound) else "it made no sound at all")
    frames = speech.token_frames
    if len(sound) != speech.total_frames or (frames is not None and len(sound) != frames.sum()):
        told = speech.total_frames if frames is None else int(frames.sum())
        raise NotSpeech(f"its sound is {len(sound)} samples long, and its durations say {told}")


def _reading(subject: Subject, text: Text, samples: npt.NDArray[np.float32]) -> Reading:
    durations, f0 = subject.prosody(text.tokens)
    spectrum = log_mel(samples)
    if not len(spectrum) == len(f0) == 2 * durations.sum() or len(durations) != len(text.tokens) + 2:
        raise NotSpeech(
            f"its text part tells of {durations.sum()} units of sound for {len(durations)} tokens and of {len(f0)} "
            f"frames of pitch, and the sound is {len(samples) / DURATION_SAMPLES:g} units long"
        )
    if not np.isfinite(f0).all():
        raise NotSpeech("its pitch is not a number")
    return Reading(log_mel=spectrum, durations=durations, f0=f0)
