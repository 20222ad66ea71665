"""Where the native operators are: built into this user's cache, or come along with the package."""

import logging
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from utterd.config.paths import find_paths
from utterd.stages.native.build import build_library, library_name
from utterd.stages.native.compiler import NativeUnavailable, is_whole, named

__all__ = ["NativeUnavailable", "build_library", "discard_damaged", "find_library", "library_folder"]

PACKAGED: Final = "operators"
"""How the name begins of what a wheel brings along, for any processor of its architecture (setup.py)."""

logger = logging.getLogger(__name__)


def library_folder() -> Path:
    """Where `build_library` is to put it for `find_library`."""
    return find_paths().cache / "native"


def find_library() -> Path | None:
    """The library of operators for ONNX Runtime; None if it is not built. Builds nothing.

    One that was damaged since it was made is none, and the log says so: it would kill the process that loads it, at
    once or in the middle of a word.
    """
    for path in _there():
        if is_whole(path):
            return path
        logger.warning("native operators left out reason=%s is damaged; `utterd models prepare` mends that", path)
    return None


def discard_damaged() -> None:
    """What cannot be used gives way to what the package brings, or to what is built next."""
    for path in named(library_folder(), library_name()):
        if not is_whole(path):
            with suppress(OSError):
                path.unlink()


def _there() -> Iterator[Path]:
    """The best first."""
    yield from named(library_folder(), library_name())
    yield from named(Path(__file__).parent, PACKAGED)
