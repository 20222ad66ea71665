"""Tiny models of Kokoro's architecture, written by its own code and exporter; weights seeded and random.

`python -m bench.kokoro_shaped --fixtures tests/data`, in the environment of `make bench-peers`, writes the files anew.
"""

import atexit
import functools
import lzma
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench.kokoro_shaped.voices import shaped_voices

_DATA = Path(__file__).parent / "data"


def tiny_model(release: str = "1.1") -> Path:
    """An ONNX file with the inputs and outputs of this release (FIELD.md 5.2); not to be written to.

    Args:
        release: "1.1" (input_ids, style, speed → waveform, duration; opset 17, weight normalisation resolved) or
            "1.0" (tokens, style, speed → audio; opset 20, weight normalisation in the graph).
    """
    path = _folder() / f"kokoro-tiny-{release}.onnx"
    if not path.exists():
        path.write_bytes(lzma.decompress((_DATA / f"{path.name}.xz").read_bytes()))
    return path


def tiny_voices() -> dict[str, npt.NDArray[np.float32]]:
    """The tables of `af_heart` and `am_liam`, each float32 of shape (510, 1, 256)."""
    return shaped_voices()


@functools.cache
def _folder() -> Path:
    """Of this process, removed when it ends."""
    folder = tempfile.TemporaryDirectory(prefix="kokoro-tiny-")
    atexit.register(folder.cleanup)
    return Path(folder.name)
