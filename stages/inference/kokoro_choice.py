"""Which of a model's prepared variants speaks, with how many threads and in which windows: tuned, or else safe."""

import dataclasses
import logging
import os
from dataclasses import dataclass
from pathlib import Path

from utterd.stages.inference.kokoro_windows import DEFAULT_WINDOWS, is_schedule
from utterd.stages.inference.onnx_session import ModelUnusable
from utterd.stages.models.parts import Parts
from utterd.stages.models.tuning.providers import CPU, Provider
from utterd.stages.models.tuning.stored import TunedUnusable, read_tuned

logger = logging.getLogger(__name__)

SAFE_VARIANTS = ("fp32-native", "fp32", "hybrid", "fp16")
"""In order. What these do to the sound is known beforehand; whether int8 may be used, `utterd models tune` finds out
for each model."""

_BUILD = "it is not built for this release here: `utterd models prepare` does that where there is a compiler"

MOST_THREADS = 2
"""Unless told otherwise. More of them gain little on windows of a second, and take cores from others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    variant: str
    """A key of the manifest's variants."""
    threads: int
    window_frames: tuple[int, ...] = DEFAULT_WINDOWS
    """Of the vocoder's features; the last one is the size of all windows that follow."""
    provider: Provider = CPU


def choices(folder: Path, parts: Parts, *, threads: int = 0, library: Path | None = None) -> tuple[Choice, ...]:
    """For the parts in this folder, the best first: each one is for when those before it turn out unusable.

    Args:
        folder: of the parts.
        parts: its manifest.
        threads: what the user set; 0 leaves it to tuning.
        library: of native operators; None if there is none here.

    Raises:
        ModelUnusable: no variant of these parts can be run here.
    """
    runnable = [name for name, variant in parts.variants.items() if library is not None or not variant.native]
    if not runnable:
        raise ModelUnusable(f"its parts need the library of native operators; {_BUILD}")
    if len(runnable) < len(parts.variants):
        logger.info("native variants left out reason=%s", _BUILD)
    safe = [name for name in SAFE_VARIANTS if name in runnable] or runnable[:1]
    safe_threads = threads or min(MOST_THREADS, os.cpu_count() or 1)
    found = tuple(Choice(variant=name, threads=safe_threads) for name in safe)
    tuned = _tuned(folder, parts, runnable)
    if tuned is None:
        return found
    if threads:
        tuned = dataclasses.replace(tuned, threads=threads)
    same = (tuned.variant, tuned.provider)
    return (tuned, *(choice for choice in found if (choice.variant, choice.provider) != same))


def _tuned(folder: Path, parts: Parts, runnable: list[str]) -> Choice | None:
    try:
        tuned = read_tuned(folder, parts)
    except TunedUnusable as error:
        logger.warning("tuning ignored reason=%s", error)
        return None
    if tuned is None:
        return None
    found = tuned.candidate
    if found.variant not in runnable:
        logger.warning("tuning ignored reason=%s needs the library of native operators; %s", found.variant, _BUILD)
        return None
    if not is_schedule(found.window_frames, parts.frame_samples):
        logger.warning("tuning ignored reason=windows of %s frames", list(found.window_frames))
        return None
    return Choice(
        variant=found.variant,
        threads=found.threads,
        window_frames=found.window_frames,
        provider=found.execution,
    )
