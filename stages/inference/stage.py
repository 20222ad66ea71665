"""PhonemeChunk → AudioChunks: the work of the inference process, without any I/O."""

import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from utterd.stages.chunks import SAMPLE_RATE_HZ, AudioChunk, Chunk, PhonemeChunk
from utterd.stages.inference.onnx_session import Abort
from utterd.stages.inference.passings import Passings
from utterd.stages.inference.synthesizer import SynthesisRequest, Synthesizer
from utterd.stages.inference.unit import (
    plan_stretch,
    silence_frames,
    silent_windows,
    stretch_audio,
    trailing_quiet,
)
from utterd.stages.pcm import Dither, to_int16
from utterd.stages.reports import UnitSynthesized
from utterd.stages.work import ChunkFailed, Reporter

Samples = npt.NDArray[np.float32]

QUIET_TOKENS = frozenset((1, 2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 14, 15, 16))
"""Ids of ; : , . ! ? — … " ( ) “ ” and the space: tokens that shape the prosody and make no sound of their own."""


class Inference:
    """A `Stage`: runs a Synthesizer over the pieces of a unit."""

    def __init__(self, synthesizer: Synthesizer) -> None:
        self._synthesizer = synthesizer
        self._abort = Abort()
        """Of the unit being made; replaced, never cleared, so that a late interrupt hits nothing new."""

    def process(self, chunk: PhonemeChunk, report: Reporter) -> Iterator[AudioChunk]:
        """Windows of the unit's audio from `chunk.first_frame` on; the last one has `ends_unit`."""
        self._abort = Abort()  # at once: an interrupt may come before the first window is asked for
        return self._process(chunk, report, self._abort)

    def resume(self, chunk: PhonemeChunk, sent: Chunk | None) -> PhonemeChunk:
        if not isinstance(sent, AudioChunk):
            return chunk
        width = 4 if chunk.speaking.lane == "live" else 2
        return replace(chunk, first_frame=sent.first_frame + len(sent.pcm) // width)

    def interrupt(self) -> None:
        self._abort.set()

    def _process(self, chunk: PhonemeChunk, report: Reporter, abort: Abort) -> Iterator[AudioChunk]:
        chunk.trace["inference_start"] = time.monotonic_ns()
        encode = _Float32() if chunk.speaking.lane == "live" else _Int16(chunk.speaking.gain)
        passed = Passings(chunk)
        made_frames = 0
        stopwatch = _Stopwatch()
        for frame, samples, is_last in stopwatch.watch(self._audio(chunk, abort, passed)):
            if made_frames == 0:
                chunk.trace["inference_first_window"] = time.monotonic_ns()
            yield AudioChunk(
                header=chunk.header,
                first_frame=frame,
                ends_unit=is_last,
                pcm=encode(samples),
                gain=chunk.speaking.gain,
                passings=passed.take(frame + len(samples), is_last=is_last),
                trace=chunk.trace,
            )
            self._abort = abort  # the other lane may have had its turn meanwhile
            made_frames += len(samples)
        report(
            UnitSynthesized(
                lane=chunk.speaking.lane,
                utterance_id=chunk.header.utterance_id,
                sequence=chunk.header.sequence,
                compute_ms=stopwatch.elapsed_ns / 1e6,
                audio_ms=made_frames * 1000 / SAMPLE_RATE_HZ,
            )
        )

    def _audio(self, chunk: PhonemeChunk, abort: Abort, passed: Passings) -> Iterator[tuple[int, Samples, bool]]:
        """Windows from `chunk.first_frame` or `chunk.from_char` on; never none at all.

        Yields:
            The window's place in the unit, its samples, and whether it is the unit's last.
        """
        piece_start = 0
        start = chunk.first_frame
        for index, piece in enumerate(chunk.pieces):
            ends_unit = index == len(chunk.pieces) - 1
            speaking = chunk.speaking
            request = SynthesisRequest(
                tokens=piece.tokens, voice=speaking.voice, speed=speaking.speed, pitch=speaking.pitch
            )
            speech = self._synthesizer.synthesize(request, abort)
            stretch = plan_stretch(
                speech.token_frames,
                speech.total_frames,
                trailing_quiet(piece.tokens, QUIET_TOKENS),
                silence_frames(chunk.pause, chunk.pause_ms, chunk.speaking.speed) if ends_unit else 0,
                lead=self._synthesizer.lead_frames,
            )
            passed.add(piece, speech, stretch, piece_start)
            start = max(start, passed.first_frame)
            place = max(start, piece_start)
            end = piece_start + stretch.length
            for samples in stretch_audio(speech, stretch, place - piece_start) if place < end else ():
                if not np.isfinite(samples).all():
                    raise ChunkFailed("synthesis_failed", "the model produced samples that are not numbers")
                is_last = ends_unit and place + len(samples) == end
                yield place, samples, is_last
                if is_last:
                    return
                place += len(samples)
            piece_start = end
        if not chunk.pieces and chunk.pause_ms:  # a break where nothing is said
            place = start
            total = silence_frames(chunk.pause, chunk.pause_ms, chunk.speaking.speed)
            for samples in silent_windows(total - start):
                yield place, samples, False
                place += len(samples)
            start = place
        yield max(start, piece_start), np.zeros(0, np.float32), True


class _Stopwatch:
    """Time spent in making, not in waiting for room."""

    def __init__(self) -> None:
        self.elapsed_ns = 0

    def watch(self, parts: Iterator[tuple[int, Samples, bool]]) -> Iterator[tuple[int, Samples, bool]]:
        while True:
            begun = time.monotonic_ns()
            part = next(parts, None)
            self.elapsed_ns += time.monotonic_ns() - begun
            if part is None:
                return
            yield part


class _Float32:
    """For the loudspeaker: gain, fades and dither come last, in the output stage."""

    def __call__(self, samples: Samples) -> bytes:
        return samples.astype(np.float32, copy=False).tobytes()


class _Int16:
    """For files: the output stage never sees this audio."""

    def __init__(self, gain: float) -> None:
        self._gain = gain
        self._dither = Dither()

    def __call__(self, samples: Samples) -> bytes:
        return to_int16(samples * np.float32(self._gain), self._dither).astype("<i2").tobytes()
