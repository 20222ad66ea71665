"""Files of voices, read a voice at a time: NPZ archives of tables by name, and tables one behind the other, raw."""

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from utterd.stages.inference.onnx_session import ModelUnusable

STYLE_SIZE = 256
RAW_ROWS = 510
"""Of a raw table; kokoro.js and sherpa-onnx write (510, 256) float32, little-endian, without a header."""
RAW_BYTES = RAW_ROWS * STYLE_SIZE * 4
_NPZ = b"PK"
"""How a ZIP archive begins, whatever it is called: kokoro-onnx's `voices-v1.0.bin` is one."""
_NPY = b"\x93NUMPY"

DAMAGE = (OSError, ValueError, EOFError, KeyError, RuntimeError, zipfile.BadZipFile, zlib.error)
"""What numpy and zipfile raise for a file that is none of theirs, is no longer whole, or has lost a table. One wrong
bit in a ZIP's directory is enough for an encryption or a compression that zipfile does not know: RuntimeError."""


class VoiceFile(Protocol):
    names: frozenset[str]

    def read(self, voice: str) -> npt.NDArray[Any]:
        """The voice's table, whatever shape it has. Raises one of DAMAGE."""


def open_voices(path: Path, names: Sequence[str] = ()) -> VoiceFile:
    """Look into a file of voices.

    Args:
        path: of the file. Its beginning says which format it is in, not its name.
        names: of the voices in a raw file, in their order there.

    Raises:
        ModelUnusable: it is no file of voices, or not of so many.
    """
    try:
        with path.open("rb") as file:
            beginning = file.read(len(_NPY))
            size_bytes = file.seek(0, 2)
        if beginning.startswith(_NPZ):
            return _Archive(path)
    except DAMAGE as error:
        raise ModelUnusable(f"{path.name} is not a voices file (NPZ or raw)") from error
    if size_bytes == 0 or size_bytes % RAW_BYTES or beginning == _NPY:
        raise ModelUnusable(
            f"{path.name} is not a voices file: neither an NPZ nor raw voices of {RAW_BYTES:,} bytes each"
        )
    if size_bytes != len(names) * RAW_BYTES:
        raise ModelUnusable(
            f"{path.name} has {size_bytes // RAW_BYTES} raw voices, and the bundle names {len(names)}: it needs a name "
            "for each, in their order"
        )
    return _Raw(path, names)


@contextmanager
def open_archive(path: Path) -> Iterator[Any]:
    """An NPZ file; opened here, since numpy leaves one open that it cannot read."""
    with path.open("rb") as file:
        archive = np.load(file)
        if not isinstance(archive, np.lib.npyio.NpzFile):
            raise ValueError("a single array")
        with archive:
            yield archive


class _Archive:
    def __init__(self, path: Path) -> None:
        self._path = path
        with open_archive(path) as archive:
            self.names = frozenset(archive.files)

    def read(self, voice: str) -> npt.NDArray[Any]:
        with open_archive(self._path) as archive:  # of which numpy reads this one member alone
            return np.asarray(archive[voice])


class _Raw:
    def __init__(self, path: Path, names: Sequence[str]) -> None:
        self._path = path
        self._places = {name: place for place, name in enumerate(names)}
        self.names = frozenset(names)

    def read(self, voice: str) -> npt.NDArray[Any]:
        with self._path.open("rb") as file:
            file.seek(self._places[voice] * RAW_BYTES)
            data = file.read(RAW_BYTES)
        return np.frombuffer(data, "<f4").reshape(RAW_ROWS, 1, STYLE_SIZE)
