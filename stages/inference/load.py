"""From a model's name to a synthesizer that is warm."""

import os
from typing import TYPE_CHECKING, Literal

from utterd.config.bundles import Bundle, BundleError, find_bundle, verify_files
from utterd.stages.inference.heap import give_back_freed_memory
from utterd.stages.inference.onnx_session import Abort, ModelUnusable
from utterd.stages.inference.synthesizer import (
    FIRST_WINDOW_FRAMES,
    SynthesisRequest,
    Synthesizer,
    ToneSynthesizer,
)
from utterd.stages.work import ChunkFailed

if TYPE_CHECKING:
    from utterd.stages.inference.kokoro_choice import Choice

VocoderMode = Literal["windows", "whole"]
"""As `inference.vocoder` in defaults.toml."""

_WARM_UP_TOKENS = (50, 83, 54, 156, 31, 16, 65, 87, 123, 54, 46, 4)  # həlˈO wɜɹld.


def load_synthesizer(
    model: str,
    *,
    threads: int = 0,
    vocoder: VocoderMode = "windows",
    is_tried: bool = False,
    unable: "list[Choice] | None" = None,
) -> Synthesizer:
    """Load a bundle by name or folder (`tone` is the stand-in without a model) and run it once.

    Args:
        model: as `find_bundle` takes it.
        threads: for ONNX Runtime; 0 chooses.
        vocoder: how a Kokoro model with prepared parts makes its sound.
        is_tried: it was loaded and run by this process before: it need not be run again to know that it can.
        unable: variants that turned out not to speak here. They are left out, and more are added.

    Raises:
        ModelUnusable: with a sentence for people.
    """
    try:
        bundle = find_bundle(model)
        synthesizer: Synthesizer | None = None
        if bundle.family == "kokoro":
            from utterd.stages.inference.load_parts import load_parts

            synthesizer = load_parts(
                bundle,
                threads=threads,
                is_whole=vocoder == "whole",
                try_out=_leave if is_tried else _warm_up,
                unable=[] if unable is None else unable,
            )
        synthesizer = synthesizer or _load_graphs(bundle, threads, is_tried=is_tried)
    except BundleError as error:
        raise ModelUnusable(str(error)) from error
    if synthesizer.is_large:
        give_back_freed_memory()  # what the files were read into
    return synthesizer


def _load_graphs(bundle: Bundle, threads: int, *, is_tried: bool) -> Synthesizer:
    """As the bundle has them. Raises BundleError and ModelUnusable."""
    verify_files(bundle)
    synthesizer: Synthesizer
    if bundle.family == "tone":
        synthesizer = ToneSynthesizer()
    elif bundle.family == "starter":
        from utterd.stages.inference.starter import StarterSynthesizer

        # One thread: for so small a model a second one costs more in wake-ups than it computes (bench/README.md).
        synthesizer = StarterSynthesizer(bundle, threads=threads or 1)
    else:
        from utterd.stages.inference.kokoro import KokoroSynthesizer

        synthesizer = KokoroSynthesizer(bundle, threads=threads or min(2, os.cpu_count() or 1))
    if not is_tried:
        _warm_up(synthesizer, bundle)
    return synthesizer


def _warm_up(synthesizer: Synthesizer, bundle: Bundle) -> None:
    """The first run of a session allocates its arena: let that not be a user's first word. Raises ModelUnusable."""
    request = SynthesisRequest(tokens=_WARM_UP_TOKENS, voice=bundle.default_voice, speed=1.0)
    try:
        speech = synthesizer.synthesize(request, Abort())
        # A second of a large model's sound takes longer than its loading.
        frames = FIRST_WINDOW_FRAMES if bundle.family == "kokoro" else speech.total_frames
        for _ in speech.windows(0, frames):
            pass
    except ChunkFailed as error:
        raise ModelUnusable(f"the model {bundle.name!r} cannot speak: {error}") from error


def _leave(synthesizer: Synthesizer, bundle: Bundle) -> None:
    """In place of `_warm_up`."""
