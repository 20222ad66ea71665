"""A Kokoro model on this machine as the teacher: its sound analysed, its durations in 5 ms frames.

Kokoro adds noise of its own: a teacher that is opened anew says the same lines in the same order the same way, but a
line differs by a hair with what was said before it.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
import onnxruntime

from training.lines import Line
from training.parameters import FRAME_SAMPLES, SAMPLE_RATE_HZ, Array
from training.teachers.analysis import analyse
from training.teachers.teacher import Take, TeacherRefused, TeacherUnavailable, cut_silence
from utterd.config.bundles import Bundle, BundleError, verify_files
from utterd.stages.g2p.symbols import SYMBOL_IDS, is_sound, token_ids
from utterd.stages.inference.kokoro import KokoroSynthesizer
from utterd.stages.inference.onnx_session import Abort, ModelUnusable
from utterd.stages.inference.stage import QUIET_TOKENS
from utterd.stages.inference.synthesizer import MAX_TOKENS, SynthesisRequest, WholeSpeech
from utterd.stages.inference.unit import trailing_quiet
from utterd.stages.work import ChunkFailed

_SEED: Final = 1
"""Of the noise in the graph."""
_PROBE: Final = "həlˈO wɜɹld."
_MOST_ASTRAY: Final = 12
"""Frames by which the durations may miss the sound's end: 60 ms, as the daemon allows (stages/inference/unit.py)."""


class KokoroTeacher:
    """Its speakers are the bundle's voices, with the phonemes of the line whatever their language."""

    def __init__(self, bundle: Bundle) -> None:
        """Raises TeacherUnavailable: not a Kokoro model, damaged, or one that does not tell its durations."""
        if bundle.family != "kokoro":
            raise TeacherUnavailable(
                f"the model {bundle.name!r} is no teacher: its family is {bundle.family}, not kokoro"
            )
        onnxruntime.set_seed(_SEED)
        try:
            verify_files(bundle)
            self._synthesizer = KokoroSynthesizer(bundle, threads=1)  # several processes teach at once
            tells = self._speak(bundle.default_voice, token_ids(_PROBE)).token_frames is not None
        except (BundleError, ModelUnusable, ChunkFailed) as error:
            raise TeacherUnavailable(f"the model {bundle.name!r} cannot teach: {error}") from error
        if not tells:
            raise TeacherUnavailable(
                f"the model {bundle.name!r} cannot teach: its graph gives no durations; a newer export of Kokoro does "
                "(kokoro-onnx's model-files-v1.1)"
            )
        self.speakers = tuple(voice.name for voice in bundle.voices)

    def say(self, speaker: str, line: Line, *, wants_wave: bool = False) -> Take:
        """Raises TeacherRefused; TeacherUnavailable if the model has no such voice."""
        _check(line)
        try:
            speech = self._speak(speaker, line.tokens[1:-1])
        except ChunkFailed as error:
            refusal = TeacherRefused if error.code == "synthesis_failed" else TeacherUnavailable
            raise refusal(str(error)) from error
        wave = np.concatenate([np.zeros(0, np.float32), *speech.windows(0, speech.total_frames)])
        if not np.isfinite(wave).all():
            raise TeacherRefused("the model produced samples that are not numbers")
        parameters = analyse(wave, SAMPLE_RATE_HZ)
        durations = _durations(line, speech, len(parameters))
        first, last = cut_silence(durations)
        return Take(
            tokens=np.array(line.tokens),
            durations=durations,
            parameters=parameters[first:last],
            wave=_cut(wave, first, last) if wants_wave else None,
            wave_rate_hz=SAMPLE_RATE_HZ if wants_wave else 0,
        )

    def _speak(self, speaker: str, tokens: list[int] | tuple[int, ...]) -> WholeSpeech:
        return self._synthesizer.synthesize(SynthesisRequest(tokens=tokens, voice=speaker, speed=1.0), Abort())


def _check(line: Line) -> None:
    if strangers := sorted(set(line.phonemes) - SYMBOL_IDS.keys()):
        raise TeacherRefused(f"not in the table of symbols: {' '.join(strangers)}")
    if not is_sound(line.phonemes):
        raise TeacherRefused("there is nothing to say")
    if len(line.phonemes) > MAX_TOKENS:
        raise TeacherRefused(f"{len(line.phonemes)} tokens are more than the {MAX_TOKENS} that Kokoro says at once")


def _durations(line: Line, speech: WholeSpeech, frames: int) -> npt.NDArray[np.int64]:
    """Of every token; their sum is `frames`. Silence at the ends belongs to the pads, not to the marks beside them."""
    told = speech.token_frames
    if told is None:
        raise TeacherRefused("the graph gave no durations")
    durations = told // FRAME_SAMPLES
    lead = 1 + trailing_quiet(line.tokens[-2:0:-1], QUIET_TOKENS)
    tail = 1 + trailing_quiet(line.tokens[1:-1], QUIET_TOKENS)
    durations[0], durations[1:lead] = durations[:lead].sum(), 0
    durations[-1], durations[-tail:-1] = durations[-tail:].sum(), 0
    astray = frames - int(durations.sum())
    durations[-1] += astray
    if abs(astray) > _MOST_ASTRAY or durations.min() < 0:
        raise TeacherRefused(f"the durations miss the end of the sound by {astray} frames of 5 ms")
    return durations


def _cut(wave: Array, first: int, last: int) -> Array:
    """The frames kept, whole, within full scale, which Kokoro oversteps at times."""
    kept = np.clip(wave[first * FRAME_SAMPLES : last * FRAME_SAMPLES], -1, 1)
    return np.pad(kept, (0, (last - first) * FRAME_SAMPLES - len(kept)))
