"""Where the native operators are: built into this user's cache, or come along with the package."""

from pathlib import Path
from typing import Final

from utterd.config.paths import find_paths
from utterd.stages.native.build import build_library, library_name
from utterd.stages.native.compiler import NativeUnavailable

__all__ = ["NativeUnavailable", "build_library", "find_library", "library_folder"]

PACKAGED: Final = "operators.so"
"""What a wheel brings along, for any processor of its architecture (setup.py)."""


def library_folder() -> Path:
    """Where `build_library` is to put it for `find_library`."""
    return find_paths().cache / "native"


def find_library() -> Path | None:
    """The library of operators for ONNX Runtime; None if it is not built. Builds nothing."""
    for path in (library_folder() / library_name(), Path(__file__).with_name(PACKAGED)):
        if path.exists():
            return path
    return None
