"""The library of native operators, built once for a run of the tests, and sessions that have it."""

import atexit
import functools
import shutil
import tempfile
from pathlib import Path
from typing import Any

import onnx
import onnxruntime
import pytest

from utterd.stages.native.compiler import COMPILERS
from utterd.stages.native.library import build_library


def has_compiler() -> bool:
    return any(map(shutil.which, COMPILERS))


def built_library() -> Path:
    """Skips the test where there is no compiler; one that fails is an error."""
    if not has_compiler():
        pytest.skip("no C compiler")
    return _library()


@functools.cache
def _library() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="utterd-native-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return build_library(folder)


def session_of(
    model: onnx.ModelProto, *, library: Path | None = None, threads: int = 1
) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 4
    if library is not None:
        options.register_custom_ops_library(str(library))
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def run(model: onnx.ModelProto, feeds: dict[str, Any], **session: Any) -> dict[str, Any]:
    """Outputs by name."""
    made = session_of(model, **session)
    names = [output.name for output in made.get_outputs()]
    return dict(zip(names, made.run(names, feeds), strict=True))
