"""From a model's name to a synthesizer that is warm."""

import dataclasses
import logging
import os
from pathlib import Path
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
    from utterd.stages.models.parts import Parts

logger = logging.getLogger(__name__)

VocoderMode = Literal["windows", "whole"]
"""As `inference.vocoder` in defaults.toml."""

_WARM_UP_TOKENS = (50, 83, 54, 156, 31, 16, 65, 87, 123, 54, 46, 4)  # həlˈO wɜɹld.


def load_synthesizer(
    model: str, *, threads: int = 0, vocoder: VocoderMode = "windows", is_tried: bool = False
) -> Synthesizer:
    """Load a bundle by name or folder (`tone` is the stand-in without a model) and run it once.

    Args:
        model: as `find_bundle` takes it.
        threads: for ONNX Runtime; 0 chooses.
        vocoder: how a Kokoro model with prepared parts makes its sound.
        is_tried: it was loaded and run by this process before: it need not be run again to know that it can.

    Raises:
        ModelUnusable: with a sentence for people.
    """
    try:
        bundle = find_bundle(model)
        parts = _load_parts(bundle, threads, vocoder, is_tried=is_tried) if bundle.family == "kokoro" else None
        synthesizer = parts or _load_graphs(bundle, threads, is_tried=is_tried)
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


def _load_parts(bundle: Bundle, threads: int, vocoder: VocoderMode, *, is_tried: bool) -> Synthesizer | None:
    """None, and a line in the log that says why, if there are none for this machine."""
    from utterd.stages.models.parts import FOLDER, MANIFEST, PartsError, is_stale, read_parts

    folder = bundle.folder / FOLDER
    if not (folder / MANIFEST).exists():
        logger.info("single graph model=%s reason=no prepared parts; `utterd models prepare` makes them", bundle.name)
        return None
    try:
        parts = read_parts(folder)
        if reason := _other_model(bundle, parts.model_sha256) or is_stale(parts):
            raise PartsError(f"{reason}; run `utterd models prepare` anew")
    except PartsError as error:
        logger.warning("single graph model=%s reason=%s", bundle.name, error)
        return None
    for library in dict.fromkeys((_library(), None)):  # native operators, or if they do not load, none
        try:
            synthesizer = _open_parts(bundle, parts, threads=threads, vocoder=vocoder, library=library)
            if not is_tried:
                _warm_up(synthesizer, bundle)
            return synthesizer
        except (PartsError, ModelUnusable) as error:
            logger.warning("parts refused model=%s native=%s reason=%s", bundle.name, library is not None, error)
    return None


def _open_parts(
    bundle: Bundle, parts: "Parts", *, threads: int, vocoder: VocoderMode, library: Path | None
) -> Synthesizer:
    """Raises PartsError and ModelUnusable; BundleError for the voices."""
    from utterd.stages.inference.checked_files import check_files
    from utterd.stages.inference.kokoro_choice import choose
    from utterd.stages.inference.kokoro_parts import KokoroParts
    from utterd.stages.models.parts import FOLDER

    folder = bundle.folder / FOLDER
    choice = choose(folder, parts, threads=threads, library=library)
    check_files(folder, parts.files, parts.files_of(choice.variant, has_library=library is not None))
    verify_files(_voices_alone(bundle))
    synthesizer = KokoroParts(bundle, parts, choice, library=library, is_whole=vocoder == "whole")
    logger.info("parts loaded model=%s variant=%s threads=%d", bundle.name, choice.variant, choice.threads)
    return synthesizer


def _other_model(bundle: Bundle, sha256: str) -> str | None:
    return None if bundle.files.get("model.onnx") == sha256 else "they were made of another model file"


def _voices_alone(bundle: Bundle) -> Bundle:
    files = {name: sha256 for name, sha256 in bundle.files.items() if name.startswith("voices.")}
    return dataclasses.replace(bundle, files=files)


def _library() -> Path | None:
    from utterd.stages.native.library import find_library

    return find_library()


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
