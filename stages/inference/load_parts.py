"""From a Kokoro model's prepared parts to a synthesizer: the best variant that is whole, and that speaks."""

import dataclasses
import logging
from collections.abc import Callable
from pathlib import Path

from utterd.config.bundles import Bundle, verify_files
from utterd.stages.inference.checked_files import check_files
from utterd.stages.inference.kokoro_choice import Choice, choices
from utterd.stages.inference.kokoro_parts import KokoroParts
from utterd.stages.inference.onnx_session import ModelUnusable, check_library
from utterd.stages.models.parts import FOLDER, MANIFEST, Parts, PartsError, is_stale, read_parts
from utterd.stages.native.library import find_library

logger = logging.getLogger(__name__)


def load_parts(
    bundle: Bundle,
    *,
    threads: int,
    is_whole: bool,
    try_out: Callable[[KokoroParts, Bundle], None],
    unable: list[Choice],
) -> KokoroParts | None:
    """The first variant that speaks; None if there is none for this machine. The log says why, in a line for each.

    Args:
        bundle: of a Kokoro model.
        threads: for ONNX Runtime; 0 chooses.
        is_whole: make no windows.
        try_out: called with what was loaded; raises ModelUnusable if it cannot speak.
        unable: variants that turned out not to speak here. They are left out, and more are added.

    Raises:
        BundleError: the voices are damaged.
    """
    parts = _read_parts(bundle)
    if parts is None:
        return None
    library = _find_library()
    try:
        best_first = choices(bundle.folder / FOLDER, parts, threads=threads, library=library)
    except ModelUnusable as error:
        logger.warning("single graph model=%s reason=%s", bundle.name, error)
        return None
    for choice in best_first:
        if choice in unable:
            continue
        try:
            _check(bundle, parts, choice, has_library=library is not None)
            synthesizer = KokoroParts(bundle, parts, choice, library=library, is_whole=is_whole)
            try_out(synthesizer, bundle)
        except PartsError as error:
            reason = str(error)
        except ModelUnusable as error:
            unable.append(choice)
            reason = f"{error}; `utterd models tune {bundle.name}` finds what runs here"
        else:
            logger.info("parts loaded model=%s variant=%s threads=%d", bundle.name, choice.variant, choice.threads)
            return synthesizer
        logger.warning("variant refused model=%s variant=%s reason=%s", bundle.name, choice.variant, reason)
    logger.info("single graph model=%s reason=no variant can be used", bundle.name)
    return None


def _read_parts(bundle: Bundle) -> Parts | None:
    """None if there are none, or they are of another model or machine."""
    folder = bundle.folder / FOLDER
    if not (folder / MANIFEST).exists():
        logger.info("single graph model=%s reason=no prepared parts; `utterd models prepare` makes them", bundle.name)
        return None
    try:
        parts = read_parts(folder)
        if reason := _other_model(bundle, parts) or is_stale(parts):
            raise PartsError(f"{reason}; run `utterd models prepare` anew")
    except PartsError as error:
        logger.warning("single graph model=%s reason=%s", bundle.name, error)
        return None
    return parts


def _other_model(bundle: Bundle, parts: Parts) -> str | None:
    return None if bundle.files.get("model.onnx") == parts.model_sha256 else "they were made of another model file"


def _find_library() -> Path | None:
    """Of native operators, if they are here and ONNX Runtime takes them."""
    library = find_library()
    if library is not None:
        try:
            check_library(library)
        except ModelUnusable as error:
            logger.warning("native operators left out reason=%s", error)
            return None
    return library


def _check(bundle: Bundle, parts: Parts, choice: Choice, *, has_library: bool) -> None:
    """Raises PartsError for a file of the variant; BundleError for the voices."""
    check_files(bundle.folder / FOLDER, parts.files, parts.files_of(choice.variant, has_library=has_library))
    voices = {name: sha256 for name, sha256 in bundle.files.items() if name.startswith("voices.")}
    verify_files(dataclasses.replace(bundle, files=voices))
