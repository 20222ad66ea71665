"""What a probe measures: prepared parts, run as a candidate says, by the very code that will speak with them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from utterd.config.bundles import BundleError, load_bundle
from utterd.stages.inference.kokoro_choice import Choice
from utterd.stages.inference.kokoro_parts import KokoroParts
from utterd.stages.inference.onnx_session import Abort, ModelUnusable
from utterd.stages.inference.synthesizer import Speech, SynthesisRequest
from utterd.stages.models.parts import FOLDER, PartsError, read_parts
from utterd.stages.models.tuning.candidate import Candidate
from utterd.stages.models.tuning.texts import CLAUSE
from utterd.stages.native.library import find_library


class PartsSubject:
    """The bundle's default voice, at speed 1."""

    def __init__(self, parts: KokoroParts, voice: str) -> None:
        self._parts = parts
        self._voice = voice
        self.lead_frames = parts.lead_frames

    def synthesize(self, tokens: Sequence[int], abort: Abort) -> Speech:
        return self._parts.synthesize(self._request(tokens), abort)

    def prosody(self, tokens: Sequence[int]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        prosody = self._parts.read(self._request(tokens), Abort())
        return prosody.durations, prosody.f0.reshape(-1)

    def _request(self, tokens: Sequence[int]) -> SynthesisRequest:
        return SynthesisRequest(tokens=tokens, voice=self._voice, speed=1.0)


def open_subject(folder: Path, candidate: Candidate, *, is_whole: bool = False) -> PartsSubject:
    """Load what the candidate names, and run it once: the first run of a session allocates.

    Args:
        folder: of the bundle.
        candidate: how to run it.
        is_whole: whole pieces in place of windows, each normalised with its own statistics.

    Raises:
        ModelUnusable: it cannot be loaded.
        ChunkFailed: it cannot be run.
    """
    try:
        bundle = load_bundle(folder)
        parts = read_parts(bundle.folder / FOLDER)
    except (BundleError, PartsError) as error:
        raise ModelUnusable(str(error)) from error
    if candidate.variant not in parts.variants:
        raise ModelUnusable(f"the variant {candidate.variant} is not prepared")
    library = find_library()
    if parts.variants[candidate.variant].native and library is None:
        raise ModelUnusable("it needs the library of native operators, which is not built here")
    choice = Choice(
        variant=candidate.variant,
        threads=candidate.threads,
        window_frames=candidate.window_frames,
        provider=candidate.execution,
    )
    subject = PartsSubject(KokoroParts(bundle, parts, choice, library=library, is_whole=is_whole), bundle.default_voice)
    speech = subject.synthesize(CLAUSE.tokens, Abort())
    for _ in speech.windows(0, speech.total_frames):
        pass
    return subject
