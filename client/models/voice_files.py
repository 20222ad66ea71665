"""Files of voices as they are found in the world, and the one form they are kept in: an NPZ of float32 (rows, 1, 256).

kokoro-onnx's `voices-v1.0.bin` is such an NPZ, whatever its name says; the hub's `af_heart.bin` is one voice, raw
(FIELD.md 5.5). Only headers are looked at: what is in the tables is inference's to judge.
"""

import ast
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from utterd.client.models.errors import UnknownModel

ROWS, STYLE_SIZE = 510, 256
"""Of the table of a voice: a row for each number of tokens, and what is in a row."""
_FLOAT_BYTES: Final = 4
RAW_BYTES: Final = ROWS * STYLE_SIZE * _FLOAT_BYTES

_NPY_MAGIC: Final = b"\x93NUMPY"
_LONGEST_HEADER: Final = 4096
_FLOATS: Final = ("<f2", "<f4", "<f8")
_VOICE_NAME: Final = re.compile(r"[^\W_][\w.-]{0,63}")
"""Without what has a meaning in a blend."""
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest time a ZIP file knows: the same voices make the same file."""
_DAMAGE: Final = (
    *(OSError, ValueError, EOFError, SyntaxError, KeyError, TypeError, RuntimeError),
    *(zipfile.BadZipFile, zlib.error),
)
"""What zipfile and a mangled header raise; RuntimeError is also for packed in a way, or a secret, that is not known."""


def find_raw(path: Path) -> dict[str, Path]:
    """Name of voice → raw file, if `path` is one, or a folder of such; empty if it is not.

    Raises:
        UnknownModel: a folder without any; or a file that is raw, and not one voice.
    """
    if path.is_dir():
        files = sorted(path.glob("*.bin"))
        if not files:
            raise UnknownModel(f"{path} has no voices: neither an NPZ file nor a folder of NAME.bin is there")
        return {_checked_name(file.stem, path): _checked_raw(file) for file in files}
    if path.suffix == ".bin" and not zipfile.is_zipfile(path):
        return {_checked_name(path.stem, path): _checked_raw(path)}
    return {}


def read_names(path: Path) -> tuple[str, ...]:
    """The voices in an NPZ file, in its order.

    Raises:
        UnknownModel: it is none, or has a table that is no voice.
    """
    with _open_archive(path) as archive:
        members = archive.namelist()
        if any(member.endswith("/data.pkl") for member in members):
            raise UnknownModel(f"{path} is a file of PyTorch's; voices are wanted as an NPZ file, or raw as NAME.bin")
        tables = [member for member in members if member.endswith(".npy")]
        if not tables:
            raise UnknownModel(f"{path} has no voices in it")
        for member in tables:
            with archive.open(member) as file:
                _check_table(path, member, file)
        return tuple(_checked_name(member.removesuffix(".npy"), path) for member in tables)


def to_npz(raw: Mapping[str, Path]) -> bytes:
    """Raw voices as one NPZ file, always the same for the same voices.

    Raises:
        UnknownModel: one cannot be read, or is not what it was.
    """
    content = io.BytesIO()
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({ROWS}, 1, {STYLE_SIZE}), }}"
    # NPY format 1.0: the header is padded with spaces, and a line feed at its end, to a multiple of 64.
    header = header.ljust(127 - len(_NPY_MAGIC) - 4) + "\n"
    start = _NPY_MAGIC + bytes((1, 0)) + len(header).to_bytes(2, "little") + header.encode("ascii")
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for name, path in raw.items():
            try:
                table = path.read_bytes()
            except OSError as error:
                raise UnknownModel(f"cannot read {path}: {error.strerror or error}") from error
            if len(table) != RAW_BYTES:
                raise UnknownModel(f"{path} changed while it was read")
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", _EPOCH), start + table)
    return content.getvalue()


@contextmanager
def _open_archive(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except FileNotFoundError as error:
        raise UnknownModel(f"there is no file {path}") from error
    except _DAMAGE as error:
        raise UnknownModel(
            f"{path} is no file of voices: an NPZ file is wanted, such as voices-v1.0.bin, or raw ones as NAME.bin"
        ) from error


def _check_table(path: Path, member: str, file: IO[bytes]) -> None:
    start = file.read(len(_NPY_MAGIC) + 2)
    if start[:-2] != _NPY_MAGIC:
        raise ValueError("no NPY header")
    length = int.from_bytes(file.read(2 if start[-2] == 1 else 4), "little")
    header = ast.literal_eval(file.read(min(length, _LONGEST_HEADER)).decode("latin-1").strip())
    shape = header["shape"]
    if header["descr"] not in _FLOATS or len(shape) != 3 or shape[0] < 1 or shape[1:] != (1, STYLE_SIZE):
        raise UnknownModel(
            f"{path}: {member.removesuffix('.npy')!r} is no voice: it has shape {shape} of {header['descr']}, "
            f"where ({ROWS}, 1, {STYLE_SIZE}) of <f4 is wanted"
        )


def _checked_raw(path: Path) -> Path:
    try:
        size_bytes = path.stat().st_size
    except OSError as error:
        raise UnknownModel(f"cannot read {path}: {error.strerror or error}") from error
    if size_bytes == RAW_BYTES:
        return path
    if size_bytes and size_bytes % RAW_BYTES == 0:
        raise UnknownModel(
            f"{path} has {size_bytes // RAW_BYTES} voices, and not their names; "
            "an NPZ file is wanted, or a raw file for each"
        )
    raise UnknownModel(f"{path} is no raw voice: it has {size_bytes:,} bytes, and not {RAW_BYTES:,}")


def _checked_name(name: str, path: Path) -> str:
    if not _VOICE_NAME.fullmatch(name):
        raise UnknownModel(f"{path}: {name[:40]!r} is no name for a voice: letters, digits, dots and dashes are")
    return name
