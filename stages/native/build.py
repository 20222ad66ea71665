"""Building the operators for this machine, once: a library is kept by what it was made of and made for."""

import ctypes
import hashlib
import platform
import sys
from pathlib import Path

from utterd.stages.models.machine import cpu_name, onnxruntime_version
from utterd.stages.native.compiler import FLAGS, NativeUnavailable, compile_library, is_whole, named, sources

_ENTRY = "RegisterCustomOps"
"""The function that ONNX Runtime calls."""


def library_name() -> str:
    """How the name of the library of these sources, this processor and this release of ONNX Runtime begins."""
    made_of = hashlib.sha256()
    for path in sources():
        made_of.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    made_for = (*FLAGS, onnxruntime_version(), cpu_name(), platform.machine(), sys.platform)
    made_of.update("\0".join(made_for).encode())
    return f"utterd-operators-{made_of.hexdigest()[:16]}"


def build_library(folder: Path) -> Path:
    """The library in `folder`, built if it is not there and whole: a second or two.

    Raises:
        NativeUnavailable: it cannot be built here, or does not load.
    """
    there = next(filter(is_whole, named(folder, library_name())), None)
    if there is not None and not _problem(there):
        return there
    path = compile_library(folder, library_name(), portable=False)
    if problem := _problem(path):
        path.unlink(missing_ok=True)
        raise NativeUnavailable(f"the native operators were built but do not load: {problem}")
    return path


def _problem(path: Path) -> str:
    """Why this library cannot be loaded; empty if it can."""
    try:
        getattr(ctypes.CDLL(str(path)), _ENTRY)
    except (OSError, AttributeError) as error:
        return str(error)
    return ""
