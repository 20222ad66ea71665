"""Room on the disk: looked for before, and missed in one sentence when it ends all the same."""

import errno
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from utterd.client.models.sizes import readable_size
from utterd.stages.models.errors import NoRoom, PreparingError

_SHARES: Final[Mapping[str, float]] = {"text": 0.35, "decoder": 0.45, "vocoder": 0.22, "whole": 0.22}
"""Of a float32 model's file that a float32 graph of each part takes; the latter two take the same weights."""
_FACTORS: Final[Mapping[str, float]] = {"int8": 0.5, "int8-native": 0.3, "int4": 0.85, "fp16": 0.55}
"""Of that, for other precisions: measured, and rounded up."""
_WORKSPACE: Final = 2.2
"""Copies of the model while it is taken apart."""
_BLOCK: Final = 1 << 20
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def needed_bytes(model_bytes: int, graphs: Iterable[str]) -> int:
    """At most, to make these graphs (`PART.PRECISION`) of a model of this size."""
    total = _WORKSPACE
    for graph in graphs:
        part, _, precision = graph.partition(".")
        total += _SHARES[part] * _FACTORS.get(precision, 1.0)
    return int(total * model_bytes)


@contextmanager
def room_for(needed: int, folder: Path) -> Iterator[None]:
    """So many bytes are to be written to this folder.

    Raises:
        NoRoom: they do not fit, or did not.
        PreparingError: it cannot be written to for another reason.
    """
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise NoRoom(
            f"preparing takes up to {readable_size(needed)}, and {folder} has {readable_size(free)} free; "
            "make room, or ask for fewer --variants"
        )
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise NoRoom(
                f"the disk of {folder} is full: preparing takes up to {readable_size(needed)}; "
                "make room, and the same command goes on"
            ) from error
        place = error.filename or folder
        raise PreparingError(f"cannot write to {place}: {error.strerror or error}") from error


def write_as_much(size: int, folder: Path) -> None:
    """Try whether so many bytes can be written to a file there: whoever failed to may not have said why.

    Raises:
        OSError: they cannot.
    """
    block = bytes(_BLOCK)
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(-(-size // _BLOCK)):
            file.write(block)
