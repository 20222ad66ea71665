"""From a model's name to a synthesizer that is warm."""

import os

from utterd.config.bundles import BundleError, find_bundle, verify_files
from utterd.stages.inference.onnx_session import Abort, ModelUnusable
from utterd.stages.inference.synthesizer import SynthesisRequest, Synthesizer, ToneSynthesizer
from utterd.stages.work import ChunkFailed

_WARM_UP_TOKENS = (50, 83, 54, 156, 31, 16, 65, 87, 123, 54, 46, 4)  # həlˈO wɜɹld.


def load_synthesizer(model: str, *, threads: int = 0) -> Synthesizer:
    """Load a bundle by name or folder (`tone` is the stand-in without a model) and run it once.

    Args:
        model: as `find_bundle` takes it.
        threads: for ONNX Runtime; 0 chooses.

    Raises:
        ModelUnusable: with a sentence for people.
    """
    try:
        bundle = find_bundle(model)
        verify_files(bundle)
    except BundleError as error:
        raise ModelUnusable(str(error)) from error
    synthesizer: Synthesizer
    if bundle.family == "tone":
        return ToneSynthesizer()
    if bundle.family == "starter":
        from utterd.stages.inference.starter import StarterSynthesizer

        # One thread: for so small a model a second one costs more in wake-ups than it computes (bench/README.md).
        synthesizer = StarterSynthesizer(bundle, threads=threads or 1)
    else:
        from utterd.stages.inference.kokoro import KokoroSynthesizer

        synthesizer = KokoroSynthesizer(bundle, threads=threads or min(2, os.cpu_count() or 1))
    try:
        _warm_up(synthesizer, bundle.default_voice)
    except ChunkFailed as error:
        raise ModelUnusable(f"the model {bundle.name!r} cannot speak: {error}") from error
    return synthesizer


def _warm_up(synthesizer: Synthesizer, voice: str) -> None:
    """The first run of a session allocates its arena: let that not be a user's first word."""
    speech = synthesizer.synthesize(SynthesisRequest(tokens=_WARM_UP_TOKENS, voice=voice, speed=1.0), Abort())
    for _ in speech.windows(0, speech.total_frames):
        pass
